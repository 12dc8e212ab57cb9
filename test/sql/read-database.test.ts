import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Column } from '../../src/contract/column.ts';
import type { LoadFailure } from '../../src/contract/problem.ts';
import type { TableDefinition } from '../../src/contract/table-definition.ts';
import { ColumnWatch } from '../../src/origin/column-watch.ts';
import { readDatabase } from '../../src/origin/sql/read-database.ts';
import { openSession, PIECE_BYTES } from '../../src/origin/sql/sql-session.ts';
import type { Parameters } from '../../src/ports/entry.ts';
import { encodedRows, run } from '../support/sql.ts';

interface Asked {
  values?: Parameters;
  maxBytes?: number;
  signal?: AbortSignal;
  /** Is done when the first rows have come. */
  midway?: () => Promise<void>;
  url?: string;
}

const table = (sql: string, ...columns: Column[]): TableDefinition => ({ name: 't', sql, columns });

/** The row texts of the tables, in order. */
async function read(tables: readonly TableDefinition[], asked: Asked = {}): Promise<string[][]> {
  const { values = {}, maxBytes = 33_554_432, signal = new AbortController().signal, midway } = asked;
  const connectionString = asked.url ?? env.SQL_TEST?.connectionString ?? '';
  const columns = tables.map((definition) => new ColumnWatch(definition));
  const answer = await readDatabase({ connectionString, tables, columns, values, maxBytes, signal });
  try {
    return await encodedRows(answer, tables, midway);
  } finally {
    answer.release();
  }
}

const failureOf = (...of: [tables: readonly TableDefinition[], asked?: Asked]) =>
  read(...of).then(
    () => expect.fail('it was read'),
    (failure: LoadFailure) => failure,
  );

describe.skipIf(inject('postgresUrl') === null)('a PostgreSQL', () => {
  beforeAll(async () => {
    await run(
      'DROP TABLE IF EXISTS items CASCADE',
      'CREATE TABLE items (id int PRIMARY KEY, name text, region text)',
      "INSERT INTO items SELECT i, 'Item ' || i, CASE WHEN i % 2 = 0 THEN 'north' ELSE 'south' END FROM generate_series(1, 5000) i",
      'GRANT SELECT ON items TO reader',
    );
  });

  it('is read to its end, in the order of its query', async () => {
    const [rows] = await read([
      table('select id, name from items order by id desc', 'name', { name: 'nr', at: '/id' }),
    ]);
    expect(rows).toHaveLength(5000);
    expect(rows?.slice(0, 2)).toEqual(['"Item 5000",5000', '"Item 4999",4999']);
    expect(rows?.at(-1)).toBe('"Item 1",1');
  });

  it.each([0, 1, 9, 10, 11, 1010, 1100])('is read to its end where that is after %i rows', async (count) => {
    const [rows] = await read([table('select id from items order by id limit {count}', 'id')], { values: { count } });
    expect(rows).toEqual(Array.from({ length: count }, (_, index) => String(index + 1)));
  });

  it.each<[sql: string, cell: string]>([
    ["date '2026-03-29'", '"2026-03-29"'],
    ["date '0044-03-15 BC'", '"0044-03-15 BC"'],
    ["timestamp '2026-03-29 02:30:00.25'", '"2026-03-29T02:30:00.25"'],
    ["timestamptz '2026-03-29 00:30:00.123456+03'", '"2026-03-28T21:30:00.123456Z"'],
    ["timestamptz 'infinity'", 'null'],
    ['12345678901234567890.1234567890::numeric', '12345678901234567890.1234567890'],
    ['9007199254740993::bigint', '9007199254740993'],
    ['0.1::real', '0.1'],
    ['(0.1::float8 + 0.2::float8)', '0.30000000000000004'],
    ["'NaN'::float8", 'null'],
    ["'-Infinity'::numeric", 'null'],
    ['1e20::float8', '1e+20'],
    ['true', 'true'],
    ['null::int', 'null'],
    ["''::text", '""'],
    ["E'a\\n\"\\\\é😀'", '"a\\n\\"\\\\é😀"'],
    [`'{"b": 1.50,\n "a": [ "x y", null ]}'::json`, '{"b":1.50,"a":["x y",null]}'],
    [`'"a  \\u00e9"'::jsonb`, '"a  é"'],
    ["'null'::json", 'null'],
    ["'\\x00ff10'::bytea", '"AP8Q"'],
    ["'{1,NULL,3}'::int[]", '"{1,NULL,3}"'],
    ["to_json('{1,NULL,3}'::int[])", '[1,null,3]'],
    ["'6 years 5 months'::interval", '"P6Y5M"'],
    ["'550e8400-e29b-41d4-a716-446655440000'::uuid", '"550e8400-e29b-41d4-a716-446655440000"'],
  ])('complaint 23: has no day off by one and no digit lost: %s is %s', async (sql, cell) => {
    expect(await read([table(`select ${sql} as v`, 'v')])).toEqual([[cell]]);
  });

  it('has cells that become what columns say', async () => {
    const columns: Column[] = [
      { name: 'text', at: '/n', as: 'text' },
      { name: 'time', at: '/t', as: 'time', zone: 'Europe/Berlin' },
      { name: 'day', at: '/t', as: 'date' },
    ];
    const sql = "select 1.50::numeric as n, timestamp '2026-07-01 12:00:00' as t";
    expect(await read([table(sql, ...columns)])).toEqual([['"1.50","2026-07-01T10:00:00Z","2026-07-01"']]);
  });

  it('is asked with bound values of all kinds, which stay data', async () => {
    const values = { s: "'; drop table items; --", n: 7, b: true, list: [1, 'x'], nothing: null };
    const sql =
      'select {s}::text as s, {n}::int + 1 as n, {b}::bool as b, {list}::jsonb as list, {nothing}::text as nothing, {absent}::text as absent';
    const columns = ['s', 'n', 'b', 'list', 'nothing', 'absent'];
    expect(await read([table(sql, ...columns)], { values })).toEqual([
      ['"\'; drop table items; --",8,true,[1,"x"],null,null'],
    ]);
    expect((await run('select count(*) from items'))[0]).toEqual(['5000']);
  });

  it('complaint 26: is one snapshot over all tables of a resource, whatever is committed meanwhile', async () => {
    const count = 'select count(*)::int as n from items';
    const big = table("select repeat('x', 1000) as x from generate_series(1, 3000)", 'x');
    const tables = [table(count, 'n'), big, { ...table(count, 'n'), name: 'again' }];
    const midway = async () => void (await run("INSERT INTO items VALUES (100000, 'late', 'north')"));
    try {
      const [before, , after] = await read(tables, { midway });
      expect(after).toEqual(before);
    } finally {
      await run('DELETE FROM items WHERE id = 100000');
    }
  });

  // ORIGINS 2.8: tried by the simple protocol, it wrote through READ ONLY.
  it('takes one statement and no more: "select 1; commit; create table x()" finds no table', async () => {
    for (const url of [env.SQL_TEST?.connectionString, env.SQL_ADMIN?.connectionString]) {
      const failure = await failureOf([table('select 1; commit; create table x()', 'v')], { url: url ?? '' });
      expect(failure).toMatchObject({ code: 'origin-refused', retryable: false });
    }
    expect(await run("select to_regclass('x')")).toEqual([[null]]);
  });

  it.each([
    ['with x as (insert into items values (-1) returning id) select id from x', '0A000'],
    ["select set_config('transaction_read_only', 'off', true), nextval('s')", '25001'],
    ["select setval('s', 7) as id", '25006'],
  ])('is only read, also by a superuser: %s', async (sql, state) => {
    await run('CREATE SEQUENCE IF NOT EXISTS s');
    const failure = await failureOf([table(sql, 'id')], { url: env.SQL_ADMIN?.connectionString ?? '' });
    expect(failure).toMatchObject({ code: 'origin-refused', retryable: false });
    expect(failure.message).toContain(`SQLSTATE ${state}`);
  });

  it.each<[sql: string, code: string, retryable: boolean, words: string]>([
    ['select nothing from items', 'origin-refused', false, 'SQLSTATE 42703, no such column'],
    ['select 1 from nowhere', 'origin-refused', false, 'SQLSTATE 42P01, no such table or view'],
    ['select rolpassword from pg_authid', 'origin-refused', false, 'SQLSTATE 42501, the role may not read this'],
    ["select 'secret'::int", 'origin-refused', false, 'SQLSTATE 22P02, a value does not have the form of its type'],
    ['select 1 / 0 from items', 'origin-refused', false, 'SQLSTATE 22012'],
    ['selec 1', 'origin-refused', false, 'SQLSTATE 42601, syntax error'],
  ])('that refuses is told by its SQLSTATE, never by its words: %s', async (sql, code, retryable, words) => {
    const failure = await failureOf([table(sql, 'v')]);
    expect(failure).toMatchObject({ code, retryable });
    expect(failure.message).toBe(`The database refused a query (table "t"): ${words}.`);
    expect(failure.adminDetail).not.toMatch(/secret|nothing|nowhere|authid/);
  });

  it('whose query was ended because it took too long is origin-timeout, and may be asked again', async () => {
    const cancelled =
      "select count(pg_cancel_backend(pid)) from pg_stat_activity where usename = 'reader' and state = 'active'";
    let cancelling: Promise<void> | undefined;
    const midway = async () => {
      cancelling = (async () => {
        while ((await run(cancelled))[0]?.[0] === '0');
      })();
    };
    const tables = [table('select 1 as v', 'v'), table('select pg_sleep(600)::text as v', 'v')];
    expect(await failureOf(tables, { midway })).toMatchObject({ code: 'origin-timeout', retryable: true });
    await cancelling;
  });

  it('that ends a session under way is origin-unreachable, and may be asked again', async () => {
    const end = () => run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader'");
    const sql = "select repeat('x', 1000) as x from generate_series(1, 20000)";
    const failure = await failureOf([table(sql, 'x')], { midway: async () => void (await end()) });
    expect(failure).toMatchObject({ code: 'origin-unreachable', retryable: true });
  });

  it('that does not let us in is origin-auth, and one that is not there origin-unreachable', async () => {
    const url = new URL(inject('postgresUrl') ?? '');
    url.password = 'wrong';
    const refused = await failureOf([table('select 1', 'v')], { url: url.href });
    expect(refused).toMatchObject({ code: 'origin-auth', retryable: false });
    expect(refused.message).toBe(
      'The database refused the login: SQLSTATE 28P01, the password is wrong: put the right one into the configuration of Hyperdrive.',
    );
    url.port = '1';
    const away = await failureOf([table('select 1', 'v')], { url: url.href });
    expect(away).toMatchObject({ code: 'origin-unreachable', retryable: true });
  });

  it('is let go of when the time is over, also in the midst of a query', async () => {
    const controller = new AbortController();
    const reason = new Error('the time is over');
    const abort = async () => controller.abort(reason);
    const tables = [table('select 1 as v', 'v'), table('select pg_sleep(30) as v', 'v')];
    await expect(read(tables, { signal: controller.signal, midway: abort })).rejects.toMatchObject({ cause: reason });
  });

  it('is read no further than max_bytes', async () => {
    const sql = "select repeat('x', 10000) as x from generate_series(1, 1000)";
    expect(await failureOf([table(sql, 'x')], { maxBytes: 1_000_000 })).toMatchObject({
      code: 'origin-too-large',
      message: 'The database answered with more than 1000000 bytes (origin.max_bytes).',
    });
  });

  it('has no row that fills the memory: one of more than 16 MiB ends the load, and large ones come few at a time', async () => {
    expect(await failureOf([table("select repeat('x', 20000000) as x", 'x')])).toMatchObject({
      code: 'origin-too-large',
      message: expect.stringMatching(/^A row of the database has more than 16777216 bytes/),
    });
    const sql = "select repeat('x', 200000) as x from generate_series(1, 140)";
    expect((await read([table(sql, 'x')]))[0]).toHaveLength(140);
  });

  it('is read to its end where rows suddenly grow: 1,000 of them are more than one row may be', async () => {
    const sql = "select repeat('x', case when i < 2500 then 10 else 20000 end) as x from generate_series(1, 3800) i";
    const [rows = []] = await read([table(sql, 'x')]);
    expect(rows).toHaveLength(3800);
    expect(rows.reduce((sum, { length }) => sum + length, 0)).toBe(2499 * 12 + 1301 * 20_002);
  });

  it('is read no further ahead than about a piece while nobody takes the rows', async () => {
    const session = await openSession(env.SQL_TEST?.connectionString ?? '', 33_554_432, new AbortController().signal);
    try {
      const pieces = session.pieces("select repeat('x', 20000) as x from generate_series(1, 1300)", 't');
      let rows = 0;
      for await (const piece of pieces) {
        rows += piece.rows.length;
        expect(piece.rows.length * 20_000).toBeLessThan(2 * PIECE_BYTES);
        const before = session.bytes;
        // Whatever could come meanwhile, has.
        await run('select 1');
        expect(session.bytes).toBe(before);
      }
      expect(rows).toBe(1300);
    } finally {
      session.close();
    }
  });

  // No expression matches a string of so many characters, and looked at again with each piece such a line takes long.
  it.each(['json', 'text'])('may have one value of nearly that size: %s', async (type) => {
    const text = "'{\"a\" : \"' || repeat('x', 15000000) || '\\\"\" }'";
    const [[row] = []] = await read([table(`select (${text})::${type} as x`, 'x')]);
    expect(row).toHaveLength(type === 'json' ? 15_000_010 : 15_000_021);
  });

  it.each<[columns: Column[], message: string]>([
    [['nr'], 'Table "t": the query has none of the declared columns; it has id, name, name.'],
    [['id', 'name'], 'Table "t": the query has several columns "name": rename all but one with AS.'],
  ])('whose query does not have the columns %j is origin-malformed', async (columns, message) => {
    const failure = await failureOf([table('select id, name, name from items', ...columns)]);
    expect(failure).toMatchObject({ code: 'origin-malformed', message });
  });

  it('knows whether its role may do anything', async () => {
    const is = async (url: string | undefined) => {
      const question = {
        tables: [],
        columns: [],
        values: {},
        maxBytes: 1_000_000,
        signal: new AbortController().signal,
      };
      const answer = await readDatabase({ ...question, connectionString: url ?? '' });
      const found = await answer.isSuperuser();
      answer.release();
      return found;
    };
    expect([await is(env.SQL_TEST?.connectionString), await is(env.SQL_ADMIN?.connectionString)]).toEqual([
      false,
      true,
    ]);
  });

  it('complaint 28: has no query that hangs, of any form, one after the other and several at once', async () => {
    const plain = table('select id from items order by id limit 15', 'id');
    const bound = table('select {n}::int + id as id from items order by id limit 15', 'id');
    const ids = (from: number) => Array.from({ length: 15 }, (_, index) => String(from + index));
    for (let round = 0; round < 3; round += 1) {
      const all = Array.from({ length: 4 }, (_, n) => read([plain, bound, plain], { values: { n } }));
      expect(await Promise.all(all)).toEqual(all.map((_, n) => [ids(1), ids(n + 1), ids(1)]));
    }
  });

  // No portal of the protocol is kept open, so no pooler can lose it.
  it('complaint 29: has cursors by plain SQL, and closes them with their transaction', async () => {
    await read([table('select id from items', 'id')]);
    expect(await run("select count(*) from pg_stat_activity where usename = 'reader' and state <> 'idle'")).toEqual([
      ['0'],
    ]);
  });
});
