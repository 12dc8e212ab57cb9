/** Faults in the form of a body or query. Only this file reports unknown members. */

import type * as v from 'valibot';
import type { InputFault } from '../contract/problem.ts';
import { faultsOfIssues, withinUnions } from './input-faults.ts';
import { isObject } from './json-value.ts';
import { likelyName } from './likely-name.ts';
import { pointerTo } from './pointer.ts';

type AnySchema = v.GenericSchema & {
  wrapped?: AnySchema;
  entries?: Readonly<Record<string, AnySchema>>;
  item?: AnySchema;
  options?: readonly unknown[];
  pipe?: readonly [AnySchema, ...unknown[]];
};

/**
 * All faults in the form of a value, from the issues of its schema. Valibot reports only one unknown member of each
 * object and accepts arrays as objects, so this function looks for both itself.
 */
export function faultsOfForm(
  value: unknown,
  schema: v.GenericSchema,
  issues: readonly v.BaseIssue<unknown>[],
): InputFault[] {
  const shape = faultsOfShape(value, schema, '');
  const inArray = ({ pointer }: InputFault) => shape.some((fault) => pointer.startsWith(`${fault.pointer}/`));
  const others = faultsOfIssues(issues.flatMap(withinUnions).filter(({ expected }) => expected !== 'never'));
  return [...shape, ...others.filter((fault) => !inArray(fault))];
}

function faultsOfShape(value: unknown, schema: AnySchema, pointer: string): InputFault[] {
  const inner =
    (typeof value === 'object' ? schema.options?.find(isOfObjects) : undefined) ??
    schema.wrapped ??
    (schema.entries || schema.item ? undefined : schema.pipe?.[0]);
  if (inner !== undefined && inner !== schema) return faultsOfShape(value, inner, pointer);
  const { entries, item } = schema;
  if (Array.isArray(value)) {
    if (item !== undefined) return value.flatMap((each, index) => faultsOfShape(each, item, pointerTo(pointer, index)));
    return entries !== undefined || schema.type === 'record' ? [{ pointer, detail: 'must be an object' }] : [];
  }
  if (entries === undefined || !isObject(value)) return [];
  const unknown = schema.type === 'strict_object' ? unknownMembers(value, Object.keys(entries), pointer) : [];
  const within = Object.entries(entries).flatMap(([name, known]) =>
    Object.hasOwn(value, name) ? faultsOfShape(value[name], known, pointerTo(pointer, name)) : [],
  );
  return [...unknown, ...within];
}

/** Whether one of a value's possible forms is an object. */
function isOfObjects(schema: unknown): schema is AnySchema {
  return isObject(schema) && 'entries' in schema;
}

/** A fault for each member of an object that is not known; it suggests a similar known name, if there is one. */
export function unknownMembers(value: object, known: readonly string[], pointer = ''): InputFault[] {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const likely = likelyName(name, known);
      const meant = likely === undefined ? '' : `; perhaps "${likely}" is meant`;
      return { pointer: pointerTo(pointer, name), detail: `is not known here${meant}` };
    });
}
