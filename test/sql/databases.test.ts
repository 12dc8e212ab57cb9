import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Json } from '../../src/ports/entry.ts';
import { admin, alice, faultsOf, load } from '../support/admin.ts';
import { Client } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { TestOrigin } from '../support/origin.ts';
import { codeUnder, recipeUnder } from '../support/recipe-page.ts';
import { run } from '../support/sql.ts';

type Members = { [name: string]: Json };

const SQL = 'select id, name, price from stock where plant = {plant} order by id';
const TABLE = { name: 'stock', sql: SQL, columns: ['id', 'name', { name: 'price', as: 'number' }] };
const PARAMETERS = { type: 'object', properties: { plant: { type: 'string', default: 'north' } } };

/** A source over the database of the tests. */
async function defineSource(database = 'SQL_TEST'): Promise<string> {
  const name = unique('source');
  expect((await admin.put(`/sources/${name}/`, { database })).status).toBe(201);
  return name;
}

/** A resource over it. */
async function define(more: Members = {}, database?: string): Promise<string> {
  const title = unique('database');
  const source = await defineSource(database);
  const definition = { origin: { source }, parameters: PARAMETERS, tables: [TABLE], ...more };
  const answer = await admin.put(`/resources/${title}/`, definition);
  expect([answer.status, await answer.json()]).toMatchObject([201, {}]);
  return title;
}

const read = async (title: string, query = '', client = alice) => (await client.get(`/rpc/${title}/${query}`)).text();
const refresh = async (title: string, values = {}) => {
  const answer = await alice.post('/cache/refresh/', { resource_title: title, ...values }, { Prefer: 'wait=20' });
  return answer.json() as Promise<{ task_state: string; task_id: string; error?: { type: string; detail: string } }>;
};

describe.skipIf(inject('postgresUrl') === null)('a source that is a database', () => {
  beforeAll(async () => {
    await run(
      'DROP TABLE IF EXISTS stock',
      'CREATE TABLE stock (id int PRIMARY KEY, plant text, name text, price numeric(10, 2))',
      "INSERT INTO stock VALUES (1, 'north', 'Bolt', 1.50), (2, 'north', 'Nut', 0.10), (3, 'south', 'Washer', 7)",
      'GRANT SELECT ON stock TO reader',
    );
  });

  it('gives the rows of a query, by the values of the cache, and then what has changed', async () => {
    const title = await define();
    await load(title, {});
    const body = (rows: string) => `[{"name":"stock","columns":["id","name","price"],"data":[${rows}]}]`;
    expect(await read(title)).toBe(body('[1,1,"Bolt",1.50],[2,2,"Nut",0.10]'));
    await load(title, { plant: "south' or '1'='1" });
    expect(await read(title, `?plant=${encodeURIComponent("south' or '1'='1")}`)).toBe(body(''));
    await run('UPDATE stock SET price = 0.20 WHERE id = 2');
    await load(title, {});
    const delta = await alice.get(`/rpc/${title}/`, { 'X-Delta': 'v1-last' });
    expect(await delta.text()).toBe('[{"name":"stock","insert_rows":[[3,2,"Nut",0.20]],"delete_ids":[2]}]');
  });

  it('is asked for what changed alone, by a query of its own, and then for all rows', async () => {
    await run(
      'DROP TABLE IF EXISTS moving',
      'CREATE TABLE moving (id int PRIMARY KEY, plant text, name text, changed timestamptz, gone bool DEFAULT false)',
      "INSERT INTO moving VALUES (1, 'north', 'Bolt', '2026-01-02 10:00+00'), (2, 'north', 'Nut', '2026-01-02 11:00:00.25+00'), (3, 'north', 'Old', '2026-01-02 09:00+00')",
      'GRANT SELECT ON moving TO reader',
    );
    const columns = 'id, name, changed, gone';
    const table = { name: 'stock', columns: ['id', 'name'], key: ['id'] };
    const title = unique('database');
    const answer = await admin.put(`/resources/${title}/`, {
      origin: {
        source: await defineSource(),
        changes: {
          sql: `select ${columns} from moving where plant = {plant} and changed >= {_since} order by changed`,
          cursor: '/changed',
          lag_s: 0,
          removed: { at: '/gone', is: true },
        },
      },
      parameters: PARAMETERS,
      tables: [{ ...table, sql: `select ${columns} from moving where plant = {plant} and not gone order by id` }],
    });
    expect([answer.status, await answer.json()]).toMatchObject([201, {}]);
    await load(title, {});
    expect(await read(title)).toContain('"data":[[1,1,"Bolt"],[2,2,"Nut"],[3,3,"Old"]]');
    await run(
      // This one is not announced, so that it shows what was asked.
      "UPDATE moving SET name = 'Untold' WHERE id = 1",
      "UPDATE moving SET name = 'New', changed = '2026-01-02 12:00+00' WHERE id = 2",
      "UPDATE moving SET gone = true, changed = '2026-01-02 12:00+00' WHERE id = 3",
    );
    await load(title, {});
    expect(await read(title)).toContain('"data":[[1,1,"Bolt"],[4,2,"New"]]');
    await run("UPDATE moving SET name = 'Newer' WHERE id = 2");
    await load(title, {});
    expect(await read(title)).toContain('"data":[[1,1,"Bolt"],[5,2,"Newer"]]');
    const [cache] = (await (await admin.get(`/caches/?resource_title=${title}`)).json()) as { key: string }[];
    expect((await admin.post(`/caches/${cache?.key}/refresh/?force=true`, {}, { Prefer: 'wait=20' })).status).toBe(200);
    expect(await read(title)).toContain('"data":[[6,1,"Untold"],[5,2,"Newer"]]');
  });

  it('gives each user rows of their own, with scope "user"', async () => {
    const sql = 'select id, name, price from stock where plant = {_user}';
    const title = await define({ scope: 'user', parameters: { type: 'object' }, tables: [{ ...TABLE, sql }] });
    const south = new Client({ user: 'south' });
    expect((await south.get(`/rpc/${title}/`, { Prefer: 'wait=20' })).status).toBe(200);
    expect(await read(title, '', south)).toContain('"data":[[1,3,"Washer",7.00]]');
  });

  it('is read by the recipe of docs/origins.md: its view, its role, its source and its resource', async () => {
    const heading = 'Databases: PostgreSQL';
    await run(
      'DROP SCHEMA IF EXISTS tablet CASCADE',
      'DROP SCHEMA IF EXISTS erp CASCADE',
      'DROP ROLE IF EXISTS freshet',
      'CREATE SCHEMA erp',
      'CREATE TABLE erp.stock (id int, plant text, name text, price numeric, changed_at timestamptz, discontinued boolean)',
      "INSERT INTO erp.stock VALUES (2, '1000', 'Nut', 0.10, '2026-01-02T10:00:00Z', false), (1, '1000', 'Bolt', 1.50, '2026-01-01T10:00:00Z', false)",
      "INSERT INTO erp.stock VALUES (3, '1000', 'Old', 1, now(), true), (4, '2000', 'Elsewhere', 1, now(), false)",
    );
    await run(
      ...codeUnder(heading, 'sql').flatMap((text) => text.split(/;\n/).filter((statement) => statement !== '')),
    );
    // The role of the tests may what that of the page may.
    await run('GRANT freshet TO reader');
    expect(await run("SELECT has_table_privilege('freshet', 'erp.stock', 'SELECT')")).toEqual([['f']]);
    const [source, resource] = recipeUnder(heading);
    const [name, title] = [unique('source'), unique('recipe')];
    const put = (path: string, text: string) => admin.put(path, JSON.parse(text));
    expect((await put(`/sources/${name}/`, source.replace('SQL_ERP', 'SQL_TEST'))).status).toBe(201);
    expect((await put(`/resources/${title}/`, resource.replace('"source": "erp"', `"source": "${name}"`))).status).toBe(
      201,
    );
    await load(title, { plant: '1000' });
    expect(await read(title, '?plant=1000')).toContain(
      '"data":[[1,1,"Bolt",1.50,"2026-01-01T10:00:00Z"],[2,2,"Nut",0.10,"2026-01-02T10:00:00Z"]]',
    );
    // The next example there: what changed alone.
    await run(
      'CREATE VIEW tablet.stock_log AS SELECT id, name, price, changed_at, discontinued AS gone FROM erp.stock',
      'GRANT SELECT ON tablet.stock_log TO freshet',
    );
    const changes = unique('recipe');
    const [, , example = ''] = codeUnder(heading, 'json');
    expect(
      (await put(`/resources/${changes}/`, example.replace('"source": "erp"', `"source": "${name}"`))).status,
    ).toBe(201);
    await load(changes, {});
    expect(await read(changes)).toContain('"Bolt"');
    await run('UPDATE erp.stock SET discontinued = true, changed_at = now() WHERE id = 1');
    await load(changes, {});
    const delta = await alice.get(`/rpc/${changes}/`, { 'X-Delta': 'v1-last' });
    expect(await delta.json()).toEqual([{ name: 'stock', insert_rows: [], delete_ids: [expect.any(Number)] }]);
    const held = await read(changes);
    expect(['"Bolt"', '"Nut"', '"Elsewhere"', '"Old"'].map((cell) => held.includes(cell))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('that refuses ends the load and changes nothing', async () => {
    const title = await define();
    await load(title, {});
    const before = await read(title);
    await run('REVOKE SELECT ON stock FROM reader');
    try {
      expect(await refresh(title)).toMatchObject({ task_state: 'FAILURE' });
      const [cache] = (await (await admin.get(`/caches/?resource_title=${title}`)).json()) as { last_error: unknown }[];
      expect(cache?.last_error).toMatchObject({
        type: '/docs/problems#origin-refused',
        detail: 'The database refused a query (table "stock"): SQLSTATE 42501, the role may not read this.',
      });
      expect(await read(title)).toBe(before);
    } finally {
      await run('GRANT SELECT ON stock TO reader');
    }
  });

  it('that has no connection left is closed for all for a while, like one that answers 503', async () => {
    const source = await defineSource();
    const title = await define({ origin: { source }, retry: { max_attempts: 1, backoff_s: 0 } });
    await run('ALTER ROLE reader CONNECTION LIMIT 0');
    try {
      expect(await refresh(title)).toMatchObject({ task_state: 'FAILURE' });
    } finally {
      await run('ALTER ROLE reader CONNECTION LIMIT -1');
    }
    const [cache] = (await (await admin.get(`/caches/?resource_title=${title}`)).json()) as { last_error: unknown }[];
    expect(cache?.last_error).toMatchObject({
      type: '/docs/problems#origin-unreachable',
      detail: expect.stringMatching(/SQLSTATE 53300, no connection is free: .* lower concurrency/),
    });
    const { state } = (await (await admin.get(`/sources/${source}/?expand=state`)).json()) as { state: unknown };
    expect(state).toMatchObject({ permits: 0, closed_by: 503, closed_until: expect.any(String) });
  });

  it('that the service has no binding for is misconfigured, and administrators are told which', async () => {
    const title = await define({}, 'SQL_ABSENT');
    expect(await refresh(title)).toMatchObject({ task_state: 'FAILURE' });
    const [cache] = (await (await admin.get(`/caches/?resource_title=${title}`)).json()) as { last_error: unknown }[];
    expect(cache?.last_error).toMatchObject({
      type: '/docs/problems#misconfigured',
      detail:
        'The source names the Hyperdrive binding SQL_ABSENT, which the service does not have: add it to wrangler.toml and deploy.',
    });
  });

  it('is probed: its first rows, its faults, and a warning where the role may do anything', async () => {
    const probe = async (title: string, more = {}) => (await admin.post(`/resources/${title}/probe/`, more)).json();
    expect(await probe(await define())).toMatchObject({
      status: null,
      rows: 2,
      tables: [
        {
          name: 'stock',
          data: [
            [1, 'Bolt', 1.5],
            [2, 'Nut', expect.any(Number)],
          ],
        },
      ],
      faults: [],
      warnings: [],
    });
    const title = await define({ tables: [{ ...TABLE, sql: 'select 1 from nowhere' }] }, 'SQL_ADMIN');
    expect(await probe(title)).toMatchObject({
      rows: 0,
      faults: [{ type: '/docs/problems#origin-refused' }],
      warnings: [expect.stringMatching(/^The role of the database is a superuser/)],
    });
  });

  it('keeps a definition within what a database can be asked', async () => {
    const source = await defineSource();
    const faults = async (definition: Members) => {
      const answer = await admin.put(`/resources/${unique('database')}/`, definition);
      return faultsOf(answer);
    };
    const whole = { origin: { source }, parameters: PARAMETERS, tables: [TABLE] };
    expect(
      await faults({ ...whole, origin: { source, url: 'x', method: 'POST', body: {}, headers: { A: 'b' } } }),
    ).toEqual([
      '/origin/url must be left out: the source is a database',
      '/origin/method must be left out: the source is a database',
      '/origin/headers must be left out: the source is a database',
      '/origin/body must be left out: the source is a database',
    ]);
    expect(await faults({ ...whole, tables: [{ name: 't', rows: '/x', columns: ['id'] }] })).toEqual([
      '/tables/0/rows must be left out: the source is a database',
      '/tables/0/sql is required: the source is a database',
    ]);
    expect(await faults({ origin: { source } })).toEqual(['/tables is required: the source is a database']);
    const sql = 'delete from stock where id = {id}';
    expect(await faults({ ...whole, tables: [{ ...TABLE, sql, columns: [{ name: 'id', at: '/a/b' }] }] })).toEqual([
      '/tables/0/sql uses "id", which is not a parameter',
      '/tables/0/sql must be a query that begins with SELECT, WITH, VALUES or TABLE',
      '/tables/0/columns/0/at must lead to a column of the query, as in /name',
    ]);
    const origin = { url: new TestOrigin().url };
    expect(await faults({ origin, tables: [{ ...TABLE, rows: '', sql: 'select 1' }] })).toEqual([
      '/tables/0/sql needs a source that is a database',
    ]);
  });

  it('is asked by no more than two loads at once, so that an invocation keeps connections for its stores', async () => {
    const sql =
      "select count(*)::int as id, pg_sleep(0.2)::text as name, 0 as price from pg_stat_activity where usename = 'reader' and xact_start is not null";
    const titles = await Promise.all(Array.from({ length: 6 }, () => define({ tables: [{ ...TABLE, sql }] })));
    await Promise.all(titles.map((title) => load(title, {})));
    for (const title of titles) expect(await read(title)).toMatch(/"data":\[\[1,[12],/);
  });
});
