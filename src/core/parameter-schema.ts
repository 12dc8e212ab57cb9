/** The JSON Schema (2020-12) of a resource's parameters, prepared for @cfworker/json-schema. */

import { dereference, type OutputUnit, type Schema, validate } from '@cfworker/json-schema';
import type { Resource } from '../contract/resource.ts';
import type { Json } from '../ports/entry.ts';
import { isObject } from './json-value.ts';
import { MAX_FORMAT_LENGTH } from './parameter-formats.ts';
import { follow, fromFragment } from './pointer.ts';

/** A schema or part of one; `faultsOfParameterSchema` makes sure that checked parts are schemas. */
export type ParameterSchema = { readonly [keyword: string]: unknown };

/** A schema against which values can be checked. */
export interface CompiledSchema {
  root: ParameterSchema;
  /** All faults of a value under the root or one of its parts, in the library's words. */
  errorsOf(value: Json, part?: unknown): OutputUnit[];
}

const compiled = new WeakMap<Resource, CompiledSchema>();

/** The compiled schema of a definition; compiled once for each definition object. */
export function parameterSchemaOf(resource: Resource): CompiledSchema {
  const known = compiled.get(resource);
  if (known !== undefined) return known;
  const made = compileSchema(resource.parameters ?? {});
  compiled.set(resource, made);
  return made;
}

/** The schema of an object as it is meant: it refuses unknown members unless it says otherwise (CONTRACT 4). */
export function closedSchema(given: ParameterSchema): ParameterSchema {
  const open = 'additionalProperties' in given || 'unevaluatedProperties' in given;
  return { ...given, type: 'object', ...(open ? {} : { additionalProperties: false }) };
}

/**
 * Compiles the schema of an object, closed by `closedSchema`.
 *
 * @throws Error for a schema that the library cannot read
 */
export function compileSchema(given: ParameterSchema): CompiledSchema {
  // A copy, because the library writes addresses into it.
  const root: ParameterSchema = structuredClone(closedSchema(given));
  const lookup = dereference(root as Schema);
  return {
    root,
    errorsOf(value, part = root) {
      const errors = (onlyFirst: boolean) =>
        validate(value, part as Schema | boolean, '2020-12', lookup, onlyFirst).errors.map((error) =>
          isTooLongForFormat(error, value) ? { ...error, keyword: TOO_LONG_FOR_FORMAT } : error,
        );
      try {
        return errors(false);
      } catch (error) {
        // The library passes its errors as arguments. If a body has tens of thousands, they exceed the stack.
        if (!(error instanceof RangeError)) throw error;
        return errors(true);
      }
    },
  };
}

/** Pseudo-keyword for the fault of a string that is too long for a format; JSON Schema has no such keyword. */
export const TOO_LONG_FOR_FORMAT = 'format/length';

function isTooLongForFormat({ keyword, instanceLocation }: OutputUnit, value: Json): boolean {
  if (keyword !== 'format') return false;
  const text = follow(value, fromFragment(instanceLocation.slice(1)));
  return typeof text === 'string' && text.length > MAX_FORMAT_LENGTH;
}

/** The target of a `$ref` of the form `#` or `#/…`; undefined: there is none. */
export function resolveReference(root: ParameterSchema, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined;
  return follow(root, fromFragment(reference.slice(1)));
}

/** The types of JSON Schema. */
export const JSON_TYPES = ['integer', 'number', 'boolean', 'null', 'string', 'array', 'object'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

/** The types that a part of the schema can accept, as far as its types, listed values and references show. */
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
  // Every integer is a number: the intersection of both is integer.
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
