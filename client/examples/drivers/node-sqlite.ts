/** SQLite of Node.js 24 and later. */

import { DatabaseSync } from 'node:sqlite';
import type { SqliteDriver } from '@freshet/client/sqlite';

/** @param folder where the files are kept */
export function nodeSqlite(folder: string): SqliteDriver {
  return {
    open(name) {
      const db = new DatabaseSync(`${folder}/${name}.db`);
      return {
        exec: (sql) => db.exec(sql),
        run: (sql, values) => db.prepare(sql).run(...values),
        all: (sql, values) => db.prepare(sql).all(...values),
        close: () => db.close(),
      };
    },
  };
}
