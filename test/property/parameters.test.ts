import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { Problem } from '../../src/contract/problem.ts';
import { Resource } from '../../src/contract/resource.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { checkParameters, parametersFromQuery } from '../../src/core/parameters.ts';
import type { Json, Parameters } from '../../src/ports/entry.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    a: { type: ['integer', 'null'], minimum: -5, maximum: 5 },
    b: { type: 'string', minLength: 1, maxLength: 3 },
    c: { enum: ['x', 1, null, [1], { k: true }] },
    d: { type: 'array', items: { $ref: '#/$defs/flag' }, maxItems: 2, uniqueItems: true },
    e: { type: 'object', properties: { f: { type: 'number' } }, required: ['f'], additionalProperties: false },
    g: { anyOf: [{ type: 'boolean' }, { type: 'string', pattern: '^[a-z]*$' }] },
  },
  $defs: { flag: { type: ['boolean', 'string'] } },
  additionalProperties: false,
};
const resource = v.parse(Resource, { origin: { url: 'https://erp.example.com/' }, parameters: SCHEMA });
const isValid = new Ajv2020({ strict: false }).compile(SCHEMA);

const scalar = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 'x', 'yz', 1),
  fc.integer({ min: -9, max: 9 }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -10, max: 10 }),
  fc.string({ unit: 'grapheme', maxLength: 4 }).filter((text) => text.isWellFormed()),
);
const value = fc.oneof(
  { weight: 3, arbitrary: scalar },
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('f', 'k', 'z'), scalar),
);
const values = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'g', 'z'), value, {
  maxKeys: 3,
  noNullPrototype: true,
});

function taken(given: Parameters): boolean {
  try {
    checkParameters(resource, given);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.errors.length > 0) return false;
    throw error;
  }
}

it('parameters are taken exactly when another validator of JSON Schema takes them', () => {
  fc.assert(
    fc.property(values, (given) => {
      expect(taken(given as Parameters)).toBe(isValid(given));
    }),
    { numRuns: 2000 },
  );
});

it('the order of members makes no other cache', () => {
  fc.assert(
    fc.property(values, (given) => {
      const reversed = Object.fromEntries(Object.entries(given).reverse());
      const key = (of: object) => cacheIdentity('r', of as Parameters, null).key;
      expect(key(reversed)).toBe(key(given));
    }),
  );
});

it('a value means the same in a query as in a body', () => {
  const open = v.parse(Resource, {
    origin: { url: 'https://erp.example.com/' },
    parameters: { properties: { p: {} } },
  });
  const literal = scalar.filter((each) => typeof each !== 'string');
  fc.assert(
    fc.property(literal, (given) => {
      const byBody = checkParameters(open, { p: given });
      const byQuery = parametersFromQuery(open, [['p', JSON.stringify(given)]]);
      expect(cacheIdentity('r', byQuery, null)).toEqual({ ...cacheIdentity('r', byBody, null), parameters: byQuery });
    }),
  );
});
