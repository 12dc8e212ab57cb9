/**
 * How much memory a JSON value takes, for bounds of isolate memory. The length of its text is no measure: `[[1],[1],…]` takes
 * twenty times that, objects whose members all have other names eleven times.
 */

/** What V8 takes on 64 bits, bytes: of each value in its place, then of what lies elsewhere. */
const SLOT_BYTES = 8;
const NUMBER_BYTES = 8;
const STRING_BYTES = 24;
const ARRAY_BYTES = 48;
const OBJECT_BYTES = 32;
/** Objects of the same names share their names and shape; each new one takes this besides its characters. */
const NEW_NAME_BYTES = 130;

const TWO_BYTE_CHARACTER = /[\u0100-\uffff]/;

/** Bytes of a value made of JSON, roughly: whatever it looks like, up to twice what it takes and hardly ever less. */
export function jsonBytes(value: unknown): number {
  return bytesOf(value, new Set());
}

/** `names`: those of members seen before, which this adds to. */
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
