/** What administrators change leaves a line in the log: who, what, how many (CONTRACT 4). */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { admin, alice, defineResource, load, loadAll, onlyCache } from '../support/admin.ts';
import { unique } from '../support/entries.ts';
import { sampleResource } from '../support/resources.ts';

type Line = Record<string, unknown>;

let spied: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  spied = vi.spyOn(console, 'info').mockImplementation(() => {});
});
afterEach(() => spied.mockRestore());

/** The lines that tell who did something. */
function lines(): Line[] {
  const all = spied.mock.calls.map(([text]: unknown[]) => JSON.parse(String(text)) as Line);
  return all.filter(({ by }: Line) => by !== undefined);
}

/** The one line that the work leaves. */
async function lineOf(work: () => Promise<Response>, status = 200): Promise<Line> {
  const before = lines().length;
  const answer = await work();
  expect(answer.status).toBe(status);
  const [line, ...others] = lines().slice(before);
  expect(others).toEqual([]);
  expect(line).toMatchObject({ level: 'notice', by: 'root', request_id: answer.headers.get('X-Request-Id') });
  return line ?? {};
}

describe('a definition', () => {
  it('that is put leaves which members came, and how many caches count as expired', async () => {
    const title = unique('log');
    const put = (more = {}) => admin.put(`/resources/${title}/`, sampleResource(more));
    expect(await lineOf(() => put(), 201)).toMatchObject({
      event: 'resource.put',
      resource: title,
      outcome: 'created',
    });
    expect(await lineOf(() => put())).toMatchObject({ outcome: 'same', changed: [], expired: 0 });
    expect(await lineOf(() => put({ ttl_s: 5, wait_s: 1 }))).toMatchObject({
      outcome: 'changed',
      changed: ['ttl_s', 'wait_s'],
      expired: 0,
    });
  });

  it('whose origin changes leaves how many caches count as expired, and no URL', async () => {
    const { title, definition } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }]);
    const origin = { ...(definition.origin as object), headers: { 'X-Key': 'hidden' } };
    const line = await lineOf(() => admin.put(`/resources/${title}/`, { ...definition, origin }));
    expect(line).toMatchObject({ outcome: 'changed', changed: ['origin'], expired: 2 });
    expect(JSON.stringify(line)).not.toMatch(/hidden|127\.0\.0\.1/);
  });

  it('that is deleted leaves how many caches go with it', async () => {
    const { title } = await defineResource();
    await load(title);
    const line = await lineOf(() => admin.delete(`/resources/${title}/`), 204);
    expect(line).toMatchObject({ event: 'resource.deleted', resource: title, caches: 1 });
  });
});

describe('a purge', () => {
  it('of one cache names it', async () => {
    const { title } = await defineResource();
    await load(title);
    const { key } = await onlyCache(title);
    expect(await lineOf(() => admin.delete(`/caches/${key}/`), 204)).toMatchObject({
      event: 'caches.purged',
      key,
      purged: 1,
    });
  });

  it('of many says which, without the values, and how many', async () => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 4711 }, { n: 2 }]);
    const selected = encodeURIComponent('{"n":4711}');
    const some = await lineOf(() => admin.delete(`/caches/?resource_title=${title}&parameters=${selected}&soft=true`));
    expect(some).toMatchObject({
      event: 'caches.purged',
      resource: title,
      soft: true,
      by_parameters: ['n'],
      purged: 1,
    });
    expect(JSON.stringify({ ...some, resource: '', request_id: '' })).not.toContain('4711');
    const all = await lineOf(() => admin.delete(`/caches/?resource_title=${title}`));
    expect(all).toMatchObject({ event: 'caches.purged', resource: title, soft: false, purged: 2 });
  });
});

it('a leaver who is forgotten is not named', async () => {
  const leaver = unique('leaver');
  const line = await lineOf(() => admin.delete(`/syncs/?user=${leaver}`));
  expect(line).toMatchObject({ event: 'syncs.forgotten', of: 'user', forgotten: 0, complete: true });
  expect(line.user_sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(line)).not.toContain(leaver);
  expect(await lineOf(() => admin.delete(`/syncs/?user=${leaver}&device=d`))).toMatchObject({ of: 'device' });
});

describe('a refresh by administration', () => {
  it('of one cache says whether it was forced, and which task that is', async () => {
    const { title } = await defineResource();
    await load(title);
    const { key } = await onlyCache(title);
    let taskId = '';
    const line = await lineOf(async () => {
      const answer = await admin.send('POST', `/caches/${key}/refresh/?force=true`);
      taskId = (await answer.clone().json<{ task_id: string }>()).task_id;
      return answer;
    });
    expect(line).toMatchObject({ event: 'caches.refreshed', key, force: true, task_id: taskId, tasks: 1 });
    expect(await lineOf(() => admin.send('POST', `/caches/${key}/refresh/`))).toMatchObject({ force: false });
  });

  it('of a resource says how many tasks it started', async () => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }]);
    const line = await lineOf(() => admin.send('POST', `/resources/${title}/refresh/`), 202);
    expect(line).toMatchObject({ event: 'caches.refreshed', resource: title, force: false, tasks: 2 });
  });
});

it('reads, refreshes of users and what is refused leave none', async () => {
  const { title } = await defineResource();
  const before = lines().length;
  await load(title);
  expect((await admin.get('/resources/')).status).toBe(200);
  expect((await alice.delete(`/resources/${title}/`)).status).toBe(403);
  expect((await admin.delete('/resources/no-such/')).status).toBe(404);
  expect((await admin.put(`/resources/${title}/`, { origin: {} })).status).toBe(400);
  expect(lines().slice(before)).toEqual([]);
});
