/** Tables `watches` and `counters` of a hub: which caches it has asked to be told of, and the last number that it gave to a watch. */

import type { Hub, Watch } from '../core/live-hub/hub.ts';

const COLUMNS = 'tag, key, n, acknowledged';
type WatchRow = { tag: string; key: string; n: number; acknowledged: number };

const TABLES = `
  CREATE TABLE IF NOT EXISTS watches (
    tag TEXT PRIMARY KEY, key TEXT NOT NULL, n INTEGER NOT NULL, acknowledged INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID`;

/** The rows of one hub; the tables are made by the first write, so that asking a hub leaves nothing behind. */
export class HubRows {
  readonly #storage: DurableObjectStorage;
  #hasTables: boolean;
  #lastN = 0;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    const tables = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'counters'");
    this.#hasTables = tables.toArray().length > 0;
  }

  /** Puts into memory what is stored; a watch that is owed is due at once. */
  restore(hub: Hub): void {
    if (!this.#hasTables) return;
    const { sql } = this.#storage;
    for (const row of sql.exec<WatchRow>(`SELECT ${COLUMNS} FROM watches`)) hub.watches.set(row.tag, watchOf(row));
    const [counter] = sql.exec<{ value: number }>("SELECT value FROM counters WHERE name = 'n'").toArray();
    this.#lastN = counter?.value ?? 0;
    hub.lastN = this.#lastN;
  }

  /** Writes the watches of these tags as the hub has them now, in one transaction. What cannot be written is undone in memory as well. */
  write(hub: Hub, tags: ReadonlySet<string>): void {
    if (tags.size === 0) return;
    try {
      this.#put(hub, tags);
    } catch (error) {
      // Else nobody would ask for a watch again that is in memory alone, nor set one that is in the table alone.
      for (const tag of tags) this.#restore(hub, tag);
      throw error;
    }
  }

  #put(hub: Hub, tags: ReadonlySet<string>): void {
    this.#storage.transactionSync(() => {
      const { sql } = this.#storage;
      if (!this.#hasTables) sql.exec(TABLES);
      if (hub.lastN !== this.#lastN) sql.exec("INSERT OR REPLACE INTO counters VALUES ('n', ?)", hub.lastN);
      for (const tag of tags) {
        const watch = hub.watches.get(tag);
        if (watch === undefined) sql.exec('DELETE FROM watches WHERE tag = ?', tag);
        else {
          const acknowledged = watch.dueAt === null ? 1 : 0;
          sql.exec('INSERT OR REPLACE INTO watches VALUES (?, ?, ?, ?)', tag, watch.key, watch.n, acknowledged);
        }
      }
    });
    this.#hasTables = true;
    this.#lastN = hub.lastN;
  }

  #restore(hub: Hub, tag: string): void {
    const { sql } = this.#storage;
    const rows = this.#hasTables
      ? sql.exec<WatchRow>(`SELECT ${COLUMNS} FROM watches WHERE tag = ?`, tag).toArray()
      : [];
    hub.watches.delete(tag);
    for (const row of rows) hub.watches.set(tag, watchOf(row));
  }
}

/** One that is owed is due at once. */
function watchOf({ tag, key, n, acknowledged }: WatchRow): Watch {
  return { tag, key, n, dueAt: acknowledged === 1 ? null : 0 };
}
