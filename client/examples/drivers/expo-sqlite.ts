/** `expo-sqlite`. */

import type { SqliteDriver } from '@freshet/client/sqlite';
import { openDatabaseAsync } from 'expo-sqlite';

export const expoSqlite: SqliteDriver = {
  async open(name) {
    const db = await openDatabaseAsync(`${name}.db`, { useNewConnection: true });
    return {
      exec: (sql) => db.execAsync(sql),
      run: (sql, values) => db.runAsync(sql, values),
      all: (sql, values) => db.getAllAsync(sql, values),
      close: () => db.closeAsync(),
    };
  },
};
