/** Tables `permits` and `gate` of a source's gate. */

import { type GateState, newGate } from '../core/source-gate/gate.ts';

const TABLES = `
  CREATE TABLE IF NOT EXISTS permits (load TEXT PRIMARY KEY, ends_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS gate (name TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID`;

/**
 * How far ahead of the slots that were given the pace is stored, ms, so that few requests write a row. A gate that is
 * restarted continues from the stored moment, so it gives no slot for at most this long.
 */
const AHEAD_MS = 1000;

/** The part of a gate that is stored as one document. */
type Document = Omit<GateState, 'permits' | 'asking'>;

/** The rows of one gate. The first write creates the tables, so that a call which only reads leaves nothing behind. */
export class GateRows {
  readonly #storage: DurableObjectStorage;
  #hasTables: boolean;
  #permits = new Map<string, number>();
  #document: string;
  #scheduledAt = 0;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    const tables = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'gate'");
    this.#hasTables = tables.toArray().length > 0;
    this.#document = JSON.stringify(documentOf(newGate(), 0));
  }

  /** Reads the stored gate. */
  read(): GateState {
    const gate = newGate();
    if (!this.#hasTables) return gate;
    const { sql } = this.#storage;
    for (const { load, ends_at } of sql.exec<{ load: string; ends_at: number }>('SELECT load, ends_at FROM permits')) {
      gate.permits.set(load, ends_at);
    }
    const [row] = sql.exec<{ document: string }>("SELECT document FROM gate WHERE name = 'gate'").toArray();
    if (row !== undefined) Object.assign(gate, JSON.parse(row.document) as Document);
    this.#permits = new Map(gate.permits);
    this.#scheduledAt = gate.scheduledAt;
    this.#document = JSON.stringify(documentOf(gate, gate.scheduledAt));
    return gate;
  }

  /** Writes all changes in one transaction. */
  write(gate: GateState): void {
    const before = this.#permits;
    const gone = [...before.keys()].filter((load) => !gate.permits.has(load));
    const set = [...gate.permits].filter(([load, endsAt]) => before.get(load) !== endsAt);
    const scheduledAt = gate.scheduledAt > this.#scheduledAt ? gate.scheduledAt + AHEAD_MS : this.#scheduledAt;
    const document = JSON.stringify(documentOf(gate, scheduledAt));
    const isOther = document !== this.#document;
    if (gone.length === 0 && set.length === 0 && !isOther) return;
    this.#storage.transactionSync(() => {
      const { sql } = this.#storage;
      if (!this.#hasTables) sql.exec(TABLES);
      for (const load of gone) sql.exec('DELETE FROM permits WHERE load = ?', load);
      for (const [load, endsAt] of set)
        sql.exec('INSERT OR REPLACE INTO permits VALUES (?, ?)', load, Math.ceil(endsAt));
      if (isOther) sql.exec("INSERT OR REPLACE INTO gate VALUES ('gate', ?)", document);
    });
    this.#hasTables = true;
    this.#permits = new Map(gate.permits);
    this.#scheduledAt = scheduledAt;
    this.#document = document;
  }

  /** Deletes the tables and all rows. */
  async clear(): Promise<void> {
    await this.#storage.deleteAll();
    this.#hasTables = false;
    this.#permits = new Map();
    this.#scheduledAt = 0;
    this.#document = JSON.stringify(documentOf(newGate(), 0));
  }
}

function documentOf({ permits: _, asking: __, ...document }: GateState, scheduledAt: number): Document {
  return { ...document, scheduledAt };
}
