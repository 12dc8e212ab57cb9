/** The JSON Schema (2020-12) of a resource's parameters, made ready for @cfworker/json-schema. */

import { dereference, type OutputUnit, type Schema, validate } from '@cfworker/json-schema';
import type { Json } from '../contract/entry.ts';
import type { Resource } from '../contract/resource.ts';
import { pointerTokens } from './pointer.ts';

/** A schema or part of one; parts that are checked are schemas by `faultsOfParameterSchema`. */
export type ParameterSchema = { readonly [keyword: string]: unknown };

export interface CompiledSchema {
  root: ParameterSchema;
  /** Every fault of a value under the root or one of its parts, as the library words them. */
  errorsOf(value: Json, part?: unknown): OutputUnit[];
}

const compiled = new WeakMap<Resource, CompiledSchema>();

/** The compiled schema of a definition, made once for each definition object. */
export function parameterSchemaOf(resource: Resource): CompiledSchema {
  const known = compiled.get(resource);
  if (known !== undefined) return known;
  const made = compileSchema(resource.parameters ?? {});
  compiled.set(resource, made);
  return made;
}

/**
 * Compiles the schema of an object whose unknown members are refused unless it says otherwise (CONTRACT 4).
 *
 * @throws Error for a schema that the library cannot read
 */
export function compileSchema(given: ParameterSchema): CompiledSchema {
  const open = 'additionalProperties' in given || 'unevaluatedProperties' in given;
  // A copy, for the library notes addresses in it.
  const root: ParameterSchema = structuredClone({
    ...given,
    type: 'object',
    ...(open ? {} : { additionalProperties: false }),
  });
  const lookup = dereference(root as Schema);
  return {
    root,
    errorsOf: (value, part = root) => validate(value, part as Schema | boolean, '2020-12', lookup, false).errors,
  };
}

/** Whether the value is an object, of a schema or otherwise. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own member of an object that may be none. */
export function member(value: unknown, name: string): unknown {
  return (isObject(value) || Array.isArray(value)) && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** What a `$ref` of the form `#` or `#/…` points to; undefined: nothing. */
export function resolveReference(root: ParameterSchema, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined;
  return follow(root, fromFragment(reference.slice(1)));
}

/** What a pointer leads to; undefined: nothing. */
export function follow(value: unknown, pointer: string): unknown {
  return pointerTokens(pointer).reduce(member, value);
}

/** A pointer as it stands in a URI fragment (RFC 6901 section 6), decoded. */
export function fromFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

export const JSON_TYPES = ['integer', 'number', 'boolean', 'null', 'string', 'array', 'object'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

/** Which types of values a part of the schema can take, as far as its types, listed values and references tell. */
export function typesOf(part: unknown, root: ParameterSchema): ReadonlySet<JsonType> {
  let types: ReadonlySet<JsonType> = new Set(JSON_TYPES);
  if (!isObject(part)) return types;
  const { type, enum: listed, const: only, $ref: reference, anyOf, oneOf, allOf } = part;
  if (type !== undefined) types = narrow(types, new Set([type].flat() as JsonType[]));
  if (Array.isArray(listed)) types = narrow(types, new Set(listed.map(typeOf)));
  if (only !== undefined) types = narrow(types, new Set([typeOf(only)]));
  if (typeof reference === 'string') types = narrow(types, typesOf(resolveReference(root, reference), root));
  for (const branches of [anyOf, oneOf]) {
    if (Array.isArray(branches)) types = narrow(types, new Set(branches.flatMap((each) => [...typesOf(each, root)])));
  }
  if (Array.isArray(allOf)) for (const each of allOf) types = narrow(types, typesOf(each, root));
  return types;
}

function narrow(types: ReadonlySet<JsonType>, allowed: ReadonlySet<JsonType>): ReadonlySet<JsonType> {
  const both = new Set([...types].filter((type) => allowed.has(type)));
  // Every integer is a number: of the two the narrower is left.
  if ((types.has('integer') && allowed.has('number')) || (types.has('number') && allowed.has('integer'))) {
    both.add('integer');
  }
  return both;
}

function typeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value as JsonType;
}
