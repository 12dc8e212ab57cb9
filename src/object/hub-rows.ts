/**
 * Tables `watches` and `counters` of a hub: the watches that it has set at cache objects, and the last number that it
 * gave to a watch.
 */

import type { Hub, Watch } from '../core/live-hub/hub.ts';

const COLUMNS = 'tag, key, n, acknowledged';
type WatchRow = { tag: string; key: string; n: number; acknowledged: number };

const TABLES = `
  CREATE TABLE IF NOT EXISTS watches (
    tag TEXT PRIMARY KEY, key TEXT NOT NULL, n INTEGER NOT NULL, acknowledged INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID`;

/** The rows of one hub. The first write creates the tables, so that a call which only reads leaves nothing behind. */
export class HubRows {
  readonly #storage: DurableObjectStorage;
  #hasTables: boolean;
  #lastN = 0;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    const tables = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'counters'");
    this.#hasTables = tables.toArray().length > 0;
  }

  /** Loads the stored watches into memory; a watch that is owed is due at once. */
  restore(hub: Hub): void {
    if (!this.#hasTables) return;
    const { sql } = this.#storage;
    for (const row of sql.exec<WatchRow>(`SELECT ${COLUMNS} FROM watches`)) hub.watches.set(row.tag, watchOf(row));
    const [counter] = sql.exec<{ value: number }>("SELECT value FROM counters WHERE name = 'n'").toArray();
    this.#lastN = counter?.value ?? 0;
    hub.lastN = this.#lastN;
  }

  /** Writes the current watches of these tags in one transaction. If the write fails, the change is undone in memory too. */
  write(hub: Hub, tags: ReadonlySet<string>): void {
    if (tags.size === 0) return;
    try {
      this.#put(hub, tags);
    } catch (error) {
      // Otherwise a watch only in memory would never be asked for again, and a watch only in the table would never be
      // set again.
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
          const { key, n, acknowledgedAt } = watch;
          sql.exec('INSERT OR REPLACE INTO watches VALUES (?, ?, ?, ?)', tag, key, n, acknowledgedAt);
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

/**
 * A watch from its row; an owed watch is due at once. `acknowledged` is the time of the last acknowledgement, ms; 0:
 * there was none. An earlier release wrote 1 for an acknowledged watch, whose number is about the time.
 */
function watchOf({ tag, key, n, acknowledged }: WatchRow): Watch {
  const acknowledgedAt = acknowledged === 1 ? n : acknowledged;
  return { tag, key, n, dueAt: acknowledgedAt === 0 ? 0 : null, acknowledgedAt, rests: false };
}
