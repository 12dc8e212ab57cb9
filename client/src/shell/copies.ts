/** The copies in memory of what the store has. The store is the truth: a copy changes with a commit or a read. */

import type { CacheOptions, Change, Parameters } from '../api.ts';
import { type Content, rowCount } from '../data/content.ts';
import { applyDelta } from '../data/delta.ts';
import { foldedChunks } from '../data/fold.ts';
import { hashOfRows } from '../data/hash.ts';
import { storedContent } from '../data/stored.ts';
import { wholeBlob, wholeTables } from '../data/whole-body.ts';
import type { Item } from '../network/transport.ts';
import type { Meta, StoredChange } from '../store/store.ts';
import type { HeldCopy } from './rewrite.ts';
import type { SafeStore } from './safe-store.ts';

export type Body = { text: string } | { blob: Blob };

/** A cache in memory. */
export interface Copy {
  /** What the store has; null: nothing. */
  meta: Meta | null;
  /** The rows that are shown, with their meta. They stay even when the store no longer has any. */
  shown: { meta: Meta; content: Content } | null;
}

/** What else the shell knows of a cache. */
export interface Described {
  title: string;
  parameters: Parameters;
  keep: NonNullable<CacheOptions['keep']> | null;
  isUsed: boolean;
}

export type Outcome = { type: 'stored'; meta: Meta } | { type: 'conflict' } | { type: 'wrong' };

export interface Copies {
  get(cache: string): Copy | undefined;
  /** Reads the store. @throws StoreError */
  read(cache: string): Promise<Meta | null>;
  /** Makes an answer the copy: applies, verifies, commits and shows it. @throws StoreError */
  apply(cache: string, item: Item, body: Body): Promise<Outcome>;
  note(cache: string, item: Item): Promise<Outcome>;
  compact(cache: string): Promise<Outcome>;
  /** Forgets a copy, and stops showing it. */
  forget(cache: string): void;
  /** Frees its memory. */
  free(cache: string): void;
  clear(): void;
  /** All caches that have rows. */
  wholes(): Generator<HeldCopy>;
  /** The copy is now in another store, under this meta. */
  moved(cache: string, meta: Meta): void;
}

/** Anything may have changed. */
export const WHOLE: Change = { inserted: [], deleted: [], whole: true };

interface World {
  store: SafeStore;
  describe(cache: string): Described;
  /** Converts a time of the service's clock to the device's. */
  toWall(serviceMs: number | null): number | null;
  wall(): number;
  /** The shown rows have changed. */
  changed(cache: string, change: Change): void;
}

export function copiesOf({ store, describe, toWall, wall, changed }: World): Copies {
  const copies = new Map<string, Copy>();

  const show = (cache: string, meta: Meta, content: Content, change: Change) => {
    const isNew = copies.get(cache)?.shown?.meta.etag !== meta.etag || change.whole;
    copies.set(cache, { meta, shown: { meta, content } });
    if (isNew) changed(cache, change);
  };

  const read = async (cache: string): Promise<Meta | null> => {
    const before = copies.get(cache);
    const known = before?.meta && before.shown?.meta.gen === before.meta.gen ? before.meta : null;
    const stored = await store.handle.read(cache, known ?? undefined);
    const now = copies.get(cache);
    // A commit finished before this read.
    if (now?.meta && now !== before && now.meta.rev >= (stored?.meta.rev ?? 0)) return now.meta;
    if (stored === null) {
      copies.set(cache, { meta: null, shown: now?.shown ?? null });
      return null;
    }
    const { meta } = stored;
    const { meta: shown, content: rows } = before?.shown ?? {};
    if (rows !== undefined && shown?.gen !== meta.gen && isSameVersion(shown, meta)) {
      // The copy was rewritten; its rows are the same.
      copies.set(cache, { meta, shown: { meta, content: rows } });
      return meta;
    }
    if (stored.chunks !== null || known === null || !before?.shown) {
      try {
        show(cache, meta, storedContent(stored), WHOLE);
      } catch {
        // A copy that cannot be read as one version counts as none.
        await store.handle.drop([cache], store.generation);
        copies.set(cache, { meta: null, shown: now?.shown ?? null });
        return null;
      }
      return meta;
    }
    let { content } = before.shown;
    const inserted = new Set<number>();
    const deleted = new Set<number>();
    for (const entry of stored.entries) {
      const step = applyDelta(content, entry);
      ({ content } = step);
      for (const id of step.inserted) inserted.add(id);
      for (const id of step.deleted) if (!inserted.delete(id)) deleted.add(id);
    }
    show(cache, meta, content, { inserted: [...inserted], deleted: [...deleted], whole: false });
    return meta;
  };

  const commit = async (
    cache: string,
    meta: Meta,
    write: StoredChange['write'],
    content: Content,
    change: Change,
  ): Promise<Outcome> => {
    const expected = copies.get(cache)?.meta?.rev ?? null;
    const outcome = await store.commit({ cache, generation: store.generation, expected, meta, write });
    if (outcome === 'done') show(cache, meta, content, change);
    return outcome === 'done' ? { type: 'stored', meta } : { type: 'conflict' };
  };

  /** The known meta, updated with an answer. */
  const metaOf = (cache: string, item: Item): Meta => {
    const { title, parameters, keep, isUsed } = describe(cache);
    const held = copies.get(cache)?.meta;
    const isOver = item.status === 304 && held != null;
    const first = firstCount(wall());
    return {
      format: 1,
      rev: (held?.rev ?? first) + 1,
      gen: held?.gen ?? first,
      title,
      parameters,
      tag: item.tag ?? held?.tag ?? '',
      etag: item.etag ?? held?.etag ?? '',
      version: Math.max(item.version ?? 0, isOver ? held.version : 0),
      revision: Math.max(item.revision ?? 0, isOver ? held.revision : 0),
      hash: item.hash ?? (isOver ? held.hash : null),
      contentType: held?.contentType ?? null,
      tables: held?.tables ?? [],
      rows: held?.rows ?? 0,
      bytes: held?.bytes ?? 0,
      chunks: held?.chunks ?? 0,
      entries: held?.entries ?? 0,
      changed: held?.changed ?? 0,
      checkedAt: wall(),
      loadedAt: toWall(item.loadedAt) ?? held?.loadedAt ?? wall(),
      expiresAt: toWall(item.expiresAt),
      usedAt: isUsed ? wall() : (held?.usedAt ?? wall()),
      keep: keep ?? held?.keep ?? 'lru',
    };
  };

  const isRight = async (content: Content, { hash }: Item) =>
    hash === null || content.body !== null || (await hashOfRows(content)) === hash;

  const applyOf = async (cache: string, item: Item, body: Body): Promise<Outcome> => {
    const copy = copies.get(cache);
    if (item.delta !== null && 'text' in body) {
      if (!copy?.meta || copy.shown?.meta.etag !== copy.meta.etag) return { type: 'conflict' };
      const { content, inserted, deleted } = applyDelta(copy.shown.content, body.text);
      if (!(await isRight(content, item))) return { type: 'wrong' };
      const meta = metaOf(cache, item);
      const bytes = meta.bytes + body.text.length;
      const rows = meta.changed + inserted.length + deleted.length;
      const behind = { ...meta, rows: rowCount(content), bytes, entries: meta.entries + 1, changed: rows };
      return commit(cache, behind, { kind: 'delta', entry: body.text }, content, { inserted, deleted, whole: false });
    }
    const { tables, chunks, content } = 'text' in body ? wholeTables(body.text) : wholeBlob(body.blob);
    if (!(await isRight(content, item))) return { type: 'wrong' };
    const meta = metaOf(cache, item);
    const contentType = 'text' in body ? null : body.blob.type || (item.contentType ?? '');
    const whole = { ...meta, ...sizeOf(content, chunks), gen: meta.gen + 1, contentType, tables };
    return commit(cache, whole, { kind: 'whole', chunks }, content, WHOLE);
  };

  return {
    get: (cache) => copies.get(cache),
    *wholes() {
      for (const [cache, { shown, meta }] of copies) {
        if (shown === null || meta === null) continue;
        const whole = () => {
          const chunks = foldedChunks(shown.content);
          return { meta: { ...meta, ...sizeOf(shown.content, chunks) }, write: { kind: 'whole', chunks } as const };
        };
        yield { cache, meta, whole };
      }
    },
    read,
    async apply(cache, item, body) {
      if (copies.get(cache) === undefined) await read(cache);
      try {
        return await applyOf(cache, item, body);
      } catch (error) {
        if ((error as { code?: string }).code === 'integrity') return { type: 'wrong' };
        throw error;
      }
    },
    async note(cache, item) {
      if (copies.get(cache) === undefined) await read(cache);
      const { meta, shown } = copies.get(cache) ?? {};
      if (!meta || !shown) return { type: 'conflict' };
      return commit(cache, metaOf(cache, item), { kind: 'note' }, shown.content, { ...WHOLE, whole: false });
    },
    async compact(cache) {
      const { meta, shown } = copies.get(cache) ?? {};
      if (!meta || !shown || shown.meta.etag !== meta.etag) return { type: 'conflict' };
      const chunks = foldedChunks(shown.content);
      const folded = { ...meta, ...sizeOf(shown.content, chunks), rev: meta.rev + 1, gen: meta.gen + 1 };
      return commit(cache, folded, { kind: 'whole', chunks }, shown.content, { ...WHOLE, whole: false });
    },
    forget(cache) {
      copies.set(cache, { meta: null, shown: null });
      changed(cache, WHOLE);
    },
    free: (cache) => void copies.delete(cache),
    clear: () => copies.clear(),
    moved(cache, meta) {
      const copy = copies.get(cache);
      if (copy?.shown) copies.set(cache, { meta, shown: { ...copy.shown, meta } });
    },
  };
}

/** Whether both have the same rows: after a restore the service may give two contents the same version. */
function isSameVersion(a: Meta | undefined, b: Meta): boolean {
  return (
    a?.hash != null && a.hash === b.hash && a.etag === b.etag && JSON.stringify(a.tables) === JSON.stringify(b.tables)
  );
}

/**
 * The first commit and body number of a copy. It is larger than any number this cache had before, because other tabs
 * may still know a copy that was dropped. Its random part keeps it apart if the clock was set back. Below 2^53.
 */
function firstCount(wall: number): number {
  return Math.floor((wall + Math.random()) * 1024);
}

/** Number of rows and chunks, and their size, for a body without deltas after it. */
function sizeOf(content: Content, chunks: readonly { data: string | Blob }[]) {
  const bytes = chunks.reduce((sum, { data }) => sum + (typeof data === 'string' ? data.length : data.size), 0);
  return { rows: rowCount(content), bytes, chunks: chunks.length, entries: 0, changed: 0 };
}
