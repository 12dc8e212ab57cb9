/**
 * JSON from clients (RFC 8259), limited to what survives a round trip (RFC 7493, I-JSON): whole numbers up to 2^53-1,
 * finite numbers, well-formed strings, bounded nesting. Numbers are judged by value, so `1e20` is refused like its
 * written-out digits.
 */

import { MAX_NESTING } from '../contract/constants.ts';
import { type InputFault, Problem } from '../contract/problem.ts';
import type { Json } from '../ports/entry.ts';
import { invalidParameters } from './input-faults.ts';
import { faultOfJson } from './json-fault.ts';
import { pointerTo } from './pointer.ts';

/**
 * The value of a JSON text; the last of repeated members counts. The root is nesting level 0, so that the value of a
 * parameter in a body may be nested MAX_NESTING deep.
 *
 * @throws Problem `invalid-json` with the position; `invalid-parameters` with a pointer for each value that is not
 * accepted
 */
export function parseJson(text: string): Json {
  return demandInterchangeable(parseJsonText(text));
}

/** The value of a JSON text, without further limits. @throws Problem `invalid-json` with the position */
export function parseJsonText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const detail =
      text.trim() === ''
        ? 'The JSON is empty. An object without members is {}.'
        : `The JSON is broken at byte ${faultOfJson(text)}.`;
    throw new Problem('invalid-json', detail, { cause });
  }
}

/**
 * Returns the value if all of it survives a round trip.
 *
 * @param level nesting level of its root: -1 if the parameters are a member of it
 * @throws Problem `invalid-parameters` with a pointer for each value that does not
 */
export function demandInterchangeable(value: Json, level = 0): Json {
  // Fast path without pointers, which are the most expensive part: hardly any value has a fault.
  if (isInterchangeable(value, level)) return value;
  const faults: InputFault[] = [];
  inspect(value, '', level, faults);
  if (faults.length > 0) throw invalidParameters(faults);
  return value;
}

/** The fault of a number as a parameter; null: none. */
export function faultOfNumber(value: number): string | null {
  if (!Number.isFinite(value)) return 'must be a finite number';
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return 'must be between -(2^53-1) and 2^53-1';
  return null;
}

function isInterchangeable(value: Json, level: number): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return faultOfNumber(value) === null;
  if (typeof value !== 'object' || value === null) return true;
  if (level > MAX_NESTING) return false;
  if (Array.isArray(value)) return value.every((item) => isInterchangeable(item, level + 1));
  return Object.keys(value).every(
    (name) => faultOfName(name) === null && isInterchangeable(value[name] as Json, level + 1),
  );
}

function inspect(value: Json, pointer: string, level: number, faults: InputFault[]): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) faults.push({ pointer, detail: 'must not have lone surrogates' });
  } else if (typeof value === 'number') {
    const detail = faultOfNumber(value);
    if (detail !== null) faults.push({ pointer, detail });
  } else if (typeof value === 'object' && value !== null) {
    if (level > MAX_NESTING) {
      faults.push({ pointer, detail: `must not be nested deeper than ${MAX_NESTING} levels` });
      return;
    }
    for (const [name, member] of Object.entries(value)) {
      const place = pointerTo(pointer, name.toWellFormed());
      const detail = faultOfName(name);
      if (detail !== null) faults.push({ pointer: place, detail });
      inspect(member, place, level + 1, faults);
    }
  }
}

/** `__proto__` is refused everywhere: code that copies such a member by assignment changes the copy's prototype. */
function faultOfName(name: string): string | null {
  if (!name.isWellFormed()) return 'must not have lone surrogates in its name';
  return name === '__proto__' ? 'must not be called "__proto__"' : null;
}

/** Bytes of a value as JSON in UTF-8. Canonical JSON has the same length as any other without white space. */
export function jsonBytes(value: Json): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
