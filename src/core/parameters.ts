/**
 * Parameter values (CONTRACT 2): checked against the resource's JSON Schema, with defaults filled in, so that one set
 * of values means one cache however it was written. Strings are not normalised: another Unicode form is another value.
 */

import { MAX_REQUEST_BYTES, USUAL_PARAMETERS_BYTES } from '../contract/constants.ts';
import { type InputFault, Problem } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import type { Json, Parameters } from '../ports/entry.ts';
import { counted } from './counted.ts';
import { invalidParameters } from './input-faults.ts';
import { faultOfNumber, jsonBytes } from './json.ts';
import { canonicalText, isObject } from './json-value.ts';
import { type JsonType, type ParameterSchema, parameterSchemaOf, typesOf } from './parameter-schema.ts';
import { member, pointerTo } from './pointer.ts';
import { faultsOfErrors, notAParameter, typeFault } from './schema-faults.ts';

/** Names that no parameter may have, whatever the schema accepts: `{_user}` in a URL always means the user's name. */
export function isReservedName(name: string): boolean {
  return name === 'resource_title' || name.startsWith('_');
}

/**
 * Values of a JSON body (core/json.ts), checked and with defaults. Calling it on its own result changes nothing.
 *
 * @throws Problem `invalid-parameters` with a pointer for each fault
 */
export function checkParameters(resource: Resource, values: Parameters): Parameters {
  const { root, errorsOf } = parameterSchemaOf(resource);
  const filled = withDefaults(values, root) as Parameters;
  // Before the schema: the time of some of its checks grows with the square of the length.
  demandSize(resource, filled);
  const faults = faultsOfErrors(errorsOf(filled), root);
  for (const name of Object.keys(values).filter(isReservedName)) {
    const fault = { pointer: pointerTo('', name), detail: notAParameter(name, root) };
    if (!faults.some(({ pointer }) => pointer === fault.pointer)) faults.push(fault);
  }
  if (faults.length > 0) throw invalidParameters(faults);
  return filled;
}

function demandSize(
  { parameters_max_bytes: most = USUAL_PARAMETERS_BYTES }: Partial<Resource>,
  values: Parameters,
): void {
  const bytes = jsonBytes(values);
  if (bytes <= most) return;
  const remedy = `parameters_max_bytes of the resource raises that up to ${MAX_REQUEST_BYTES}`;
  const detail = `must have at most ${counted(most, 'byte')} as JSON, defaults included, and have ${bytes}; ${remedy}`;
  throw new Problem('invalid-parameters', `The parameters ${detail}.`, { errors: [{ pointer: '', detail }] });
}

/**
 * Values of a query string, as decoded pairs, checked and with defaults. A text that is a JSON literal of a type that
 * the schema accepts is read as such; any other text is a string, if the schema accepts strings.
 *
 * @throws Problem `invalid-parameters` with a pointer for each fault
 */
export function parametersFromQuery(resource: Resource, query: readonly (readonly [string, string])[]): Parameters {
  const { root } = parameterSchemaOf(resource);
  const values: [string, Json][] = [];
  const faults: InputFault[] = [];
  const seen = new Set<string>();
  for (const [name, text] of query) {
    const read = seen.has(name)
      ? { fault: 'must not be repeated' }
      : readText(text, typesOf(schemaOf(name, root), root));
    seen.add(name);
    if ('fault' in read) faults.push({ pointer: pointerTo('', name), detail: read.fault });
    else values.push([name, read.value]);
  }
  if (faults.length > 0) throw invalidParameters(faults);
  return checkParameters(resource, Object.fromEntries(values));
}

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** A text of the query as a value of one of these types. */
function readText(text: string, types: ReadonlySet<JsonType>): { value: Json } | { fault: string } {
  if (types.has('null') && text === 'null') return { value: null };
  if (types.has('boolean') && (text === 'true' || text === 'false')) return { value: text === 'true' };
  if ((types.has('number') || types.has('integer')) && NUMBER.test(text)) {
    const value = Number(text) + 0; // -0 is 0
    const fault = faultOfNumber(value);
    if (fault !== null) return { fault };
    if (types.has('number') || Number.isInteger(value)) return { value };
  }
  if (types.has('string')) return { value: text };
  const literals = [...types].filter(
    (type) => type !== 'array' && type !== 'object' && !(type === 'integer' && types.has('number')),
  );
  return literals.length > 0
    ? { fault: typeFault(literals) }
    : { fault: 'must be sent by POST: a query has no arrays and objects' };
}

/** The part of the schema for a parameter; undefined: the schema does not mention it. */
function schemaOf(name: string, root: ParameterSchema): unknown {
  const own = member(root.properties, name);
  if (own !== undefined) return own;
  const patterns = isObject(root.patternProperties) ? Object.entries(root.patternProperties) : [];
  const fitting = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(name)).map(([, part]) => part);
  return fitting.length > 0 ? { allOf: fitting } : root.additionalProperties;
}

/** Fills in the defaults of missing members, including those of nested objects. */
export function withDefaults(value: Json, part: unknown): Json {
  const properties = member(part, 'properties');
  if (!isObject(value) || !isObject(properties)) return value;
  const filled = new Map<string, Json>(Object.entries(value as Parameters));
  for (const [name, schema] of Object.entries(properties)) {
    const given = filled.has(name) ? filled.get(name) : (member(schema, 'default') as Json | undefined);
    if (given !== undefined) filled.set(name, withDefaults(given, schema));
  }
  return Object.fromEntries(filled);
}

/**
 * Which sets of values a purge or list by parameters selects (CONTRACT 4): those that contain these members with these
 * values. Nested values must be equal as a whole.
 */
export function selectionOf(members: Parameters): (values: Parameters) => boolean {
  const wanted = Object.entries(members).map(([name, value]) => [name, canonicalText(value)] as const);
  return (values) =>
    wanted.every(([name, text]) => Object.hasOwn(values, name) && canonicalText(values[name]) === text);
}
