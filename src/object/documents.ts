/**
 * Tables `keys` and `list_parts`: the document of each cache key, its long lists in parts (long-list.ts), and a copy of
 * each document in memory, since parsing a long chain costs more than most calls. The tables are the truth. Only this
 * object writes them, and changes of a transaction that was rolled back are dropped from memory too.
 */

import type { CacheDocument } from '../core/task-machine/document.ts';
import { EMPTY_LAYOUT, itemsOf, type Layout, nextLayout } from './long-list.ts';

/** The members of a document that grow with the rate of loads. */
const LISTS = ['owed', 'chain'] as const;
type List = (typeof LISTS)[number];
type Layouts = Readonly<Record<List, Layout<object>>>;
type Rows = Record<List, Layout<object>['parts'][number][]>;

/**
 * The document as it is stored, with only the newest items of its long lists. `skipped` is absent if there are none, or
 * an older release wrote it.
 */
type Stored = CacheDocument & { skipped?: Partial<Record<List, number>> };

interface Known {
  document: CacheDocument;
  layouts: Layouts;
}

/** The documents of one object. */
export class Documents {
  readonly #sql: SqlStorage;
  /** The documents of all keys; null: not read yet. */
  #known: Map<string, Known> | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The document of a key; null: no load was ever asked for. */
  read(key: string): CacheDocument | null {
    return this.#byKey().get(key)?.document ?? null;
  }

  /** All documents of the object: one, except where keys share their first 48 bits. */
  all(): CacheDocument[] {
    return Array.from(this.#byKey().values(), ({ document }) => document);
  }

  #byKey(): Map<string, Known> {
    if (this.#known === null) {
      const parts = this.#parts();
      const rows = this.#sql
        .exec<{ key: string; document: string }>('SELECT key, document FROM keys ORDER BY key')
        .toArray();
      this.#known = new Map(rows.map(({ key, document }) => [key, knownOf(JSON.parse(document), parts.get(key))]));
    }
    return this.#known;
  }

  #parts(): Map<string, Rows> {
    const byKey = new Map<string, Rows>();
    const rows = this.#sql.exec<{ key: string; list: List; number: number; items: string }>(
      'SELECT key, list, number, items FROM list_parts ORDER BY key, list, number',
    );
    for (const { key, list, number, items } of rows) {
      const lists = byKey.get(key) ?? { owed: [], chain: [] };
      lists[list].push({ number, items: JSON.parse(items) });
      byKey.set(key, lists);
    }
    return byKey;
  }

  /** Inserts or replaces a document: writes one row, and one for each part that was added, changed or removed. */
  write(document: CacheDocument): void {
    const { key } = document.cache;
    const known = this.#byKey();
    const before = known.get(key);
    const layouts = {
      owed: this.#writeList(key, 'owed', before, document),
      chain: this.#writeList(key, 'chain', before, document),
    };
    this.#sql.exec(
      'INSERT INTO keys (key, document) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET document = excluded.document',
      key,
      JSON.stringify(storedOf(document, layouts)),
    );
    known.set(key, { document, layouts });
  }

  #writeList(key: string, list: List, before: Known | undefined, document: CacheDocument): Layout<object> {
    const layout = before?.layouts[list] ?? EMPTY_LAYOUT;
    // Most steps touch neither list. The first step that does moves the items that an older release left in the
    // document.
    if (before?.document[list] === document[list]) return layout;
    const next = nextLayout(layout, document[list]);
    const kept = new Set(next.parts.map(({ number }) => number));
    for (const { number } of layout.parts) {
      if (kept.has(number)) continue;
      this.#sql.exec('DELETE FROM list_parts WHERE key = ? AND list = ? AND number = ?', key, list, number);
    }
    for (const part of next.parts) {
      if (layout.parts.includes(part)) continue;
      this.#sql.exec(
        `INSERT INTO list_parts (key, list, number, items) VALUES (?, ?, ?, ?)
         ON CONFLICT (key, list, number) DO UPDATE SET items = excluded.items`,
        key,
        list,
        part.number,
        JSON.stringify(part.items),
      );
    }
    return next;
  }

  /** Notes that the tables were just created and are empty. */
  begin(): void {
    this.#known = new Map();
  }

  /** Drops the copies after a transaction was rolled back. */
  dropCopies(): void {
    this.#known = null;
  }
}

function knownOf({ skipped, ...document }: Stored, parts: Rows | undefined): Known {
  const layoutOf = (list: List): Layout<object> => ({
    parts: parts?.[list] ?? [],
    skipped: skipped?.[list] ?? 0,
    tail: document[list],
  });
  const layouts = { owed: layoutOf('owed'), chain: layoutOf('chain') };
  const lists = { owed: itemsOf(layouts.owed), chain: itemsOf(layouts.chain) };
  return { document: { ...document, ...lists } as CacheDocument, layouts };
}

function storedOf(document: CacheDocument, { owed, chain }: Layouts): object {
  const skipped =
    owed.skipped === 0 && chain.skipped === 0 ? {} : { skipped: { owed: owed.skipped, chain: chain.skipped } };
  return { ...document, owed: owed.tail, chain: chain.tail, ...skipped };
}
