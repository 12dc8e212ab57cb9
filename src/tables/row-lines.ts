/**
 * Rows as lines of bytes, `<row id>,<cell>,…`, and ascending lists of row ids. There may be a million rows: none is
 * converted to a string.
 */

const NEWLINE = 0x0a;
/** Character code of the digit 0; those of comma and line break are lower. */
const ZERO = 0x30;
const NINE = 0x39;

export const NO_IDS = new Float64Array(0);

/** The end of the line that contains this byte: its line break, or the end of the bytes. */
export function lineEnd(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(NEWLINE, from);
  return end < 0 ? bytes.byteLength : end;
}

/** The number whose digits begin at this byte. */
export function idAt(bytes: Uint8Array, from: number): number {
  let id = 0;
  for (let at = from; ; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) return id;
    id = id * 10 + byte - ZERO;
  }
}

/** The numbers of a list `<id>,<id>,…` that consists of all these bytes. */
export function idsIn(list: Uint8Array): Float64Array {
  let count = 1;
  for (const byte of list) if (byte < ZERO) count += 1;
  const ids = new Float64Array(count);
  let id = 0;
  let at = 0;
  for (const byte of list) {
    if (byte >= ZERO) {
      id = id * 10 + byte - ZERO;
    } else {
      ids[at] = id;
      at += 1;
      id = 0;
    }
  }
  ids[at] = id;
  return ids;
}

/** The ids of all lists as one list; each id occurs at most once. */
export function mergedIds(lists: readonly Float64Array[]): Float64Array {
  const some = lists.filter((list) => list.length > 0);
  if (some.length < 2) return some[0] ?? NO_IDS;
  const merged = new Float64Array(some.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of some) {
    merged.set(list, at);
    at += list.length;
  }
  return merged.sort();
}

/** Whether an ascending list contains the id. */
export function hasId(ids: Float64Array, id: number): boolean {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id;
}

/** The ids that are not in the other list; both are ascending. */
export function withoutIds(ids: Float64Array, others: Float64Array): Float64Array {
  return others.length === 0 ? ids : ids.filter((id) => !hasId(others, id));
}
