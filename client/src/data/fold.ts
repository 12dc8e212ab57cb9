/** Copies the rows that exist, without the deleted ones. */

import type { Chunk } from '../store/store.ts';
import {
  CHUNK_LENGTH,
  CHUNK_ROWS,
  type Content,
  endOf,
  mapRows,
  type ParsedRows,
  type RowsKind,
  type Segment,
  segmentOf,
  type TableContent,
  tableOf,
} from './content.ts';

/** The content as chunks, without deleted rows. Rows keep their text. */
export function foldedChunks({ tables, body }: Content): Chunk[] {
  if (body !== null) return [{ table: -1, data: body }];
  return tables.flatMap((table, at) => packed(table).map(({ text }) => ({ table: at, data: text })));
}

/** A table with the same rows, without the deleted ones; parsed rows stay the same objects. */
export function compacted(table: TableContent): TableContent {
  return tableOf(table.name, table.columns, packed(table));
}

/** The text of a row. */
function rowText({ text, starts }: Segment, at: number): string {
  const next = starts[at + 1];
  return text.slice(starts[at], text.lastIndexOf(']', next === undefined ? text.length : next - 1) + 1);
}

function packed(table: TableContent): Segment[] {
  const texts: string[] = [];
  const ids: number[] = [];
  const from: [Segment, number][] = [];
  const whole: Segment[] = [];
  let length = 0;
  const flush = () => {
    if (texts.length === 0) return;
    let start = 0;
    const starts = texts.map((text) => {
      start += text.length + 1;
      return start - text.length - 1;
    });
    whole.push(segmentOf(texts.join(','), ids, starts, endOf(whole), parsedOf(from)));
    texts.length = ids.length = from.length = length = 0;
  };
  mapRows(table, (segment, at) => {
    const text = rowText(segment, at);
    if (texts.length === CHUNK_ROWS || length + text.length > CHUNK_LENGTH) flush();
    texts.push(text);
    ids.push(segment.ids[at] as number);
    from.push([segment, at]);
    length += text.length + 1;
  });
  flush();
  return whole;
}

/** The row objects that were parsed already; undefined for the others. */
function parsedOf(from: readonly [Segment, number][]): ParsedRows {
  const segments = new Set(from.map(([segment]) => segment));
  const kinds = new Set(
    [...segments].flatMap(({ parsed, reused }) => Object.keys({ ...parsed, ...reused }) as RowsKind[]),
  );
  return Object.fromEntries(
    Array.from(kinds, (kind) => [
      kind,
      from.map(([segment, at]) => segment.parsed[kind]?.[at] ?? segment.reused[kind]?.[at]),
    ]),
  );
}
