/** The real database, with a record of its statements. */

export interface Recording {
  db: D1Database;
  /** SQL of each statement run, with its bound values. */
  statements: { sql: string; values: unknown[] }[];
  /** D1's metadata for each statement. */
  metas: D1Meta[];
}

/** Wraps a database so that each statement is recorded, also in sessions and batches; `after` runs after each statement or batch. */
export function recordingDatabase(inner: D1Database, after: () => Promise<void> = async () => {}): Recording {
  const statements: Recording['statements'] = [];
  const metas: D1Meta[] = [];
  const known = new WeakMap<D1PreparedStatement, { sql: string; values: unknown[]; inner: D1PreparedStatement }>();

  function wrap(statement: D1PreparedStatement, sql: string, values: unknown[]): D1PreparedStatement {
    async function all<T>(): Promise<D1Result<T>> {
      statements.push({ sql, values });
      const result = await statement.all<T>();
      metas.push(result.meta);
      await after();
      return result;
    }
    const wrapped = {
      bind: (...bound: unknown[]) => wrap(statement.bind(...bound), sql, bound),
      all,
      run: all,
      async first(column?: string) {
        const row = (await all<Record<string, unknown>>()).results[0] ?? null;
        return row === null || column === undefined ? row : row[column];
      },
    } as unknown as D1PreparedStatement;
    known.set(wrapped, { sql, values, inner: statement });
    return wrapped;
  }
  function over(session: Pick<D1Database, 'prepare' | 'batch'>) {
    return {
      prepare: (sql: string) => wrap(session.prepare(sql), sql, []),
      async batch(batch: D1PreparedStatement[]) {
        const all = batch.map((statement) => {
          const { sql, values, inner: real } = known.get(statement) ?? { sql: '', values: [], inner: statement };
          statements.push({ sql, values });
          return real;
        });
        const results = await session.batch(all);
        metas.push(...results.map((result) => result.meta));
        await after();
        return results;
      },
    };
  }
  const db = { ...over(inner), withSession: (constraint?: string) => over(inner.withSession(constraint)) };
  return { db: db as unknown as D1Database, statements, metas };
}
