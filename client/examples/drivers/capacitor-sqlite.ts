/** `@capacitor-community/sqlite`. It keeps one connection a name, so one client of a user at a time. */

import { CapacitorSQLite, SQLiteConnection } from '@capacitor-community/sqlite';
import type { SqliteDriver } from '@freshet/client/sqlite';

const connections = new SQLiteConnection(CapacitorSQLite);

export const capacitorSqlite: SqliteDriver = {
  async open(name) {
    // After a reload of the page, or a failed call, the native side still has an earlier connection.
    if ((await connections.isConnection(name, false)).result) await connections.closeConnection(name, false);
    const db = await connections.createConnection(name, false, 'no-encryption', 1, false);
    await db.open();
    return {
      exec: (sql) => db.execute(sql, false),
      run: (sql, values) => db.run(sql, values, false),
      all: async (sql, values) => (await db.query(sql, values)).values ?? [],
      close: () => connections.closeConnection(name, false),
    };
  },
};
