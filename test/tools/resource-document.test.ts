/** OpenAPI documents of single resources (CONTRACT 3 "Catalog") in others' hands: linters find nothing to say. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { demoResources } from '../../demo/resources.ts';
import { isThere } from '../../scripts/test/needs.ts';
import { resourceDocument } from '../../src/core/resource-document/index.ts';
import { sampleResource } from '../support/resources.ts';
import { DOCUMENT, NOTHING_FOUND, redocly, spectral } from './support/linters.ts';

/** Parameters of every kind: referred to, recursive, open, without a type. */
const MANIFOLD = {
  origin: { url: 'https://erp.example.com/' },
  parameters: {
    properties: {
      from: { $ref: '#/$defs/day' },
      to: { $ref: '#/properties/from' },
      tree: { $ref: '#/$defs/tree' },
      any: {},
      all: true,
      ids: { type: 'array', items: { type: ['integer', 'null'] } },
    },
    required: ['from'],
    additionalProperties: { type: 'string' },
    $defs: {
      day: { type: 'string', format: 'date', description: 'A day' },
      tree: { type: 'object', properties: { of: { type: 'array', items: { $ref: '#/$defs/tree' } } } },
    },
  },
  tables: ['order lines', 'Order-Lines', '日本'].map((name) => ({ name, rows: '/a', columns: ['a b', '日本', '"'] })),
};
// Spectral loses its way in paths with percent-encoding, so that no title here needs any.
const resources = { ...demoResources('http://127.0.0.1:8788'), manifold: MANIFOLD };

describe.skipIf(!isThere('tools/openapi'))('the OpenAPI document of a resource', () => {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-resources-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const api = () => JSON.parse(readFileSync(DOCUMENT, 'utf8')) as Record<string, unknown>;

  it.each(Object.entries(resources))('%s has no error and no warning by linters', (title, definition) => {
    const document = resourceDocument(api(), { title, definition: sampleResource(definition) });
    const file = join(folder, 'resource.json');
    writeFileSync(file, JSON.stringify(document));
    expect(redocly(file)).toEqual(NOTHING_FOUND);
    expect(spectral(file, 'spectral-resource.yaml')).toEqual([]);
  });
});
