/**
 * What `parameters` of a definition may be (CONTRACT 4): a JSON Schema (2020-12) of an object that
 * @cfworker/json-schema checks in full. Keywords that it ignores or interprets differently are refused; unknown
 * keywords are annotations.
 */

import type { InputFault } from '../contract/problem.ts';
import type { Json } from '../ports/entry.ts';
import { isObject } from './json-value.ts';
import {
  type CompiledSchema,
  compileSchema,
  JSON_TYPES,
  type ParameterSchema,
  resolveReference,
} from './parameter-schema.ts';
import { isReservedName, withDefaults } from './parameters.ts';
import { follow, pointerTo } from './pointer.ts';
import { faultsOfErrors } from './schema-faults.ts';
import { NAMED, ONE, SEVERAL } from './schema-keywords.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** All faults of a schema of parameters, with pointers that begin with `base`. */
export function faultsOfParameterSchema(schema: ParameterSchema, base: string): InputFault[] {
  return faultsOf(schema).map(({ pointer, detail }) => ({ pointer: base + pointer, detail }));
}

function faultsOf(schema: ParameterSchema): InputFault[] {
  const faults: InputFault[] = [];
  for (const name of Object.keys(isObject(schema.properties) ? schema.properties : {}).filter(isReservedName)) {
    const detail = 'must not be called "resource_title" nor begin with "_"';
    faults.push({ pointer: pointerTo('/properties', name), detail });
  }
  const parts = [...partsOf(schema, '', schema, faults)];
  if (schema.type !== undefined && schema.type !== 'object' && !faults.some(({ pointer }) => pointer === '/type')) {
    faults.push({ pointer: '/type', detail: 'must be "object"' });
  }
  if (faults.length > 0) return faults;
  for (const part of parts) {
    if (refersToItself(part.schema, schema)) {
      return [{ pointer: part.pointer, detail: 'must not refer back to itself for the same value' }];
    }
  }
  const compiled = tryCompile(schema);
  if (compiled === null) return [{ pointer: '', detail: 'is not a JSON Schema that can be used' }];
  return parts.flatMap((part) => faultsOfDefault(part, compiled));
}

interface Part {
  schema: ParameterSchema;
  pointer: string;
}

type Check = (value: unknown) => string | null;
const when =
  (holds: (value: unknown) => boolean, detail: string): Check =>
  (value) =>
    holds(value) ? null : detail;

const NO_PATTERN = 'must be a regular expression (ECMA-262, with the flag "u")';
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown) => typeof value === 'string';
const areTexts = (value: unknown) => Array.isArray(value) && value.every(isText);
const isType = (value: unknown) => (JSON_TYPES as readonly unknown[]).includes(value);
const isNumber = (value: unknown) => typeof value === 'number';

const count = when(isCount, 'must be a whole number, not negative');
const number = when(isNumber, 'must be a number');
const text = when(isText, 'must be a string');
const refused: Check = () => 'is not supported';

/** Keyword -> the check of its value, for keywords that contain no schemas. */
const PLAIN: Readonly<Record<string, Check>> = {
  type: when(
    (value) => isType(value) || (Array.isArray(value) && value.length > 0 && value.every(isType)),
    `must be one or several of ${JSON_TYPES.join(', ')}`,
  ),
  enum: when((value) => Array.isArray(value) && value.length > 0, 'must be an array with at least one value'),
  required: when(areTexts, 'must be an array of names'),
  dependentRequired: when(
    (value) => isObject(value) && Object.values(value).every(areTexts),
    'must name arrays of names',
  ),
  pattern: when(isPattern, NO_PATTERN),
  multipleOf: when((value) => isNumber(value) && (value as number) > 0, 'must be a number above 0'),
  uniqueItems: when((value) => typeof value === 'boolean', 'must be true or false'),
  $schema: when((value) => value === DIALECT || value === `${DIALECT}#`, `must be "${DIALECT}"`),
  ...Object.fromEntries('minimum maximum exclusiveMinimum exclusiveMaximum'.split(' ').map((name) => [name, number])),
  ...Object.fromEntries(
    'minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains'
      .split(' ')
      .map((name) => [name, count]),
  ),
  ...Object.fromEntries('format title description $comment'.split(' ').map((name) => [name, text])),
  ...Object.fromEntries(
    '$id id $anchor $dynamicRef $dynamicAnchor $recursiveRef $recursiveAnchor $vocabulary additionalItems dependencies'
      .split(' ')
      .map((name) => [name, refused]),
  ),
};

/** All parts of the schema that are schemas themselves; adds malformed parts to `faults`. */
function* partsOf(schema: unknown, pointer: string, root: ParameterSchema, faults: InputFault[]): Generator<Part> {
  if (typeof schema === 'boolean') return;
  if (!isObject(schema)) {
    faults.push({ pointer, detail: 'must be a JSON Schema: an object, true or false' });
    return;
  }
  yield { schema, pointer };
  for (const [keyword, value] of Object.entries(schema)) {
    const place = pointerTo(pointer, keyword);
    const detail = faultOfKeyword(keyword, value, root);
    if (detail !== null) faults.push({ pointer: place, detail });
    else if (ONE.has(keyword)) yield* partsOf(value, place, root, faults);
    else if (SEVERAL.has(keyword) || NAMED.has(keyword)) {
      for (const [name, each] of Object.entries(value as object)) {
        yield* partsOf(each, pointerTo(place, name), root, faults);
      }
    }
  }
}

function faultOfKeyword(keyword: string, value: unknown, root: ParameterSchema): string | null {
  if (keyword === '$ref') return faultOfReference(value, root);
  if (SEVERAL.has(keyword)) return Array.isArray(value) && value.length > 0 ? null : 'must be an array of schemas';
  if (NAMED.has(keyword) && !isObject(value)) return 'must be an object of schemas';
  if (keyword === 'patternProperties') return Object.keys(value as object).every(isPattern) ? null : NO_PATTERN;
  return Object.hasOwn(PLAIN, keyword) ? (PLAIN[keyword]?.(value) ?? null) : null;
}

function faultOfReference(value: unknown, root: ParameterSchema): string | null {
  const target = typeof value === 'string' ? resolveReference(root, value) : undefined;
  return isObject(target) || typeof target === 'boolean'
    ? null
    : 'must point to a place in this schema, such as "#/$defs/year"';
}

/** Whether checking a value against the part would lead back to the part with the same value, without end. */
function refersToItself(part: ParameterSchema, root: ParameterSchema): boolean {
  const seen = new Set<unknown>();
  const waiting: unknown[] = sameValueParts(part, root);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === part) return true;
    if (!isObject(next) || seen.has(next)) continue;
    seen.add(next);
    waiting.push(...sameValueParts(next, root));
  }
  return false;
}

function sameValueParts(part: ParameterSchema, root: ParameterSchema): unknown[] {
  const { $ref, allOf, anyOf, oneOf, not, if: condition, then: yes, else: no, dependentSchemas } = part;
  return [
    typeof $ref === 'string' ? resolveReference(root, $ref) : undefined,
    ...[allOf, anyOf, oneOf].flat(),
    ...[not, condition, yes, no],
    ...Object.values(isObject(dependentSchemas) ? dependentSchemas : {}),
  ].filter((each) => each !== undefined);
}

function tryCompile(schema: ParameterSchema): CompiledSchema | null {
  try {
    return compileSchema(schema);
  } catch {
    return null;
  }
}

function faultsOfDefault({ schema, pointer }: Part, { root, errorsOf }: CompiledSchema): InputFault[] {
  if (schema.default === undefined) return [];
  // Uses the compiled copy, in which references are resolved.
  const part = follow(root, pointer);
  return faultsOfErrors(errorsOf(withDefaults(schema.default as Json, part), part), root, part).map((fault) => ({
    pointer: `${pointer}/default${fault.pointer}`,
    detail: fault.detail,
  }));
}

function isPattern(value: unknown): boolean {
  try {
    return typeof value === 'string' && new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
