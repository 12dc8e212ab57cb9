/** Where a JSON Schema (2020-12) contains further schemas. */

import { isObject } from './json-value.ts';

/** Keywords with a schema, an array of schemas, or named schemas. */
export const ONE: ReadonlySet<string> = new Set(
  'items contains additionalProperties unevaluatedProperties unevaluatedItems propertyNames not if then else'.split(
    ' ',
  ),
);
export const SEVERAL: ReadonlySet<string> = new Set(['prefixItems', 'allOf', 'anyOf', 'oneOf']);
export const NAMED: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  '$defs',
  'definitions',
]);

type Schema = { readonly [keyword: string]: unknown };

/** A copy of a schema in which `change` was applied to it and to every schema in it, inner ones first. */
export function mapSchema(schema: unknown, change: (part: Schema) => Schema): unknown {
  if (!isObject(schema)) return schema;
  const inner = (value: unknown) => mapSchema(value, change);
  const entries = Object.entries(schema).map(([keyword, value]) => {
    if (ONE.has(keyword)) return [keyword, inner(value)];
    if (SEVERAL.has(keyword) && Array.isArray(value)) return [keyword, value.map(inner)];
    if (!NAMED.has(keyword) || !isObject(value)) return [keyword, value];
    return [keyword, Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inner(each)]))];
  });
  return change(Object.fromEntries(entries));
}
