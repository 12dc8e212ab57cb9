/**
 * Keeps caches in SQLite, through the driver of an app. The driver gets only text, integers and null, because bridges
 * differ in how they pass bytes: a body that is not a table is stored as a data URL.
 */

import { healing, LATER_RELEASE, within } from './heal.ts';
import type { Store } from './store.ts';
import { storeHandle, type Transaction } from './transactions.ts';

export type SqliteValue = string | number | null;
type Awaitable<T> = T | Promise<T>;

/** Opens databases. It has one method, and a connection has four. */
export interface SqliteDriver {
  /**
   * Opens or creates the database. Each call returns a connection of its own: transactions of two must not mix.
   * @param name letters, digits and `-`, usable as a file name
   */
  open(name: string): Awaitable<SqliteConnection>;
}

/** One connection. Its errors contain SQLite's message. */
export interface SqliteConnection {
  /** A statement without values or rows: `BEGIN IMMEDIATE`, `CREATE TABLE …`. */
  exec(sql: string): Awaitable<unknown>;
  /** A statement that writes; `values` replace its `?`. */
  run(sql: string, values: SqliteValue[]): Awaitable<unknown>;
  /** A statement that returns rows, as objects by column. */
  all(sql: string, values: SqliteValue[]): Awaitable<unknown>;
  close(): Awaitable<unknown>;
}

/** A stored chunk. `type` null: text of a table. */
interface Kept {
  tab: number;
  type: string | null;
  data: string;
}

const VERSION = 1;
// WAL: readers and a writer do not block each other. NORMAL: a power cut may lose recent commits; deltas restore them.
const PRAGMAS = ['busy_timeout=5000', 'journal_mode=WAL', 'synchronous=NORMAL'];
/** Longer than any statement takes, and than `busy_timeout`. */
const PATIENCE_MS = 30_000;
const CACHE = ['meta', 'chunk', 'entry'];
const PIECE = 'name TEXT,gen INTEGER,n INTEGER,data TEXT';
const SCHEMA = {
  client: 'name TEXT PRIMARY KEY,value',
  meta: 'name TEXT PRIMARY KEY,value',
  chunk: `${PIECE},tab INTEGER,type TEXT,PRIMARY KEY(name,gen,n)`,
  entry: `${PIECE},PRIMARY KEY(name,gen,n)`,
};

/** Keeps caches in SQLite. */
export function sqlite(driver: SqliteDriver): Store {
  // Handles of one app take turns: with a driver that blocks the app's own thread, two would deadlock.
  const turns = new Map<string, Queue>();
  return {
    lasts: true,
    async open(name) {
      const turn = turns.get(name) ?? queue();
      turns.set(name, turn);
      const { run, onLost, close } = healing(
        {
          async open() {
            const database = connect(await driver.open(name.replaceAll(':', '-')), turn);
            try {
              // If SQLite refuses a pragma, the client continues without it.
              for (const pragma of PRAGMAS) await database.ask('all', `PRAGMA ${pragma}`).catch(() => {});
              await database.transact('IMMEDIATE', prepare);
            } catch (error) {
              await database.close().catch(() => {});
              throw error;
            }
            return database;
          },
          close: (database) => database.close(),
        },
        PATIENCE_MS,
      );
      const handle = storeHandle<Kept>({
        run: (scope, work) => {
          // IMMEDIATE: what is read before a write cannot change until the commit, not even by another process.
          const kind = scope === 'read' || scope === 'list' ? 'DEFERRED' : 'IMMEDIATE';
          return run((database) => database.transact(kind, (ask) => work(tables(ask))));
        },
        encode: async ({ table, data }) =>
          typeof data === 'string'
            ? { tab: table, type: null, data }
            : { tab: table, type: data.type, data: await dataUrl(data) },
        decode: async ({ tab, type, data }) => ({
          table: tab,
          data: type === null ? data : new Blob([await (await fetch(data)).blob()], { type }),
        }),
        isGone: ({ message }) => message.includes('malformed'),
        onLost,
        close,
      });
      await handle.list();
      return handle;
    },
  };
}

/** Runs a statement after the previous ones. A statement that never answers must not block the app forever. */
type Ask = <T>(method: 'exec' | 'run' | 'all', sql: string, ...values: SqliteValue[]) => Promise<T[]>;

function connect(connection: SqliteConnection, transaction: Queue) {
  const statement = queue();
  const ask: Ask = (method, sql, ...values) =>
    statement(() => within(PATIENCE_MS, connection[method](sql, values) as never));
  return {
    ask,
    transact: <T>(kind: string, work: (ask: Ask) => Promise<T>): Promise<T> =>
      transaction(async () => {
        await ask('exec', `BEGIN ${kind}`);
        try {
          const result = await work(ask);
          await ask('exec', 'COMMIT');
          return result;
        } catch (error) {
          await ask('exec', 'ROLLBACK').catch(() => {});
          throw error;
        }
      }),
    close: () => transaction(() => within(PATIENCE_MS, connection.close())),
  };
}

/** Runs tasks one after the other. */
type Queue = <T>(work: () => Promise<T>) => Promise<T>;
function queue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
}

async function prepare(ask: Ask): Promise<void> {
  for (const [table, columns] of Object.entries(SCHEMA)) {
    await ask('exec', `CREATE TABLE IF NOT EXISTS ${table}(${columns})`);
  }
  const made = (await value(ask, 'client', 'version')) ?? VERSION;
  if (made > VERSION) throw Object.assign(new Error('A later release made it.'), { name: LATER_RELEASE });
  await put(ask, 'client', 'version', VERSION);
}

interface Valued {
  name: string;
  value: string;
}

async function value(ask: Ask, table: 'client' | 'meta', name: string) {
  const [row] = await ask<Valued>('all', `SELECT value FROM ${table} WHERE name=?`, name);
  return row && parsed(row);
}

const put = (ask: Ask, table: keyof typeof SCHEMA, ...values: SqliteValue[]) =>
  ask('run', `REPLACE INTO ${table} VALUES(${values.map(() => '?')})`, ...values);

function tables(ask: Ask): Transaction<Kept> {
  const pieces = (table: 'chunk' | 'entry', cache: string, gen: number, from: number) =>
    ask<Kept>('all', `SELECT * FROM ${table} WHERE name=? AND gen=? AND n>=? ORDER BY n`, cache, gen, from);
  return {
    device: () => value(ask, 'client', 'device'),
    setDevice: (row) => put(ask, 'client', 'device', JSON.stringify(row)),
    meta: (cache) => value(ask, 'meta', cache),
    metas: async () => (await ask<Valued>('all', 'SELECT * FROM meta')).map((row) => [row.name, parsed(row)]),
    chunks: (cache, gen) => pieces('chunk', cache, gen, 0),
    entries: async (cache, gen, from) => (await pieces('entry', cache, gen, from)).map(({ data }) => data),
    putMeta: (cache, meta) => put(ask, 'meta', cache, JSON.stringify(meta)),
    putChunks: (cache, gen, chunks) =>
      Promise.all(chunks.map(({ tab, type, data }, n) => put(ask, 'chunk', cache, gen, n, data, tab, type))),
    putEntry: (cache, gen, n, entry) => put(ask, 'entry', cache, gen, n, entry),
    remove: (caches) =>
      Promise.all(
        caches.flatMap((cache) => CACHE.map((table) => ask('run', `DELETE FROM ${table} WHERE name=?`, cache))),
      ),
    clear: () => Promise.all(CACHE.map((table) => ask('exec', `DELETE FROM ${table}`))),
  };
}

/** A value that cannot be parsed counts as none. */
function parsed({ value }: Valued) {
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

/** React Native has only FileReader for this; Node.js does not have it. */
async function dataUrl(blob: Blob): Promise<string> {
  if (globalThis.FileReader) {
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result as string);
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(blob);
    });
  }
  const bytes = Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte));
  return `data:;base64,${btoa(bytes.join(''))}`;
}
