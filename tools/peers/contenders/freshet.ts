import { applyDelta } from '../../../client/src/data/delta.ts';
import { type Content, mapRows } from '../../../client/src/data/content.ts';
import { hashOfRows } from '../../../client/src/data/hash.ts';
import { storedContent } from '../../../client/src/data/stored.ts';
import { wholeTables } from '../../../client/src/data/whole-body.ts';
import { indexedDb } from '../../../client/src/store/indexed-db.ts';
import type { Meta, StoreHandle } from '../../../client/src/store/store.ts';
import type { Contender } from './contender.ts';

const CACHE = 'rows';
let handle: StoreHandle;
let content: Content;
let meta: Meta;

const described = { format: 1, title: 'rows', parameters: {}, tag: '0', etag: 'e', version: 1, revision: 1, contentType: null } as const;
const times = { checkedAt: 0, loadedAt: 0, expiresAt: null, usedAt: 0, keep: 'lru' } as const;

export const contender: Contender = {
  async store(text) {
    handle = await indexedDb().open('freshet:bench');
    const body = wholeTables(text);
    const hash = await hashOfRows(body.content);
    const { generation } = await handle.device();
    const rows = body.content.tables[0]?.ids.length ?? 0;
    meta = { ...described, ...times, rev: 1, gen: 1, hash, tables: body.tables, rows, bytes: text.length, chunks: body.chunks.length, entries: 0 };
    const outcome = await handle.commit({ cache: CACHE, generation, expected: null, meta, write: { kind: 'whole', chunks: body.chunks } });
    if (outcome !== 'done') throw new Error(outcome);
  },
  async reopen() {
    handle = await indexedDb().open('freshet:bench');
    const stored = await handle.read(CACHE);
    if (stored === null) throw new Error('nothing stored');
    ({ meta } = stored);
    content = storedContent(stored);
    let count = 0;
    for (const table of content.tables) {
      const parsed = new Map(table.segments.map((segment) => [segment, JSON.parse(`[${segment.text}]`) as unknown[][]]));
      const rows = mapRows(table, (segment, at) => {
        const cells = parsed.get(segment)?.[at] ?? [];
        // The row id comes first.
        return Object.fromEntries(table.columns.map((column, index) => [column, cells[index + 1]]));
      });
      count += rows.length;
    }
    return count;
  },
  async change({ text }) {
    const { content: next } = applyDelta(content, text);
    const hash = await hashOfRows(next);
    const { generation } = await handle.device();
    const changed = { ...meta, rev: meta.rev + 1, version: 2, hash, entries: 1 };
    const outcome = await handle.commit({ cache: CACHE, generation, expected: meta.rev, meta: changed, write: { kind: 'delta', entry: text } });
    if (outcome !== 'done') throw new Error(outcome);
  },
};
