/** The log of actions: one row a change by an administrator (CONTRACT 4). */

import { env } from 'cloudflare:workers';
import { hash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { ActionRecord } from '../../src/contract/action.ts';
import { Problem } from '../../src/contract/problem.ts';
import { runCron } from '../../src/cron.ts';
import { recordAction } from '../../src/flows/admin/record-action.ts';
import { makeServices } from '../../src/services.ts';
import { d1Actions } from '../../src/stores/actions.ts';
import { admin, alice, defineResource, faultsOf, load, loadAll, onlyCache } from '../support/admin.ts';
import { Client, send } from '../support/client.ts';
import { unique } from '../support/entries.ts';

const DAY_MS = 86_400_000;
const inspector = new Client({ user: 'ida', scope: 'cache:inspect' });
const sha256 = (name: string) => hash('sha256', name, 'hex');
// biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition names a secret
const HOOK = { url: 'http://127.0.0.1:9/hook', secrets: ['${ORIGIN_TEST_HOOK}'] };

/** An administrator of one test. */
const newAdmin = () => {
  const user = unique('root');
  return { user, client: new Client({ user, scope: 'cache:admin' }) };
};

async function actionsOf(user: string, query = ''): Promise<ActionRecord[]> {
  const answer = await inspector.get(`/actions/?user=${user}${query}`);
  expect(answer.status).toBe(200);
  return answer.json();
}

/** What the one request of an administrator leaves. */
async function rowsAfter(
  work: (client: Client) => Promise<Response>,
): Promise<{ status: number; rows: ActionRecord[] }> {
  const { user, client } = newAdmin();
  const answer = await work(client);
  const rows = await actionsOf(user);
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(['at', 'user', 'action', 'target', 'count', 'reason', 'request_id']);
    expect(row).toMatchObject({ user, request_id: answer.headers.get('X-Request-Id') });
    expect(Math.abs(Date.now() - Date.parse(row.at))).toBeLessThan(60_000);
  }
  return { status: answer.status, rows };
}

afterEach(async () => {
  const away = await env.DB.prepare("SELECT 1 FROM sqlite_master WHERE name = 'actions_away'").first();
  if (away !== null) await env.DB.prepare('ALTER TABLE actions_away RENAME TO actions').run();
});
const takeAway = () => env.DB.prepare('ALTER TABLE actions RENAME TO actions_away').run();

describe('a change leaves one row:', () => {
  it('a definition that is put, with the caches that count as expired, and one that is deleted', async () => {
    const { title, definition } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }]);
    const changed = { ...definition, origin: { ...(definition.origin as object), headers: { 'X-A': 'hidden' } } };
    const put = await rowsAfter((client) => client.put(`/resources/${title}/`, changed));
    expect(put.rows).toMatchObject([{ action: 'put_resource', target: title, count: 2, reason: null }]);
    expect(JSON.stringify(put.rows)).not.toContain('hidden');
    const deleted = await rowsAfter((client) => client.delete(`/resources/${title}/`));
    expect(deleted.rows).toMatchObject([{ action: 'delete_resource', target: title, count: 2 }]);
  });

  it('purges, of one cache, of some, of all, soft or not', async () => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2, of: 'x' }]);
    const of = (query: string) => rowsAfter((client) => client.delete(`/caches/?resource_title=${title}${query}`));
    expect((await of('&soft=true')).rows).toMatchObject([{ action: 'soft_purge', target: title, count: 2 }]);
    const some = await of(`&soft=true&parameters=${encodeURIComponent('{"n":2,"of":"x"}')}`);
    expect(some.rows).toMatchObject([{ action: 'soft_purge', target: `${title}?n=2&of=x`, count: 1 }]);
    expect((await of('&parameters={"n":1}')).rows).toMatchObject([
      { action: 'purge', target: `${title}?n=1`, count: 1 },
    ]);
    expect((await of('')).rows).toMatchObject([{ action: 'purge', target: title, count: 1 }]);
    const other = await defineResource();
    await load(other.title);
    const { key } = await onlyCache(other.title);
    const one = await rowsAfter((client) => client.delete(`/caches/${key}/`));
    expect(one.rows).toMatchObject([{ action: 'purge', target: key, count: 1 }]);
  });

  it('a refresh of all caches, and one that is forced past the guard', async () => {
    const { title } = await defineResource();
    await load(title);
    const { key } = await onlyCache(title);
    const all = await rowsAfter((client) => client.send('POST', `/resources/${title}/refresh/`));
    expect(all.rows).toMatchObject([{ action: 'refresh', target: title, count: 1 }]);
    const forced = await rowsAfter((client) => client.send('POST', `/caches/${key}/refresh/?force=true`));
    expect(forced.rows).toMatchObject([{ action: 'forced_refresh', target: key, count: 1 }]);
  });

  it('a webhook that is put and deleted', async () => {
    const name = unique('hook');
    const put = await rowsAfter((client) => client.put(`/webhooks/${name}/`, HOOK));
    expect(put.rows).toMatchObject([{ action: 'put_webhook', target: name, count: 1 }]);
    const deleted = await rowsAfter((client) => client.delete(`/webhooks/${name}/`));
    expect(deleted.rows).toMatchObject([{ action: 'delete_webhook', target: name, count: 1 }]);
  });

  it('a source that is put, changed and deleted', async () => {
    const name = unique('source');
    const put = await rowsAfter((client) => client.put(`/sources/${name}/`, { url: 'https://erp.example.com/' }));
    expect(put.rows).toMatchObject([{ action: 'put_source', target: name, count: 0 }]);
    const { title } = await defineResource({ origin: { source: name, url: '{n}' } });
    expect(title).toBeTruthy();
    const moved = await rowsAfter((client) => client.put(`/sources/${name}/`, { url: 'https://crm.example.com/' }));
    expect(moved.rows).toMatchObject([{ action: 'put_source', target: name, count: 1 }]);
    await new Client({ user: 'root', scope: 'cache:admin' }).delete(`/resources/${title}/`);
    const deleted = await rowsAfter((client) => client.delete(`/sources/${name}/`));
    expect(deleted.rows).toMatchObject([{ action: 'delete_source', target: name, count: 1 }]);
  });

  it('a leaver or a device that is forgotten, by hashes, and names neither', async () => {
    const [leaver, device] = [unique('leaver'), unique('tablet')];
    const user = await rowsAfter((client) => client.delete(`/syncs/?user=${leaver}`));
    expect(user.rows).toMatchObject([{ action: 'forget', target: sha256(leaver), count: 0 }]);
    const one = await rowsAfter((client) => client.delete(`/syncs/?user=${leaver}&device=${device}`));
    expect(one.rows).toMatchObject([{ target: `${sha256(leaver)}/${sha256(device)}` }]);
    const { results } = await env.DB.prepare('SELECT * FROM actions').all();
    expect(JSON.stringify(results)).not.toMatch(new RegExp(`${leaver}|${device}`));
  });

  it('a task that an administrator revokes, and none that its own user does', async () => {
    const { title, origin } = await defineResource();
    await origin.answer({ hold: true });
    const refresh = async () => {
      const answer = await alice.post('/cache/refresh/', { resource_title: title }, { Prefer: 'respond-async' });
      return (await answer.json<{ task_id: string }>()).task_id;
    };
    const running = await refresh();
    const stateOf = async () =>
      (await (await alice.get(`/cache/state/?task_id=${running}`)).json<{ task_state: string }>()).task_state;
    await expect.poll(stateOf).toBe('STARTED');
    const waiting = await refresh();
    const refused = await rowsAfter((client) => client.post('/cache/revoke/', { task_id: running }));
    expect(refused).toEqual({ status: 409, rows: [] });
    const revoked = await rowsAfter((client) => client.post('/cache/revoke/', { task_id: waiting }));
    expect(revoked.rows).toMatchObject([{ action: 'revoke', target: waiting, count: 1 }]);
    const own = await refresh();
    expect((await alice.post('/cache/revoke/', { task_id: own })).status).toBe(200);
    expect((await actionsOf('alice')).filter(({ target }) => target === own)).toEqual([]);
    await origin.answer({ body: '[]' });
  });
});

describe('no row is left by', () => {
  it('what is refused', async () => {
    const { title } = await defineResource();
    await load(title);
    const refused: [number, (client: Client) => Promise<Response>][] = [
      [404, (client) => client.delete('/resources/no-such/')],
      [404, (client) => client.delete('/caches/?resource_title=no-such')],
      [412, (client) => client.delete(`/resources/${title}/`, { 'If-Match': '"x"' })],
      [400, (client) => client.put(`/resources/${title}/`, { origin: {} })],
      [400, (client) => client.delete('/caches/')],
      [404, (client) => client.delete(`/caches/${'f'.repeat(64)}/`)],
      [404, (client) => client.send('POST', '/resources/no-such/refresh/')],
    ];
    for (const [status, work] of refused) expect(await rowsAfter(work)).toEqual({ status, rows: [] });
    expect((await alice.delete(`/resources/${title}/`)).status).toBe(403);
    expect((await actionsOf('alice')).filter(({ target }) => target === title)).toEqual([]);
  });

  it('what changes nothing: the same again, a dry run, a read, a refresh that the guard may refuse', async () => {
    const { title, definition } = await defineResource();
    await load(title);
    const { key } = await onlyCache(title);
    const harmless: ((client: Client) => Promise<Response>)[] = [
      (client) => client.put(`/resources/${title}/`, definition),
      (client) => client.put(`/resources/${title}/?dry_run=true`, { ...definition, ttl_s: 1 }),
      (client) => client.delete(`/caches/?resource_title=${title}&dry_run=true`),
      (client) => client.get('/caches/'),
      (client) => client.send('POST', `/caches/${key}/refresh/`),
    ];
    for (const work of harmless) expect((await rowsAfter(work)).rows).toEqual([]);
  });
});

describe('a change and its row', () => {
  const begun = (user: string) => ({ user, action: 'purge', target: 't', reason: null, requestId: 'r' }) as const;
  const services = { actions: d1Actions(env.DB) };

  it('do not come apart: where the row cannot be written nothing is changed', async () => {
    const { title } = await defineResource();
    await load(title);
    await takeAway();
    const answer = await admin.delete(`/caches/?resource_title=${title}`);
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, expect.any(String)]);
    expect((await onlyCache(title)).version).toBe(1);
  });

  it('do not come apart: the row is there before the change, and has no count until it is done', async () => {
    const { user } = newAdmin();
    let seen: ActionRecord[] = [];
    const work = async () => {
      seen = await actionsOf(user);
      return 3;
    };
    await recordAction(services, begun(user), Date.now(), work, (count) => ({ count }));
    expect(seen).toMatchObject([{ action: 'purge', count: null }]);
    expect(await actionsOf(user)).toMatchObject([{ count: 3 }]);
  });

  it('that fails midway leaves its row without a count', async () => {
    const { user } = newAdmin();
    for (const fault of [new Problem('overloaded', 'no'), new Error('cut')]) {
      const failing = () => Promise.reject(fault);
      await expect(recordAction(services, begun(user), Date.now(), failing, () => ({ count: 1 }))).rejects.toBe(fault);
    }
    expect(await actionsOf(user)).toMatchObject([{ count: null }, { count: null }]);
  });

  it('that is done is answered so, though its count could not be written', async () => {
    const { user } = newAdmin();
    const work = async () => {
      await takeAway();
      return 'done';
    };
    expect(await recordAction(services, begun(user), Date.now(), work, () => ({ count: 1 }))).toBe('done');
    await env.DB.prepare('ALTER TABLE actions_away RENAME TO actions').run();
    expect(await actionsOf(user)).toMatchObject([{ count: null }]);
  });

  it('cuts a long target', async () => {
    const { user } = newAdmin();
    const long = { ...begun(user), target: 'x'.repeat(501) };
    await recordAction(
      services,
      long,
      Date.now(),
      async () => 1,
      () => ({ count: 1 }),
    );
    expect((await actionsOf(user))[0]?.target).toBe(`${'x'.repeat(499)}…`);
  });
});

describe('a reason', () => {
  const purge = (reason: string) => (client: Client) => client.delete('/syncs/?user=nobody', { 'X-Reason': reason });

  it.each([
    ['plain text', 'ticket 4711, as asked', 'ticket 4711, as asked'],
    ['any language, percent-encoded', encodeURIComponent('цена неверна 50 %'), 'цена неверна 50 %'],
    ['500 characters', 'x'.repeat(500), 'x'.repeat(500)],
    ['nothing', ' ', null],
  ])('is kept: %s', async (_what, header, reason) => {
    expect((await rowsAfter(purge(header))).rows).toMatchObject([{ reason }]);
  });

  it.each([
    ['too long', 'x'.repeat(501), 'must have at most 500 characters'],
    ['a broken percent-encoding', '50 %', 'must be percent-encoded UTF-8: write % as %25'],
    ['no UTF-8', '%ff', 'must be percent-encoded UTF-8: write % as %25'],
    ['control characters', 'a%0Ab', 'must not have control characters'],
    ['beyond ASCII', 'caf\u00e9', 'must be ASCII: percent-encode other characters, as encodeURIComponent does'],
  ])('is refused before anything is done: %s', async (_what, header, detail) => {
    const { title } = await defineResource();
    await load(title);
    const answer = await admin.delete(`/caches/?resource_title=${title}`, { 'X-Reason': header });
    expect(await faultsOf(answer)).toEqual([`X-Reason ${detail}`]);
    expect((await onlyCache(title)).version).toBe(1);
  });

  it('may be sent by a page of another site', async () => {
    const answer = await send('/caches/', {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://x.example',
        'Access-Control-Request-Method': 'DELETE',
        'Access-Control-Request-Headers': 'X-Reason',
      },
    });
    expect(answer.headers.get('Access-Control-Allow-Headers')).toMatch(/x-reason/i);
  });
});

describe('the list of actions', () => {
  /** Actions of a user of its own, at these times (ms). */
  async function actionsAt(...times: number[]): Promise<string> {
    const user = unique('past');
    for (const at of times) {
      const place = { at, id: crypto.randomUUID() };
      await d1Actions(env.DB).begin({
        ...place,
        user,
        action: 'purge',
        target: String(at),
        reason: null,
        requestId: 'r',
      });
    }
    return user;
  }
  const targets = (rows: ActionRecord[]) => rows.map(({ target }) => Number(target));

  it('goes newest first in pages, each action once, also those of one moment', async () => {
    const user = await actionsAt(1, 3, 2, 2, 2);
    const seen: ActionRecord[] = [];
    let path: string | undefined = `/actions/?user=${user}&limit=2`;
    while (path !== undefined) {
      const page: Response = await inspector.get(path);
      seen.push(...(await page.json<ActionRecord[]>()));
      path = /^<\/api\/v1(.*)>; rel="next"$/.exec(page.headers.get('Link') ?? '')?.[1];
    }
    expect(targets(seen)).toEqual([3, 2, 2, 2, 1]);
  });

  it('has only what was done in one way, of all users or of one, page by page', async () => {
    const [user, other] = [unique('root'), unique('root')];
    const begin = (at: number, by: string, action: ActionRecord['action']) =>
      d1Actions(env.DB).begin({
        at,
        id: unique('a'),
        user: by,
        action,
        target: String(at),
        reason: null,
        requestId: 'r',
      });
    for (const at of [1, 2, 3]) {
      await begin(at, user, 'probe');
      await begin(at, user, 'revoke');
      await begin(at + 10, other, 'probe');
    }
    expect(targets(await actionsOf(user, '&action=probe'))).toEqual([3, 2, 1]);
    expect(targets(await actionsOf(user, '&action=forget'))).toEqual([]);
    const all: ActionRecord[] = [];
    let path: string | undefined = '/actions/?action=probe&limit=2';
    while (path !== undefined) {
      const page: Response = await inspector.get(path);
      all.push(...(await page.json<ActionRecord[]>()));
      path = /^<\/api\/v1(.*)>; rel="next"$/.exec(page.headers.get('Link') ?? '')?.[1];
    }
    expect(new Set(all.map(({ action }) => action))).toEqual(new Set(['probe']));
    const own = all.filter((row) => [user, other].includes(row.user));
    expect(targets(own)).toEqual([13, 12, 11, 3, 2, 1]);
  });

  it('begins at a time, in any zone', async () => {
    const at = Date.parse('2026-11-23T19:14:36.500Z');
    const user = await actionsAt(at - 1, at, at + 1);
    expect(targets(await actionsOf(user, '&since=2026-11-23T19:14:36.5Z'))).toEqual([at + 1, at]);
    expect(targets(await actionsOf(user, `&since=${encodeURIComponent('2026-11-23T20:14:36.501+01:00')}`))).toEqual([
      at + 1,
    ]);
    expect(
      (await (await inspector.get('/actions/?since=2026-11-23T19:14:36.5Z')).json<ActionRecord[]>()).length,
    ).toBeGreaterThan(2);
  });

  it.each([
    'since=yesterday',
    'since=2026-11-23',
    'since=2026-13-45T00:00:00Z',
    'user=',
    'cursor=x',
    'action=sell',
    'actions=purge',
  ])('refuses %s', async (query) => {
    expect((await inspector.get(`/actions/?${query}`)).status).toBe(400);
  });

  it('loses by cron what is older than ACTIONS_RETENTION_DAYS, and no other, a bounded number a run', async () => {
    const now = Date.now();
    const user = await actionsAt(now - 401 * DAY_MS, now - 399 * DAY_MS);
    await runCron(
      makeServices(env, () => {}),
      now,
    );
    expect(targets(await actionsOf(user))).toEqual([now - 399 * DAY_MS]);
    const many = await actionsAt(1, 2, 3);
    await d1Actions(env.DB).dropOld(4, 2);
    expect(targets(await actionsOf(many))).toEqual([3]);
  });
});
