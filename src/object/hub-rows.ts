/** Tables `watches` and `counters` of a hub: which caches it has asked to be told of, and the last number that it gave to a watch. */

import type { Hub } from '../core/live-hub/hub.ts';

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
    for (const { tag, key, n, acknowledged } of sql.exec<WatchRow>('SELECT tag, key, n, acknowledged FROM watches'))
      hub.watches.set(tag, { tag, key, n, dueAt: acknowledged === 1 ? null : 0 });
    const [counter] = sql.exec<{ value: number }>("SELECT value FROM counters WHERE name = 'n'").toArray();
    this.#lastN = counter?.value ?? 0;
    hub.lastN = this.#lastN;
  }

  /** Writes the watches of these tags as the hub has them now, in one transaction. */
  write(hub: Hub, tags: ReadonlySet<string>): void {
    if (tags.size === 0) return;
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
}
