/** Rules that a stored definition may break: PUT refuses, what is stored warns. */
import { describe, expect, it } from 'vitest';
import { laterFaults, warningsOf } from '../../../src/origin/later-rules.ts';
import { sampleResource } from '../../support/resources.ts';

const HOST = 'https://erp.example.com';
const definition = (origin: { url?: string; headers?: Record<string, string> }) =>
  sampleResource({
    origin: { url: `${HOST}/x`, ...origin },
    parameters: { properties: { plant: { type: 'integer' } } },
  });

describe('the query of the URL', () => {
  it.each(['?=Plant%20eq%20{plant}', '?a=1&=Plant%20eq%20{plant}', '{?plant}&=x', '?=', '/{plant}?a=1&={plant}#=x'])(
    'must not have a part without a name: %s',
    (path) => {
      expect(laterFaults(definition({ url: `${HOST}/x${path}` }))).toEqual([
        { pointer: '/origin/url', detail: expect.stringMatching(/shell .* such as \$filter .*<<'END'/) },
      ]);
    },
  );

  it.each(['?a=&b', '?a=b=c', '?a==', '?a=?=', '?{plant}=1', '{?plant}', '?a=1{&plant}', '/=x', '?a#?=', '?a=1&&b=1'])(
    'may be %s',
    (path) => {
      expect(laterFaults(definition({ url: `${HOST}/x${path}` }))).toEqual([]);
    },
  );
});

describe('the value of a header', () => {
  it.each(['', ' ', 'Bearer ', 'Basic\t'])('must not be empty, nor end where a secret was: "%s"', (value) => {
    expect(laterFaults(definition({ headers: { 'api/key': value } }))).toEqual([
      { pointer: '/origin/headers/api~1key', detail: expect.stringMatching(/shell .*\$\{ORIGIN_…\} .*<<'END'/) },
    ]);
  });

  it('may be anything else', () => {
    expect(laterFaults(definition({ headers: { A: 'x', B: ' y' } }))).toEqual([]);
  });
});

it('gives a stored definition warnings of all of them', () => {
  const stored = sampleResource({ origin: { url: `${HOST}/x?='{_user}'`, headers: { A: '' } }, scope: 'user' });
  expect(warningsOf(stored)).toEqual([
    expect.stringMatching(/^The definition's \/origin\/quote is required/),
    expect.stringMatching(/^The definition's \/origin\/url has .*\.$/),
    expect.stringMatching(/^The definition's \/origin\/headers\/A must .*\.$/),
  ]);
});
