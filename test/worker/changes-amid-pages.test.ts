/** A definition, a source or a secret that changes while the third of five pages is read (DESIGN invariants 9 and 10): over HTTP, by the real queue. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { SourceAnswer } from '../../src/contract/source.ts';
import type { Json } from '../../src/ports/entry.ts';
import { admin, alice, cachesOf, load } from '../support/admin.ts';
import { unique } from '../support/entries.ts';
import { type OriginAnswer, TestOrigin } from '../support/origin.ts';
import { until } from '../support/until.ts';

type Members = { [name: string]: Json };

const COLUMNS = ['id', 'a'];
const PAGED = { pages: { next: '/next' }, changes: { link: '/delta' }, timeout_s: 60 };

/** These answers one after the other; the last again and again. */
function chain([first = {}, ...others]: OriginAnswer[]): OriginAnswer {
  return others.length === 0 ? first : { ...first, next: chain(others) };
}
/** Five pages of one row each. */
const pagesOf = (a: string): OriginAnswer[] =>
  Array.from({ length: 5 }, (_page, at) => {
    const link = at < 4 ? { next: `?of=${a}&p=${at + 2}` } : { delta: `?delta=${a}` };
    return { body: JSON.stringify({ value: [{ id: at, a, b: `b of ${a}` }], ...link }) };
  });

class Setting {
  readonly name = unique('amid');
  readonly title = unique('amid');
  readonly origin = new TestOrigin();
  source: Members = { url: this.origin.url, concurrency: 1 };
  definition: Members = {
    origin: { source: this.name, url: 'data', ...PAGED },
    tables: [{ name: 't', rows: '/value', columns: COLUMNS, key: ['id'] }],
    retry: { max_attempts: 3, backoff_s: 0 },
  };

  static async with(source: Members = {}): Promise<Setting> {
    const made = new Setting();
    await made.putSource(source);
    await made.put({});
    return made;
  }

  async putSource(more: Members): Promise<void> {
    this.source = { ...this.source, ...more };
    expect((await admin.put(`/sources/${this.name}/`, this.source)).status).toBeLessThan(300);
  }

  async put(more: Members): Promise<void> {
    this.definition = { ...this.definition, ...more };
    expect((await admin.put(`/resources/${this.title}/`, this.definition)).status).toBeLessThan(300);
  }

  /** Begins a load, and comes back when the origin holds its third page. */
  async amidPage3(a: string): Promise<string> {
    const before = (await this.asked()).length;
    await this.origin.answer(chain([...pagesOf(a).slice(0, 2), { hold: true }]));
    const answer = await alice.post('/cache/refresh/', { resource_title: this.title }, { Prefer: 'respond-async' });
    const { task_id: taskId } = await answer.json<{ task_id: string }>();
    await until(async () => expect(await this.asked()).toHaveLength(before + 3));
    return taskId;
  }

  /** The origin goes on with the third page, and then with `others`. */
  goOn(a: string, others: OriginAnswer[] = []): Promise<void> {
    return this.origin.answer(chain([...pagesOf(a).slice(2), ...others]));
  }

  async asked(origin = this.origin): Promise<string[]> {
    return (await origin.requests()).map(({ path }) => path.split('/data')[1] ?? path);
  }

  async held(): Promise<unknown[]> {
    const [{ columns, data }] = await (
      await alice.get(`/rpc/${this.title}/`, { 'Cache-Control': 'max-age=86400' })
    ).json<[{ columns: string[]; data: unknown[][] }]>();
    return [columns, ...data.map(([, ...cells]) => cells)];
  }

  async permits(): Promise<number | undefined> {
    const answer = await admin.get(`/sources/${this.name}/?expand=state`);
    return (await answer.json<SourceAnswer>()).state?.permits;
  }
}

/** The end of a task. */
const endOf = (taskId: string, client = alice) =>
  until(async () => {
    const answer = await client.get(`/cache/state/?task_id=${taskId}&expand=task`, { Prefer: 'wait=5' });
    const task = await answer.json<{
      task_state: string;
      version?: number;
      attempt?: number;
      error?: { type: string };
    }>();
    expect(task.task_state).toMatch(/SUCCESS|FAILURE|REVOKED/);
    return task;
  });
const rowsOf = (a: string, more: (a: string) => string[] = () => []) =>
  Array.from({ length: 5 }, (_row, id) => [id, a, ...more(a)]);
const queriesOf = (a: string, first = '') => [first, ...[2, 3, 4, 5].map((p) => `?of=${a}&p=${p}`)];

describe('amid page 3 of 5', () => {
  it('a definition that changes: the load ends by the one before, its version is stale at once, and the next has all rows', async () => {
    const setting = await Setting.with();
    const taskId = await setting.amidPage3('x');
    await setting.put({ tables: [{ name: 't', rows: '/value', columns: [...COLUMNS, 'b'], key: ['id'] }] });
    await setting.goOn('x', pagesOf('y'));
    expect(await endOf(taskId)).toMatchObject({ task_state: 'SUCCESS', attempt: 1, version: 1 });
    expect(await cachesOf(setting.title, '&state=stale')).toMatchObject([{ version: 1 }]);
    await load(setting.title);
    expect(await setting.held()).toEqual([[...COLUMNS, 'b'], ...rowsOf('y', (a) => [`b of ${a}`])]);
    // Not by the link that the first ended with: it stands for rows without the new column.
    expect(await setting.asked()).toEqual([...queriesOf('x'), ...queriesOf('y')]);
  });

  it('a source that changes: the load ends where it began, and the next goes to the new address with all rows', async () => {
    const setting = await Setting.with();
    const taskId = await setting.amidPage3('x');
    const other = new TestOrigin();
    await other.answer(chain(pagesOf('y')));
    await setting.putSource({ url: other.url });
    await setting.goOn('x');
    expect(await endOf(taskId)).toMatchObject({ task_state: 'SUCCESS', attempt: 1 });
    expect([await setting.asked(), await setting.asked(other)]).toEqual([queriesOf('x'), []]);
    expect(await cachesOf(setting.title, '&state=stale')).toMatchObject([{ version: 1 }]);
    await load(setting.title);
    expect(await setting.held()).toEqual([COLUMNS, ...rowsOf('y')]);
    expect([await setting.asked(), await setting.asked(other)]).toEqual([queriesOf('x'), queriesOf('y')]);
    expect(await setting.permits()).toBe(0);
  });

  it('limits that change: the load continues, and later loads use the new ones', async () => {
    const setting = await Setting.with();
    const taskId = await setting.amidPage3('x');
    await setting.putSource({ concurrency: 2 });
    await setting.goOn('x');
    expect(await endOf(taskId)).toMatchObject({ task_state: 'SUCCESS', attempt: 1 });
    expect(await cachesOf(setting.title, '&state=stale')).toEqual([]);
    expect(await setting.permits()).toBe(0);
  });

  it('a resource that is deleted: nothing of it is ever current, and the place at the source comes back', async () => {
    const setting = await Setting.with();
    await setting.amidPage3('x');
    expect((await admin.delete(`/resources/${setting.title}/`)).status).toBe(204);
    await setting.goOn('x');
    await until(async () => expect(await setting.permits()).toBe(0));
    // Under the same title again there is nothing, and its first load has what the origin has by then.
    await setting.put({});
    await setting.origin.answer(chain(pagesOf('y')));
    await load(setting.title);
    expect(await setting.held()).toEqual([COLUMNS, ...rowsOf('y')]);
  });

  it('a cache that is purged: its pages commit nothing', async () => {
    const setting = await Setting.with();
    const taskId = await setting.amidPage3('x');
    expect((await admin.delete(`/caches/?resource_title=${setting.title}`)).status).toBe(200);
    await setting.goOn('x', pagesOf('y'));
    // It is asked for again, from the first page on.
    expect(await endOf(taskId)).toMatchObject({ task_state: 'SUCCESS' });
    expect(await setting.held()).toEqual([COLUMNS, ...rowsOf('y')]);
    expect(await setting.asked()).toEqual([...queriesOf('x'), ...queriesOf('y')]);
    expect(await setting.permits()).toBe(0);
  });

  it('a source that is to be deleted: it stays while a resource names it', async () => {
    const setting = await Setting.with();
    const taskId = await setting.amidPage3('x');
    expect((await admin.delete(`/sources/${setting.name}/`)).status).toBe(409);
    await setting.goOn('x');
    expect(await endOf(taskId)).toMatchObject({ task_state: 'SUCCESS' });
  });

  it('a secret that is rotated: the load whose token is refused ends, and under the new one all pages are read again', async () => {
    const tokens = new TestOrigin();
    const granted = (token: string, next?: OriginAnswer): OriginAnswer => ({
      body: JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 600 }),
      ...(next === undefined ? {} : { next }),
    });
    await tokens.answer(granted('first', granted('second')));
    const oauth2 = { token_url: tokens.url, client_id: 'freshet', client_secret: '$' + '{ORIGIN_TEST_KEY}' };
    const setting = await Setting.with({ auth: { oauth2 } });
    const taskId = await setting.amidPage3('x');
    // A token that was made just now would be refused again: nobody asks for another.
    await setting.origin.answer({ status: 401, body: '' });
    expect(await endOf(taskId, admin)).toMatchObject({
      task_state: 'FAILURE',
      attempt: 1,
      error: { type: '/docs/problems#origin-auth' },
    });
    expect(await tokens.requests()).toHaveLength(1);
    expect(await setting.permits()).toBe(0);
    expect(await setting.asked()).toEqual(queriesOf('x').slice(0, 3));
    // The secret was rotated there, and here: what the gate holds is worth nothing under the new one.
    await setting.putSource({ auth: { oauth2: { ...oauth2, client_secret: '$' + '{ORIGIN_TEST_TOKEN}' } } });
    await setting.origin.answer(chain(pagesOf('y')));
    await load(setting.title);
    expect(await setting.held()).toEqual([COLUMNS, ...rowsOf('y')]);
    const sent = (await setting.origin.requests()).map(({ headers }) => headers.authorization);
    expect(sent).toEqual([...Array(3).fill('Bearer first'), ...Array(5).fill('Bearer second')]);
    expect((await tokens.requests()).map(({ headers }) => atob(String(headers.authorization).slice(6)))).toEqual([
      expect.stringContaining('K3y'),
      expect.stringContaining('secret+of+the+origin'),
    ]);
    expect(env.ORIGIN_TEST_TOKEN).toBe('secret of the origin');
  });
});
