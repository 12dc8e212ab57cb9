/** `@op-engineering/op-sqlite`. */

import type { SqliteDriver } from '@freshet/client/sqlite';
import { open } from '@op-engineering/op-sqlite';

export const opSqlite: SqliteDriver = {
  open(name) {
    const db = open({ name: `${name}.db` });
    return {
      exec: (sql) => db.execute(sql),
      run: (sql, values) => db.execute(sql, values),
      all: async (sql, values) => (await db.execute(sql, values)).rows,
      close: () => db.close(),
    };
  },
};
