/**
 * The memory that a JSON value takes, for limits of isolate memory. The length of its text is not a measure:
 * `[[1],[1],…]` takes twenty times that, objects with all different member names eleven times.
 */

/** Memory in V8 on 64 bits, bytes: of each value's slot, then of what is stored elsewhere. */
const SLOT_BYTES = 8;
const NUMBER_BYTES = 8;
const STRING_BYTES = 24;
const ARRAY_BYTES = 48;
const OBJECT_BYTES = 32;
/**
 * Objects with the same member names share the names and their shape. Each new name takes this, in addition to its
 * characters.
 */
const NEW_NAME_BYTES = 130;

const TWO_BYTE_CHARACTER = /[\u0100-\uffff]/;

/** Estimates the bytes of a JSON value: at most twice the true size, and hardly ever less than it. */
export function jsonBytes(value: unknown): number {
  return bytesOf(value, new Set());
}

/** `names`: member names seen so far; this function adds to it. */
function bytesOf(value: unknown, names: Set<string>): number {
  if (typeof value === 'string') return SLOT_BYTES + STRING_BYTES + charactersOf(value);
  if (typeof value === 'number') return SLOT_BYTES + NUMBER_BYTES;
  if (typeof value !== 'object' || value === null) return SLOT_BYTES;
  let bytes = SLOT_BYTES + (Array.isArray(value) ? ARRAY_BYTES : OBJECT_BYTES);
  if (Array.isArray(value)) {
    for (const item of value) bytes += bytesOf(item, names);
    return bytes;
  }
  for (const [name, member] of Object.entries(value)) {
    if (!names.has(name)) bytes += NEW_NAME_BYTES + charactersOf(name);
    names.add(name);
    bytes += bytesOf(member, names);
  }
  return bytes;
}

function charactersOf(text: string): number {
  return TWO_BYTE_CHARACTER.test(text) ? 2 * text.length : text.length;
}
