/**
 * Objects that lost their rows under a D1 that has them (docs/operations.md "Lost objects"): a renamed or deleted Worker, or a
 * second Worker on the same D1. What readers see never goes back, and no ETag is given twice.
 */

import {
  createExecutionContext,
  evictDurableObject,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { app } from '../../../src/app.ts';
import { API_BASE } from '../../../src/contract/constants.ts';
import { etagOf } from '../../../src/core/etag.ts';
import { objectClient } from '../../../src/object/client.ts';
import type { CacheIdentity } from '../../../src/ports/entry.ts';
import type { CommitAnswer } from '../../../src/ports/object.ts';
import { d1Entries } from '../../../src/stores/entries.ts';
import { apply, type Held, hashOfHeld, heldIn } from '../../support/deltas.ts';
import { changeOf, commitOf, failureOf, newCache, refreshOf } from '../../support/loads.ts';
import { claim, load, objects, refresh, stubOf } from '../../support/object-loads.ts';
import { Refreshed } from '../../support/refreshes.ts';
import { token } from '../../support/token.ts';

const entries = d1Entries(env.DB);
const TABLE = { tables: [{ name: 't', rows: '', columns: ['id'] }] };
const longToken = token({ expiresInS: 86_400 });

/** The object of a cache loses its rows and its alarm; that of another namespace never had any. */
async function lose(cache: CacheIdentity): Promise<void> {
  await runInDurableObject(stubOf(cache), (_, { storage }) => storage.deleteAll());
  await evictDurableObject(stubOf(cache));
}

/** The objects of a second Worker on the same stores. */
const second = objectClient({
  getByName: (name: string) => env.CACHE_OBJECT.getByName(`second ${name}`),
} as unknown as Env['CACHE_OBJECT']);

async function loadBy(worker: typeof objects, cache: CacheIdentity): Promise<CommitAnswer> {
  const asked = await worker.enqueue(refreshOf(cache));
  if (asked.outcome !== 'task') throw new Error(asked.outcome);
  const claimed = await worker.claim({ taskId: asked.task.taskId, deliveryId: 'one' });
  if (claimed.outcome !== 'leased') throw new Error(claimed.outcome);
  return worker.commit(commitOf(claimed.lease));
}

/** Reads at a location that keeps nothing. */
async function read({ title }: Refreshed, headers: Record<string, string> = {}) {
  const request = new Request(`http://freshet.test${API_BASE}/rpc/${title}/?of=x`, {
    headers: { Authorization: `Bearer ${await longToken}`, ...headers },
  });
  const context = createExecutionContext();
  const answer = await app.fetch(request, { ...env, ENTRY_CACHE_MS: '0' }, context);
  const [text, version] = [await answer.text(), answer.headers.get('Content-Version')];
  await waitOnExecutionContext(context);
  return { status: answer.status, text, version, etag: answer.headers.get('ETag') };
}

async function answerRows({ origin }: Refreshed, ids: readonly number[]): Promise<void> {
  await origin.answerJson(ids.map((id) => ({ id })));
}

it('devices follow four refreshes after the loss: new rows, new ETags, deltas that apply', async () => {
  const cache = await Refreshed.define(TABLE);
  const etags: (string | null)[] = [];
  const versions: Held[] = [];
  let held: Held = new Map();
  const loads = [
    [1, 2, 3, 4, 5],
    [2, 3, 4, 5, 6],
    [3, 4, 5, 6, 7],
    [4, 5, 6, 7, 8],
    [5, 6, 7, 8, 9],
    [6, 7, 8, 9],
    [7, 8, 9],
  ];
  for (const [at, ids] of loads.entries()) {
    if (at === 3) await lose(cache.cache);
    await answerRows(cache, ids);
    const { task, disposition } = await cache.refresh();
    expect([disposition, task.state]).toEqual([{ ack: true }, 'SUCCESS']);
    const full = await read(cache);
    expect(full).toMatchObject({ status: 200, etag: `"${task.etag}"`, version: `v${task.version}` });
    etags.push(full.etag);
    versions.push(heldIn(full.text));
    const news = await read(cache, { 'X-Delta': `v${at}-last` });
    // Where no delta is, the device gets the table itself.
    held = news.text.includes('"insert_rows"') ? apply(held, news.text) : heldIn(news.text);
    expect(hashOfHeld(held)).toBe(hashOfHeld(heldIn(full.text)));
    if (at > 0) expect(await read(cache, { 'If-None-Match': etags[at - 1] ?? '' })).toMatchObject({ status: 200 });
  }
  expect(new Set(etags).size).toBe(loads.length);
  // A row that came later has no id that another row had before.
  const rows = versions.flatMap((version) => [...(version.get('t') ?? [])].map(([id, text]) => `${id} ${text}`));
  expect(new Set([...new Set(rows)].map((row) => row.split(' ')[0])).size).toBe(new Set(rows).size);
});

it('a load that fails after the loss leaves what D1 has, and the next one continues from there', async () => {
  const cache = newCache();
  for (let loads = 0; loads < 3; loads += 1) await load(cache);
  await lose(cache);
  const { taskId } = await refresh(cache);
  await objects.fail(failureOf(await claim(taskId), { retryable: false }));
  expect(await entries.find(cache.key)).toMatchObject({ loaded: { version: 3 }, lastError: expect.anything() });
  expect(await load(cache)).toMatchObject({ outcome: 'committed', task: { version: 4, etag: etagOf(cache.key, 4) } });
});

it('fences, revisions and row ids after the loss are above all before it', async () => {
  const cache = newCache();
  await load(cache, { change: changeOf({ nextRowId: 500 }) });
  const before = await entries.find(cache.key);
  await lose(cache);
  const lease = await claim((await refresh(cache)).taskId);
  expect(lease.fence).toBeGreaterThan(before?.loaded?.fence ?? Number.POSITIVE_INFINITY);
  expect(lease.nextRowId).toBeGreaterThan(500);
  expect(lease.nextRowId).toBeLessThan(2 ** 40);
  expect(lease.previous).toMatchObject({ version: 1, fence: before?.loaded?.fence });
  expect(await objects.commit(commitOf(lease))).toMatchObject({
    outcome: 'committed',
    entry: { loaded: { version: 2 } },
  });
  expect((await entries.find(cache.key))?.revision).toBeGreaterThan(before?.revision ?? Number.POSITIVE_INFINITY);
});

describe('a cache that nothing was loaded of since the loss', () => {
  it.each([
    ['an explicit purge', false],
    ['a user who leaves', true],
  ])('is emptied by %s', async (_, forget) => {
    const cache = newCache('sales', 'ann');
    await load(cache);
    await lose(cache);
    expect(await objects.purge({ key: cache.key, soft: false, forget })).toMatchObject({
      outcome: 'purged',
      entry: { loaded: null },
    });
    expect(await entries.find(cache.key)).toMatchObject({ loaded: null, counted: { version: 1 } });
    expect(await load(cache)).toMatchObject({ outcome: 'committed', task: { version: 2 } });
    expect(await entries.find(cache.key)).toMatchObject({ owner: 'ann', loaded: { version: 2 } });
  });

  it('is expired by a soft purge, and still served', async () => {
    const cache = newCache();
    await load(cache);
    await lose(cache);
    await objects.purge({ key: cache.key, soft: true });
    const { loaded } = (await entries.find(cache.key)) ?? {};
    expect(loaded?.version).toBe(1);
    expect(loaded?.expiresAt).toBeLessThanOrEqual(Date.now());
  });

  it('that was purged before counts on', async () => {
    const cache = newCache();
    for (let loads = 0; loads < 2; loads += 1) await load(cache);
    await objects.purge({ key: cache.key, soft: false });
    await lose(cache);
    expect(await load(cache)).toMatchObject({ outcome: 'committed', task: { version: 3 } });
  });
});

describe('two Workers on one D1', () => {
  it('give no version twice, and each load is seen', async () => {
    const cache = newCache();
    const etags: (string | null)[] = [];
    for (const worker of [objects, objects, second, objects, second, second, objects]) {
      const answer = await loadBy(worker, cache);
      if (answer.outcome !== 'committed') throw new Error(answer.outcome);
      etags.push(answer.task.etag);
      const inD1 = await entries.find(cache.key);
      expect(answer.task.etag).toBe(etagOf(cache.key, inD1?.loaded?.changed ?? 0));
    }
    expect(new Set(etags).size).toBe(etags.length);
  });

  it('that write at the same moment come to an end, and D1 has the last version of one of them', async () => {
    const cache = newCache();
    await loadBy(objects, cache);
    const answers = await Promise.all([loadBy(objects, cache), loadBy(second, cache)]);
    for (const { outcome } of answers) expect(['committed', 'settling']).toContain(outcome);
    const told = answers.flatMap((answer) => (answer.outcome === 'committed' ? answer.task.etag : []));
    expect(new Set(told).size).toBe(told.length);
    expect((await entries.find(cache.key))?.loaded?.version).toBeGreaterThan(1);
  });
});

it('an older release left no counters in D1: row ids begin where it never came', async () => {
  const cache = newCache();
  await load(cache);
  await env.DB.prepare("UPDATE entries SET document = json_remove(document, '$.counted') WHERE key = ?")
    .bind(cache.key)
    .run();
  await lose(cache);
  const lease = await claim((await refresh(cache)).taskId);
  expect(lease.nextRowId).toBe(2 ** 40);
  expect(await objects.commit(commitOf(lease))).toMatchObject({ outcome: 'committed', task: { version: 2 } });
});

it('an object that was asked while D1 was away waits for it before its first load', async () => {
  const cache = newCache();
  const { taskId } = await refresh(cache);
  await env.DB.exec('ALTER TABLE entries RENAME TO entries_away');
  const delivery = { taskId, deliveryId: 'one' };
  expect(await objects.claim(delivery)).toMatchObject({ outcome: 'not_due' });
  await env.DB.exec('ALTER TABLE entries_away RENAME TO entries');
  expect(await objects.claim(delivery)).toMatchObject({ outcome: 'leased' });
  expect(await entries.find(cache.key)).toMatchObject({ loaded: null });
});
