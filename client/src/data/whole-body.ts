/** Reads a whole body, from the service or from the store. */

import type { Chunk, Meta } from '../store/store.ts';
import {
  CHUNK_LENGTH,
  CHUNK_ROWS,
  type Content,
  endOf,
  type Segment,
  segmentOf,
  type TableContent,
  tableOf,
} from './content.ts';
import { broken, type FoundRows, parsed, scanTables } from './scan.ts';

/** A whole body, as the store keeps it and as memory holds it. */
export interface WholeBody {
  tables: Meta['tables'];
  chunks: Chunk[];
  content: Content;
}

/** Reads a whole body of tables (CONTRACT 3 "Tables and deltas"). @throws FreshetError `integrity` */
export function wholeTables(text: string): WholeBody {
  const tables = scanTables(text, 'data').map(({ values, rows }): TableContent => {
    const name = values.get('name');
    const columns = values.get('columns');
    if (typeof name !== 'string' || !isTexts(columns)) throw broken('a table without name or columns');
    if (rows.width !== null && rows.width !== columns.length) throw broken('rows of other columns');
    const segments = cut(text, rows);
    for (const segment of segments) parsed(`[${segment.text}]`);
    return tableOf(name, columns, segments);
  });
  return bodyOf({ tables: distinct(tables), body: null });
}

/** A body that is not a table. */
export function wholeBlob(body: Blob): WholeBody {
  return bodyOf({ tables: [], body });
}

function cut(text: string, { ids, starts, end }: FoundRows): Segment[] {
  const segments: Segment[] = [];
  let from = 0;
  for (let to = 1; to <= starts.length; to += 1) {
    const start = starts[from] as number;
    const isFull = to - from === CHUNK_ROWS || (starts[to + 1] ?? end) - start > CHUNK_LENGTH;
    if (to < starts.length && !isFull) continue;
    const last = text.lastIndexOf(']', to < starts.length ? (starts[to] as number) : end - 1) + 1;
    const own = starts.slice(from, to).map((at) => at - start);
    segments.push(segmentOf(text.slice(start, last), ids.slice(from, to), own, endOf(segments)));
    from = to;
  }
  return segments;
}

function bodyOf(content: Content): WholeBody {
  const tables = content.tables.map(({ name, columns }) => ({ name, columns }));
  const chunks = content.tables.flatMap(({ segments }, table) => segments.map(({ text: data }) => ({ table, data })));
  return { tables, chunks: content.body === null ? chunks : [{ table: -1, data: content.body }], content };
}

function distinct(tables: readonly TableContent[]): readonly TableContent[] {
  if (new Set(tables.map(({ name }) => name)).size < tables.length) throw broken('a table twice');
  return tables;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string');
}
