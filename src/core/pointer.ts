/** JSON Pointers (RFC 6901): faults of the input name their place by them, and schemas refer to their parts. */

import { isObject } from './json-value.ts';

/** The pointer to a member or item of the value at `base`. */
export function pointerTo(base: string, token: string | number): string {
  return `${base}/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The unescaped tokens of a pointer; the pointer to the root has none. */
export function pointerTokens(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at a pointer; undefined: there is none. */
export function follow(value: unknown, pointer: string): unknown {
  return pointerTokens(pointer).reduce(member, value);
}

/** An own member of an object, or an item of an array; undefined if there is none, or the value is neither. */
export function member(value: unknown, name: string): unknown {
  return (isObject(value) || Array.isArray(value)) && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** A pointer from a URI fragment (RFC 6901 section 6), decoded. */
export function fromFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
