/** JSON values, and places in them (RFC 6901). */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

/** Whether a value is an object, and not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two values are equal; the order of members does not matter. `undefined` (no value) equals itself. */
export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]))
  );
}

/** A member; undefined: there is none. Inherited members do not count. */
export function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** An object with a member set, in its old place or at the end; undefined removes it. */
export function withMember(value: JsonObject, name: string, member: Json | undefined): JsonObject {
  const others = Object.entries(value);
  if (member === undefined) return Object.fromEntries(others.filter(([other]) => other !== name));
  // An assignment would not work for a member called `__proto__`.
  return Object.hasOwn(value, name)
    ? Object.fromEntries(others.map(([other, old]) => [other, other === name ? member : old]))
    : Object.fromEntries([...others, [name, member]]);
}

/** The pointer of a member or an item. */
export function pointerTo(pointer: string, name: string | number): string {
  return `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The names in a pointer. */
export function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at a pointer, if there is one. */
export function at(value: Json | undefined, pointer: string): Json | undefined {
  let found: Json | undefined = value;
  for (const step of stepsOf(pointer)) found = Array.isArray(found) ? found[Number(step)] : memberOf(found, step);
  return found;
}

/** Parses a text as an object. @throws Error that says what is wrong, and where */
export function parseObject(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new SyntaxError('{ }');
  return value;
}

/** A value as readable JSON. */
export function textOf(value: Json): string {
  return JSON.stringify(value, null, 2);
}

/** Why a text is not valid JSON, in the browser's words; null: it is valid. */
export function jsonFault(text: string | undefined): string | null {
  if (text === undefined || text.trim() === '') return null;
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
