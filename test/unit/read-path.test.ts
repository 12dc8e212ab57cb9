/** CONTRACT 3 "Many caches at once": the path by which a body is read that does not come along. */
import { describe, expect, it } from 'vitest';
import { cacheFor } from '../../src/core/cache-key.ts';
import { checkParameters } from '../../src/core/parameters.ts';
import { readPath } from '../../src/core/read-path.ts';
import type { Parameters } from '../../src/ports/entry.ts';
import { sampleResource } from '../support/resources.ts';

const definition = sampleResource({
  parameters: {
    type: 'object',
    properties: {
      year: { type: 'integer', default: 2026 },
      name: { type: 'string' },
      mixed: { type: ['string', 'number', 'boolean', 'null'] },
      list: { type: 'array', items: { type: 'integer' } },
    },
  },
});
const pathOf = (given: Parameters) =>
  readPath(cacheFor('alice', 'größe', definition, checkParameters(definition, given)), given, definition, 'alice');
const ROOT = `/api/v1/rpc/${encodeURIComponent('größe')}/`;

describe('the path of a read', () => {
  it.each<[Parameters, string]>([
    [{}, ROOT],
    [{ year: 1982 }, `${ROOT}?year=1982`],
    [{ name: 'a &+=%ü\n' }, `${ROOT}?name=a%20%26%2B%3D%25%C3%BC%0A`],
    [{ mixed: null }, `${ROOT}?mixed=null`],
    [{ mixed: -5e-8 }, `${ROOT}?mixed=-5e-8`],
    [{ mixed: true, name: '' }, `${ROOT}?mixed=true&name=`],
  ])('of %j is %s', (given, path) => {
    expect(pathOf(given)).toBe(path);
  });

  it.each<[string, Parameters]>([
    ['a text that would be read as a number', { mixed: '1982' }],
    ['a text that would be read as null', { mixed: 'null' }],
    ['an array', { list: [1] }],
    ['a NUL character', { name: 'a\0' }],
    ['more than servers on the way take', { name: 'ü'.repeat(900) }],
  ])('cannot be told of %s', (_name, given) => {
    expect(pathOf(given)).toBeNull();
  });
});
