import { describe, expect, it } from 'vitest';
import { faultsOfParameterSchema } from '../../src/core/parameter-schema-rules.ts';

const faults = (schema: Record<string, unknown>) => faultsOfParameterSchema(schema, '/parameters');
const pointers = (schema: Record<string, unknown>) => faults(schema).map(({ pointer }) => pointer);

describe('the schema of parameters', () => {
  it.each<[Record<string, unknown>]>([
    [{}],
    [{ type: 'object', properties: { year: { type: 'integer', default: 2026 }, region: { type: 'string' } } }],
    [{ $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Sales', examples: [{ year: 1 }], 'x-ui': 1 }],
    [{ properties: { id: { type: 'string' }, $ref: { type: 'string' }, type: { enum: ['a'] } } }],
    [
      {
        $defs: { tree: { properties: { down: { $ref: '#/$defs/tree' } } } },
        properties: { t: { $ref: '#/$defs/tree' } },
      },
    ],
    [{ properties: { r: { $ref: '#/$defs/a%20b' } }, $defs: { 'a b': { type: 'string' } } }],
    [{ properties: { p: { properties: { size: { default: 10 } }, required: ['size'], default: {} } } }],
    [
      {
        properties: { a: { if: { type: 'string' }, else: false } },
        unevaluatedProperties: false,
      },
    ],
  ])('is taken when it is one of an object: %j', (schema) => {
    expect(faults(schema)).toEqual([]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ type: 'string' }, '/parameters/type'],
    [{ type: ['object', 'null'] }, '/parameters/type'],
    [{ type: 'objekt' }, '/parameters/type'],
    [{ properties: { resource_title: {} } }, '/parameters/properties/resource_title'],
    [{ properties: { _user: {} } }, '/parameters/properties/_user'],
    [{ properties: [] }, '/parameters/properties'],
    [{ properties: { a: 5 } }, '/parameters/properties/a'],
    [{ properties: { a: { type: 'int' } } }, '/parameters/properties/a/type'],
    [{ properties: { a: { type: [] } } }, '/parameters/properties/a/type'],
    [{ properties: { a: { pattern: '(' } } }, '/parameters/properties/a/pattern'],
    [{ patternProperties: { '[': {} } }, '/parameters/patternProperties'],
    [{ properties: { a: { minimum: '1' } } }, '/parameters/properties/a/minimum'],
    [{ properties: { a: { maxLength: -1 } } }, '/parameters/properties/a/maxLength'],
    [{ properties: { a: { multipleOf: 0 } } }, '/parameters/properties/a/multipleOf'],
    [{ properties: { a: { enum: 'x' } } }, '/parameters/properties/a/enum'],
    [{ properties: { a: { items: [{}] } } }, '/parameters/properties/a/items'],
    [{ properties: { a: { anyOf: [] } } }, '/parameters/properties/a/anyOf'],
    [{ properties: { a: { anyOf: [{}, { not: 'x' }] } } }, '/parameters/properties/a/anyOf/1/not'],
    [{ properties: { 'a/b': { format: 1 } } }, '/parameters/properties/a~1b/format'],
    [{ required: 'a' }, '/parameters/required'],
    [{ $schema: 'http://json-schema.org/draft-07/schema#' }, '/parameters/$schema'],
    [{ properties: { a: { $ref: '#/$defs/none' } } }, '/parameters/properties/a/$ref'],
    [{ properties: { a: { $ref: 'https://example.com/schema.json' } } }, '/parameters/properties/a/$ref'],
    [{ properties: { a: { $dynamicRef: '#a' } } }, '/parameters/properties/a/$dynamicRef'],
    [{ properties: { a: { $id: 'https://example.com/a' } } }, '/parameters/properties/a/$id'],
    [{ properties: { year: { type: 'integer', default: '2026' } } }, '/parameters/properties/year/default'],
    [{ properties: { a: { items: { maximum: 5, default: 6 } } } }, '/parameters/properties/a/items/default'],
    [
      {
        properties: { a: { $ref: '#/$defs/o', default: { n: 'x' } } },
        $defs: { o: { properties: { n: { type: 'null' } } } },
      },
      '/parameters/properties/a/default/n',
    ],
  ])('is refused with its place: %j', (schema, pointer) => {
    expect(pointers(schema)).toEqual([pointer]);
  });

  it.each<[Record<string, unknown>]>([
    [{ $ref: '#' }],
    [
      {
        properties: { a: { $ref: '#/$defs/a' } },
        $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { $ref: '#/$defs/a' } },
      },
    ],
    [{ properties: { a: { not: { $ref: '#/properties/a' } } } }],
  ])('is refused when checking it would never end: %j', (schema) => {
    expect(faults(schema)).toMatchObject([{ detail: 'must not refer back to itself for the same value' }]);
  });

  it('has all its faults named at once', () => {
    expect(pointers({ properties: { _a: {}, b: { type: 'x' }, c: { pattern: '(' } } })).toHaveLength(3);
  });

  it('says in plain words what a default breaks', () => {
    expect(faults({ properties: { year: { type: 'integer', minimum: 2000, default: 1999 } } })).toEqual([
      { pointer: '/parameters/properties/year/default', detail: 'must be at least 2000' },
    ]);
  });
});
