/** Turns what a store kept of a cache into its content. */

import type { Stored } from '../store/store.ts';
import { type Content, endOf, type Segment, segmentOf, tableOf } from './content.ts';
import { applyDelta } from './delta.ts';
import { broken, scanRows } from './scan.ts';

/** @throws FreshetError `integrity` if the pieces do not make up one version */
export function storedContent({ meta, chunks, entries }: Stored): Content {
  const [first] = chunks ?? [];
  if (meta.contentType !== null) {
    if (chunks?.length !== 1 || first === undefined) throw broken('no body');
    return { tables: [], body: new Blob([first.data], { type: meta.contentType }) };
  }
  const segments = meta.tables.map((): Segment[] => []);
  for (const { table, data } of chunks ?? []) {
    const before = segments[table];
    if (typeof data !== 'string' || before === undefined) throw broken('a chunk of no table');
    const { ids, starts, end, width } = scanRows(data, 0);
    if (end !== data.length || width !== meta.tables[table]?.columns.length) throw broken('a chunk of other rows');
    before.push(segmentOf(data, ids, starts, endOf(before)));
  }
  const tables = meta.tables.map(({ name, columns }, at) => tableOf(name, [...columns], segments[at] ?? []));
  return entries.reduce((content, entry) => applyDelta(content, entry).content, { tables, body: null } as Content);
}
