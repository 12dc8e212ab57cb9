/** What a form needs from a JSON Schema: resolved references, and the control that fits. */

import { isObject, isSame, type Json, type JsonObject, memberOf, stepsOf } from './json.ts';

export interface Schema {
  $ref?: string;
  type?: string | string[];
  title?: string;
  description?: string;
  default?: Json;
  const?: Json;
  enum?: Json[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: { [name: string]: Schema };
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
}

/** The control for a value. */
export type Kind = 'object' | 'record' | 'list' | 'set' | 'choice' | 'boolean' | 'number' | 'text' | 'union' | 'json';

/** Longest chain of references: a schema that refers to itself has no form. */
const MOST_REFERENCES = 10;

/** The schema that a reference names, with the members next to the reference. @param root document of the reference */
export function resolved(schema: Schema, root: unknown): Schema {
  let found = schema;
  for (let followed = 0; typeof found.$ref === 'string' && followed < MOST_REFERENCES; followed++) {
    const { $ref, ...beside } = found;
    if (!$ref.startsWith('#')) return beside;
    let target: unknown = root;
    for (const step of stepsOf(decodeURIComponent($ref.slice(1)))) target = memberOf(target as Json, step);
    found = { ...(isObject(target) ? (target as Schema) : {}), ...beside };
  }
  return found;
}

/** The alternatives of a schema; a schema without alternatives is its only one. */
export function alternativesOf(schema: Schema): Schema[] {
  const { type, anyOf, oneOf, ...beside } = schema;
  const all = anyOf ?? oneOf;
  if (all !== undefined) return all;
  return Array.isArray(type) ? type.map((one) => ({ ...beside, type: one })) : [schema];
}

/** The control for a schema whose references are resolved; `json` if no other fits. */
export function kindOf(schema: Schema, root: unknown): Kind {
  if (schema.enum !== undefined || schema.const !== undefined) return 'choice';
  if (alternativesOf(schema).length > 1) return 'union';
  switch (typeOf(schema)) {
    case 'object':
      if (schema.properties !== undefined) return 'object';
      return isObject(schema.additionalProperties) &&
        kindOf(resolved(schema.additionalProperties, root), root) === 'text'
        ? 'record'
        : 'json';
    case 'array': {
      if (schema.items === undefined) return 'json';
      return resolved(schema.items, root).enum === undefined ? 'list' : 'set';
    }
    case 'boolean':
      return 'boolean';
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
      return 'text';
    default:
      return 'json';
  }
}

/** Hand-written schemas often have `properties` and no `type`. */
function typeOf({ type, properties }: Schema): string | undefined {
  return typeof type === 'string' ? type : properties === undefined ? undefined : 'object';
}

/** Whether a value could be meant by a schema, judged by its type and its fixed members. */
export function fits(schema: Schema, value: Json | undefined, root: unknown): boolean {
  const found = resolved(schema, root);
  const { const: fixed, enum: values, properties = {} } = found;
  if (fixed !== undefined) return isSame(fixed, value);
  if (values !== undefined) return values.some((one) => isSame(one, value));
  const type = typeOf(found);
  if (type !== undefined && type !== typeNameOf(value, type)) return false;
  return Object.entries(properties).every(([name, member]) => {
    const { const: fixedMember } = resolved(member, root);
    return fixedMember === undefined || isSame(fixedMember, memberOf(value, name));
  });
}

function typeNameOf(value: Json | undefined, wanted: string): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && wanted === 'integer' ? 'integer' : typeof value;
}

/** The initial value: the default, the fixed value, or the minimum that the schema requires. */
export function initialOf(given: Schema, root: unknown): Json {
  const schema = resolved(given, root);
  const value = schema.default ?? schema.const ?? schema.enum?.[0];
  if (value !== undefined) return value;
  const [first = {}] = alternativesOf(schema);
  if (first !== schema) return initialOf(first, root);
  switch (typeOf(schema)) {
    case 'object': {
      const { properties = {}, required = [] } = schema;
      const needed = required.map((name): [string, Json] => [name, initialOf(properties[name] ?? {}, root)]);
      return Object.fromEntries(needed) as JsonObject;
    }
    case 'array':
      return (schema.minItems ?? 0) > 0 && schema.items !== undefined ? [initialOf(schema.items, root)] : [];
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return Math.max(0, schema.minimum ?? 0);
    case 'null':
      return null;
    default:
      return '';
  }
}

/** Whether the empty text has a meaning of its own: a pattern names it. */
export function mayBeEmpty({ pattern, minLength = 0 }: Schema): boolean {
  if (pattern === undefined || minLength > 0) return false;
  try {
    return new RegExp(pattern, 'u').test('');
  } catch {
    return false;
  }
}

/** The member that a text stands for, if a value is either a text or an object with more members. */
export function mainMember(alternatives: readonly Schema[], root: unknown): { name: string; object: Schema } | null {
  if (alternatives.length !== 2) return null;
  const [text, object] = alternatives.map((one) => resolved(one, root));
  if (text?.type !== 'string' || object?.properties === undefined) return null;
  const [name, ...others] = object.required ?? [];
  return name !== undefined && others.length === 0 ? { name, object } : null;
}
