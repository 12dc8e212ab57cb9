/** Applies a delta, a list of deleted and inserted rows, to a version (CONTRACT 3 "Tables and deltas"). */

import { type Content, endOf, type Segment, segmentOf, type TableContent } from './content.ts';
import { compacted } from './fold.ts';
import { broken, type FoundRows, parsed, scanTables } from './scan.ts';

/** A version, with the ids of the rows that were inserted and deleted since the previous one. */
export interface Changed {
  content: Content;
  inserted: number[];
  deleted: number[];
}

/** Most deleted rows that stay in memory before the existing rows are copied. */
const MOST_DEAD = 10_000;

/**
 * Applies a delta to the version that it starts from. A table that the delta does not change stays the same object.
 *
 * @throws FreshetError `integrity` if the delta does not fit: it has an unknown table or lacks one, deletes a row that
 * does not exist, or inserts one that does
 */
export function applyDelta(content: Content, text: string): Changed {
  parsed(text);
  const found = scanTables(text, 'insert_rows');
  const byName = new Map(found.map(({ values, rows }) => [values.get('name'), { rows, values }]));
  if (byName.size !== found.length || byName.size !== content.tables.length) throw broken('a delta of other tables');
  const inserted: number[] = [];
  const deleted: number[] = [];
  const tables = content.tables.map((table) => {
    const delta = byName.get(table.name);
    const deletes = delta?.values.get('delete_ids');
    if (delta === undefined || !isIds(deletes)) throw broken(`a delta without ${table.name}`);
    for (const id of delta.rows.ids) inserted.push(id);
    for (const id of deletes) deleted.push(id);
    return changedTable(table, text, delta.rows, deletes);
  });
  return { content: { tables, body: null }, inserted, deleted };
}

function changedTable(table: TableContent, text: string, rows: FoundRows, deletes: readonly number[]): TableContent {
  const { columns, segments } = table;
  if (rows.ids.length + deletes.length === 0) return table;
  if (rows.width !== null && rows.width !== columns.length) throw broken(`rows of ${rows.width} cells`);
  const next = {
    ...table,
    ...merged(table, rows, deletes),
    segments: [...segments, ...segmentIn(text, rows, segments)],
  };
  const dead = endOf(next.segments) - next.ids.length;
  return dead > MOST_DEAD && dead > next.ids.length / 2 ? compacted(next) : next;
}

function segmentIn(text: string, { ids, starts, end }: FoundRows, before: readonly Segment[]): Segment[] {
  const [start] = starts;
  if (start === undefined) return [];
  const own = starts.map((at) => at - start);
  return [segmentOf(text.slice(start, end), ids, own, endOf(before))];
}

/** The ids without the deleted and with the inserted ones, ascending, and their places. */
function merged(
  { ids, places, segments }: TableContent,
  { ids: inserts }: FoundRows,
  deletes: readonly number[],
): Pick<TableContent, 'ids' | 'places'> {
  const gone = Float64Array.from(deletes).sort();
  const order = Array.from(inserts, (_id, at) => at).sort((a, b) => (inserts[a] as number) - (inserts[b] as number));
  const count = ids.length - gone.length + order.length;
  if (count < 0) throw broken('a delta of more rows than there are');
  const first = endOf(segments);
  const nextIds = new Float64Array(count);
  const nextPlaces = new Uint32Array(count);
  let to = 0;
  let goneAt = 0;
  let at = 0;
  const put = (id: number, place: number) => {
    if (to > 0 && id <= (nextIds[to - 1] as number)) throw broken(`row ${id} came twice`);
    nextIds[to] = id;
    nextPlaces[to++] = place;
  };
  const keepBelow = (limit: number) => {
    for (; at < ids.length && (ids[at] as number) < limit; at += 1) {
      const id = ids[at] as number;
      if (id === gone[goneAt]) goneAt += 1;
      else put(id, places[at] as number);
    }
  };
  for (const index of order) {
    const id = inserts[index] as number;
    keepBelow(id);
    if (ids[at] === id) throw broken(`row ${id} is held`);
    put(id, first + index);
  }
  keepBelow(Number.POSITIVE_INFINITY);
  if (goneAt < gone.length) throw broken(`row ${gone[goneAt]} is not held`);
  return { ids: nextIds, places: nextPlaces };
}

function isIds(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isSafeInteger);
}
