/** Faults in the form of a body or query. Only this file reports unknown members. */

import type * as v from 'valibot';
import type { InputFault } from '../contract/problem.ts';
import { faultsOfIssues, withinUnions } from './input-faults.ts';
import { isObject } from './json-value.ts';
import { likelyName } from './likely-name.ts';
import { placesOf, type WalkedSchema } from './member-places.ts';
import { pointerTo } from './pointer.ts';

/** The known members of an object are listed if they are at most as many. */
const MOST_TOLD = 8;

/**
 * All faults in the form of a value, from the issues of its schema. Valibot reports only one unknown member of each
 * object and accepts arrays as objects, so this function looks for both itself.
 */
export function faultsOfForm(
  value: unknown,
  schema: v.GenericSchema,
  issues: readonly v.BaseIssue<unknown>[],
): InputFault[] {
  const shape = faultsOfShape(value, schema, { pointer: '', root: schema });
  const inArray = ({ pointer }: InputFault) => shape.some((fault) => pointer.startsWith(`${fault.pointer}/`));
  const others = faultsOfIssues(issues.flatMap(withinUnions).filter(({ expected }) => expected !== 'never'));
  return [...shape, ...others.filter((fault) => !inArray(fault))];
}

/** Where a value is: its pointer, and the schema of the whole body. */
interface Place {
  pointer: string;
  root?: v.GenericSchema;
}

function faultsOfShape(value: unknown, schema: WalkedSchema, place: Place): InputFault[] {
  const inner =
    (typeof value === 'object' ? schema.options?.find(isOfObjects) : undefined) ??
    schema.wrapped ??
    (schema.entries || schema.item ? undefined : schema.pipe?.[0]);
  if (inner !== undefined && inner !== schema) return faultsOfShape(value, inner, place);
  const { entries, item } = schema;
  const { pointer } = place;
  const at = (key: string | number): Place => ({ ...place, pointer: pointerTo(pointer, key) });
  if (Array.isArray(value)) {
    if (item !== undefined) return value.flatMap((each, index) => faultsOfShape(each, item, at(index)));
    return entries !== undefined || schema.type === 'record' ? [{ pointer, detail: 'must be an object' }] : [];
  }
  if (entries === undefined || !isObject(value)) return [];
  const unknown = schema.type === 'strict_object' ? unknownMembers(value, Object.keys(entries), place) : [];
  const within = Object.entries(entries).flatMap(([name, known]) =>
    Object.hasOwn(value, name) ? faultsOfShape(value[name], known, at(name)) : [],
  );
  return [...unknown, ...within];
}

/** Whether one of a value's possible forms is an object. */
function isOfObjects(schema: unknown): schema is WalkedSchema {
  return isObject(schema) && 'entries' in schema;
}

/**
 * A fault for each member of an object that is not known. It suggests a similar known name, or else names the objects
 * of the body that have such a member, or the few members that are known.
 */
export function unknownMembers(
  value: object,
  known: readonly string[],
  { pointer, root }: Place = { pointer: '' },
): InputFault[] {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      pointer: pointerTo(pointer, name),
      detail: `is not known here${likelyMeaning(name, known, root)}`,
    }));
}

function likelyMeaning(name: string, known: readonly string[], root: v.GenericSchema | undefined): string {
  const likely = likelyName(name, known);
  if (likely !== undefined) return `; perhaps "${likely}" is meant`;
  const places = root === undefined ? [] : placesOf(name, root);
  if (places.length > 0) return `; it belongs ${places.join(' or ')}`;
  const isFew = known.length > 0 && known.length <= MOST_TOLD;
  return isFew ? `; known are ${known.map((one) => `"${one}"`).join(', ')}` : '';
}
