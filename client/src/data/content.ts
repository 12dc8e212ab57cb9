/**
 * The content of one version of a cache, in memory. A version never changes: a delta makes a new version that shares
 * rows with the old one. Rows stay in segments, as the text that the service sent, and are parsed when the app reads
 * them.
 */

import { broken } from './scan.ts';

/** Most rows and characters of a chunk, except that a single row may be longer. */
export const CHUNK_ROWS = 2000;
export const CHUNK_LENGTH = 262_144;

/** How rows are shown: `object` or `array`, with numbers as `native` or `text`. */
export type RowsKind = `${'object' | 'array'}-${'native' | 'text'}`;

/** Parsed rows, by how they are shown; undefined: not parsed yet. */
export type ParsedRows = Partial<Record<RowsKind, unknown[]>>;

/** Some rows of a table: `[1,"a"],[2,"b"]`. */
export interface Segment {
  readonly text: string;
  /** Row ids, in the order of the rows. */
  readonly ids: Float64Array;
  /** Index of each row's `[` in `text`. */
  readonly starts: Uint32Array;
  /** Place of the first row. A place is the number of a row, counted through all segments of the table. */
  readonly first: number;
  /** The rows of this segment, once they were parsed. */
  readonly parsed: ParsedRows;
  /** Row objects that were parsed before their text was copied to this segment; they are shown again. */
  readonly reused: ParsedRows;
}

/** The rows of a table. Segments may contain deleted rows: `places` lists the rows that exist. */
export interface TableContent {
  readonly name: string;
  /** The same array as long as only deltas change the table; then a row id means the same row. */
  readonly columns: readonly string[];
  /** Row ids, ascending. */
  readonly ids: Float64Array;
  /** The place of each row of `ids`. */
  readonly places: Uint32Array;
  readonly segments: readonly Segment[];
}

/** A version of a cache: its tables in the order of the body or, for a resource without tables, the body. */
export interface Content {
  readonly tables: readonly TableContent[];
  readonly body: Blob | null;
}

/** The number of rows in all tables. */
export function rowCount({ tables }: Content): number {
  return tables.reduce((sum, { ids }) => sum + ids.length, 0);
}

/** A segment of the rows in `text`. */
export function segmentOf(
  text: string,
  ids: readonly number[],
  starts: readonly number[],
  first: number,
  reused: ParsedRows = {},
): Segment {
  return { text, ids: Float64Array.from(ids), starts: Uint32Array.from(starts), first, parsed: {}, reused };
}

/** The place after the last row. */
export function endOf(segments: readonly Segment[]): number {
  const last = segments.at(-1);
  return last === undefined ? 0 : last.first + last.ids.length;
}

/** Calls `read` for each row that exists, in the order of places. */
export function mapRows<Value>(
  { places, segments }: TableContent,
  read: (segment: Segment, at: number) => Value,
): Value[] {
  const values: Value[] = [];
  let next = 0;
  let segment = segments[0] as Segment;
  for (const place of ascending(places)) {
    while (place >= segment.first + segment.ids.length) segment = segments[++next] as Segment;
    values.push(read(segment, place - segment.first));
  }
  return values;
}

/** The index of `id` in ascending ids, or the index at which it would be inserted. */
export function indexOfId(ids: Float64Array, id: number): number {
  let low = 0;
  for (let high = ids.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] as number) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A table with all rows of these segments. @throws FreshetError `integrity` for a duplicate row id */
export function tableOf(name: string, columns: readonly string[], segments: readonly Segment[]): TableContent {
  const inOrder = new Float64Array(endOf(segments));
  for (const segment of segments) inOrder.set(segment.ids, segment.first);
  const places = new Uint32Array(inOrder.length).map((_place, at) => at);
  if (isAscending(inOrder)) return { name, columns, ids: inOrder, places, segments };
  places.sort((a, b) => (inOrder[a] as number) - (inOrder[b] as number));
  const ids = inOrder.map((_id, at) => inOrder[places[at] as number] as number);
  if (!isAscending(ids)) throw broken('a repeated row id');
  return { name, columns, ids, places, segments };
}

function ascending(places: Uint32Array): Uint32Array {
  return isAscending(places) ? places : places.slice().sort();
}

function isAscending(numbers: Float64Array | Uint32Array): boolean {
  for (let at = 1; at < numbers.length; at += 1) {
    if ((numbers[at - 1] as number) >= (numbers[at] as number)) return false;
  }
  return true;
}
