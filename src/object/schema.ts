/**
 * The object's tables, made by numbered steps with a stored number. An empty object gets them at its first write, so asking it
 * leaves nothing behind; one of an older release gets the steps that it lacks before anything else touches its tables.
 */

const STEPS: readonly (readonly string[])[] = [
  [
    // One document a cache key (core/task-machine/document.ts). Keys that share 48 bits share an object.
    'CREATE TABLE keys (key TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID',
    // Tasks that ended, for some days: appended, and removed when too old or too many.
    `CREATE TABLE ended_tasks (
       task_id TEXT PRIMARY KEY, key TEXT NOT NULL, ended_at INTEGER NOT NULL, document TEXT NOT NULL
     ) STRICT, WITHOUT ROWID`,
  ],
  [
    // The older items of a document's long lists (long-list.ts). What an older release left in a document moves at its next write.
    `CREATE TABLE list_parts (
       key TEXT NOT NULL, list TEXT NOT NULL, number INTEGER NOT NULL, items TEXT NOT NULL, PRIMARY KEY (key, list, number)
     ) STRICT, WITHOUT ROWID`,
  ],
];

/** The number of the schema that this release works with. */
export const SCHEMA_NUMBER = STEPS.length;

/** The stored number; 0 where there are no tables yet. */
export function readSchemaNumber(sql: SqlStorage): number {
  const tables = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema'").toArray();
  return tables.length === 0 ? 0 : sql.exec<{ number: number }>('SELECT number FROM schema').one().number;
}

/** Brings the tables from a stored number to ours, in one call; to be made inside a transaction. */
export function migrateSchema(sql: SqlStorage, from: number): void {
  const head =
    from === 0 ? 'CREATE TABLE schema (number INTEGER PRIMARY KEY) STRICT, WITHOUT ROWID' : 'DELETE FROM schema';
  sql.exec([head, ...STEPS.slice(from).flat(), `INSERT INTO schema (number) VALUES (${SCHEMA_NUMBER})`].join(';'));
}
