/**
 * The object's tables, created by numbered steps; the number of the last step is stored. An empty object gets them at
 * its first write, so a call that only reads leaves nothing behind. An object of an older release gets the missing
 * steps before its tables are used.
 */

const STEPS: readonly (readonly string[])[] = [
  [
    // One document for each cache key (core/task-machine/document.ts). Keys that share their first 48 bits share an
    // object.
    'CREATE TABLE keys (key TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID',
    // Ended tasks, kept for some days; removed when they are too old or too many.
    `CREATE TABLE ended_tasks (
       task_id TEXT PRIMARY KEY, key TEXT NOT NULL, ended_at INTEGER NOT NULL, document TEXT NOT NULL
     ) STRICT, WITHOUT ROWID`,
  ],
  [
    // The older items of a document's long lists (long-list.ts). Items that an older release left in a document move at
    // its next write.
    `CREATE TABLE list_parts (
       key TEXT NOT NULL, list TEXT NOT NULL, number INTEGER NOT NULL, items TEXT NOT NULL, PRIMARY KEY (key, list, number)
     ) STRICT, WITHOUT ROWID`,
  ],
];

/** The schema number that this release works with. */
export const SCHEMA_NUMBER = STEPS.length;

/** The stored number; 0 where there are no tables yet. */
export function readSchemaNumber(sql: SqlStorage): number {
  const tables = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema'").toArray();
  return tables.length === 0 ? 0 : sql.exec<{ number: number }>('SELECT number FROM schema').one().number;
}

/** Migrates the tables from a stored number to this release's, in one call; must be called inside a transaction. */
export function migrateSchema(sql: SqlStorage, from: number): void {
  const head =
    from === 0 ? 'CREATE TABLE schema (number INTEGER PRIMARY KEY) STRICT, WITHOUT ROWID' : 'DELETE FROM schema';
  sql.exec([head, ...STEPS.slice(from).flat(), `INSERT INTO schema (number) VALUES (${SCHEMA_NUMBER})`].join(';'));
}
