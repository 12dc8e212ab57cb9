/** Translates the errors of @cfworker/json-schema into plain words with RFC 6901 pointers. */

import type { OutputUnit } from '@cfworker/json-schema';
import type { InputFault } from '../contract/problem.ts';
import { counted } from './counted.ts';
import { isObject } from './json-value.ts';
import { likelyName } from './likely-name.ts';
import { MAX_FORMAT_LENGTH } from './parameter-formats.ts';
import { type JsonType, type ParameterSchema, resolveReference, TOO_LONG_FOR_FORMAT } from './parameter-schema.ts';
import { fromFragment, member, pointerTo, pointerTokens } from './pointer.ts';

/** Most listed values in the text of a fault. */
const MAX_LISTED = 20;

/** Most known names in the text of a fault. */
const MAX_TOLD = 20;

/** A name is compared with at most this many known ones: a request may have thousands of names that are not known. */
const MAX_COMPARED = 100;

/** The text about a name that the schema `root` does not know: the known names, and the most similar one. */
export function notAParameter(given: string, { properties, patternProperties }: ParameterSchema): string {
  const names = isObject(properties) ? Object.keys(properties) : [];
  const told = names.slice(0, MAX_TOLD).map((name) => JSON.stringify(name));
  const more = names.length > told.length ? ` and ${names.length - told.length} more` : '';
  const patterns = isObject(patternProperties) ? Object.keys(patternProperties).slice(0, MAX_TOLD) : [];
  const matching = patterns.length > 0 ? [`names that match ${patterns.join(', ')}`] : [];
  const known = [...(told.length > 0 ? [told.join(', ') + more] : []), ...matching].join(', and ');
  const likely = likelyName(given, names.slice(0, MAX_COMPARED));
  const meant = likely === undefined ? '' : `; perhaps ${JSON.stringify(likely)} is meant`;
  return `is not a parameter of this resource: it has ${known || 'none'}${meant}`;
}

/** The innermost faults, each once, of a value that was checked against `part` of the schema `root`. */
export function faultsOfErrors(
  errors: readonly OutputUnit[],
  root: ParameterSchema,
  part: unknown = root,
): InputFault[] {
  const faults = new Map<string, InputFault>();
  for (const error of innermost(errors)) {
    const fault = faultOf(error, limitOf(error, root, part), root);
    faults.set(JSON.stringify(fault), fault);
  }
  return [...faults.values()];
}

/** "must be an integer or null" */
export function typeFault(types: Iterable<JsonType>): string {
  return `must be ${orList(Array.from(types, (type) => TYPE_WORDS[type] ?? type))}`;
}

const TYPE_WORDS: Readonly<Record<JsonType, string>> = {
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  string: 'a string',
  array: 'an array',
  object: 'an object',
};

/**
 * Keywords whose own error is dropped, since the errors below it give the cause. ALTERNATIVES keep theirs and drop
 * those below.
 */
const WRAPPERS = new Set(
  '$ref properties patternProperties additionalProperties unevaluatedProperties prefixItems items unevaluatedItems allOf if'.split(
    ' ',
  ),
);
const ALTERNATIVES = new Set(['anyOf', 'oneOf', 'contains']);

function* innermost(errors: readonly OutputUnit[]): Generator<OutputUnit> {
  let skipped: string | null = null;
  for (const error of errors) {
    if (skipped !== null && error.keywordLocation.startsWith(skipped)) continue;
    skipped = ALTERNATIVES.has(error.keyword) ? `${error.keywordLocation}/` : null;
    if (!WRAPPERS.has(error.keyword)) yield error;
  }
}

function faultOf(error: OutputUnit, limit: unknown, root: ParameterSchema): InputFault {
  const pointer = fromFragment(error.instanceLocation.slice(1));
  if (error.keyword === 'required' || error.keyword === 'dependentRequired') {
    // The library gives the name of the missing member only in its message.
    const name = /does not have (?:required property )?"([\s\S]*)"\.$/.exec(error.error)?.[1] ?? '';
    return { pointer: pointerTo(pointer, name), detail: 'is required' };
  }
  if (error.keyword === 'false') {
    const [name = '', ...deeper] = pointerTokens(pointer);
    return { pointer, detail: deeper.length === 0 ? notAParameter(name, root) : 'is not allowed here' };
  }
  return { pointer, detail: WORDS[error.keyword]?.(limit) ?? `does not fit the schema's "${error.keyword}"` };
}

const WORDS: Readonly<Record<string, (limit: unknown) => string>> = {
  type: (types) => typeFault([types].flat() as JsonType[]),
  enum: listed,
  const: (value) => `must be ${JSON.stringify(value)}`,
  minimum: (limit) => `must be at least ${limit}`,
  maximum: (limit) => `must be at most ${limit}`,
  exclusiveMinimum: (limit) => `must be more than ${limit}`,
  exclusiveMaximum: (limit) => `must be less than ${limit}`,
  multipleOf: (limit) => `must be a multiple of ${limit}`,
  minLength: (limit) => `must have at least ${counted(Number(limit), 'character')}`,
  maxLength: (limit) => `must have at most ${counted(Number(limit), 'character')}`,
  pattern: (pattern) => `must match the pattern ${pattern}`,
  format: (format) => `must have the format "${format}"`,
  [TOO_LONG_FOR_FORMAT]: () => `must have at most ${MAX_FORMAT_LENGTH} characters, as all strings with a format`,
  minItems: (limit) => `must have at least ${counted(Number(limit), 'item')}`,
  maxItems: (limit) => `must have at most ${counted(Number(limit), 'item')}`,
  uniqueItems: () => 'must not repeat an item',
  minProperties: (limit) => `must have at least ${counted(Number(limit), 'member')}`,
  maxProperties: (limit) => `must have at most ${counted(Number(limit), 'member')}`,
  anyOf: () => 'must have one of the forms that the schema allows',
  oneOf: () => 'must have exactly one of the forms that the schema allows',
  not: () => 'has a form that the schema rules out',
};

function listed(values: unknown): string {
  if (!Array.isArray(values) || values.length > MAX_LISTED) return 'must be one of the values that the schema lists';
  return `must be ${orList(values.map((value) => JSON.stringify(value)))}`;
}

function orList(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** The value of the violated keyword: `keywordLocation` is a path through the schema and its references. */
function limitOf(error: OutputUnit, root: ParameterSchema, start: unknown): unknown {
  let part = start;
  for (const token of pointerTokens(fromFragment(error.keywordLocation.slice(1)))) {
    const next = member(part, token);
    part = token === '$ref' && isObject(part) && typeof next === 'string' ? resolveReference(root, next) : next;
  }
  return part;
}
