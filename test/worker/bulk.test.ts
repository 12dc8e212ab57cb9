/** Administration of more caches than one call takes: with low limits, on real stores and objects. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { runCron } from '../../src/cron.ts';
import { forgetSyncs } from '../../src/flows/admin/forget-syncs.ts';
import { countSelected, purgeSelected } from '../../src/flows/admin/purge-caches.ts';
import { refreshAll } from '../../src/flows/admin/refresh-caches.ts';
import type { Services } from '../../src/flows/services.ts';
import { sweepAll } from '../../src/flows/upkeep/sweep.ts';
import { makeServices } from '../../src/services.ts';
import { admin, alice, cachesOf, defineResource, loadAll } from '../support/admin.ts';
import { listed } from '../support/sync-records.ts';

const services = () => makeServices(env, () => {});
const THREE = [{ n: 1 }, { n: 2 }, { n: 3 }];

async function entriesOf(title: string): Promise<{ version: number | null }[]> {
  const statement = env.DB.prepare('SELECT version FROM entries WHERE resource = ? ORDER BY key').bind(title);
  return (await statement.all<{ version: number | null }>()).results;
}
const heldBy = async (title: string) => (await entriesOf(title)).filter(({ version }) => version !== null).length;

async function resourceRow(title: string) {
  return env.DB.prepare('SELECT sweeping, definition FROM resources WHERE title = ?').bind(title).first();
}

/** Counts purges; those of keys that `fails` picks are lost. */
function watched(fails: (key: string) => boolean = () => false): { services: Services; purged: string[] } {
  const real = services();
  const purged: string[] = [];
  const purge: Services['objects']['purge'] = async (request) => {
    purged.push(request.key);
    if (fails(request.key)) throw new Error('the object cannot be reached');
    return real.objects.purge(request);
  };
  return { purged, services: { ...real, objects: { ...real.objects, purge } } };
}

describe('a call on many caches', () => {
  it('purges so many that match, and continues after them', async () => {
    const { title } = await defineResource();
    await loadAll(title, THREE);
    const selection = { title, parameters: {}, soft: false };
    const first = await purgeSelected(services(), selection, null, Date.now(), 2);
    const keys = (await cachesOf(title)).map(({ key }) => key);
    expect(first).toEqual({ purged: 2, next: keys[1] });
    expect(await heldBy(title)).toBe(1);
    expect(await purgeSelected(services(), selection, first.next, Date.now(), 2)).toEqual({ purged: 1, next: null });
    expect(await heldBy(title)).toBe(0);
  });

  it('counts in a dry run what the purge of the same page would find, and continues after it', async () => {
    const { title } = await defineResource();
    await loadAll(title, THREE);
    const selection = { title, parameters: {}, soft: false };
    const keys = (await cachesOf(title)).map(({ key }) => key);
    const first = await countSelected(services(), selection, null, Date.now(), 2);
    expect(first).toEqual({ purged: 0, would: 2, next: keys[1] });
    expect(await countSelected(services(), selection, first.next, Date.now(), 2)).toEqual({
      purged: 0,
      would: 1,
      next: null,
    });
    expect(await heldBy(title)).toBe(3);
  });

  it('looks past those that do not match', async () => {
    const { title } = await defineResource();
    await loadAll(title, THREE);
    const last = (await cachesOf(title)).at(-1);
    const selection = { title, parameters: { n: last?.parameters.n as number }, soft: false };
    expect(await purgeSelected(services(), selection, null, Date.now(), 1)).toEqual({ purged: 1, next: null });
    expect((await entriesOf(title)).map(({ version }) => version)).toEqual([1, 1, null]);
  });

  it('refreshes so many, and continues after them', async () => {
    const { title } = await defineResource();
    await loadAll(title, THREE);
    const first = await refreshAll(services(), title, null, Date.now(), 2);
    expect(first).toEqual({ tasks: 2, next: expect.any(String) });
    expect(await refreshAll(services(), title, first.next, Date.now(), 2)).toEqual({ tasks: 1, next: null });
    await expect.poll(async () => (await entriesOf(title)).map(({ version }) => version)).toEqual([2, 2, 2]);
  });

  it("forgets a user's private caches so many at a time", async () => {
    const { title } = await defineResource({ scope: 'user' });
    await loadAll(title, THREE);
    const first = await forgetSyncs(services(), 'alice', null, null, Date.now(), 2);
    expect(first).toEqual({ forgotten: 0, next: expect.any(String) });
    expect(await heldBy(title)).toBe(1);
    expect(await forgetSyncs(services(), 'alice', null, first.next, Date.now(), 2)).toEqual({
      forgotten: 0,
      next: null,
    });
    expect(await heldBy(title)).toBe(0);
  });
});

describe('the sweep', () => {
  /** A resource with three caches that was purged as a whole, and not swept yet. */
  async function purgedResource(): Promise<string> {
    const { title } = await defineResource();
    await loadAll(title, THREE);
    await services().resources.expireAll(title, false, Date.now());
    return title;
  }

  it('purges so many a run, and ends when none is left', async () => {
    const title = await purgedResource();
    await sweepAll(services(), Date.now(), 2);
    expect(await heldBy(title)).toBe(1);
    expect(await resourceRow(title)).toMatchObject({ sweeping: 1 });
    await sweepAll(services(), Date.now(), 2);
    expect(await heldBy(title)).toBe(0);
    expect(await resourceRow(title)).toMatchObject({ sweeping: 0 });
  });

  it('is done by cron, twice at once without harm', async () => {
    const title = await purgedResource();
    await Promise.all([runCron(services(), Date.now()), runCron(services(), Date.now())]);
    expect(await heldBy(title)).toBe(0);
    expect(await resourceRow(title)).toMatchObject({ sweeping: 0 });
  });

  it('leaves alone what was loaded after the purge', async () => {
    const title = await purgedResource();
    await loadAll(title, [{ n: 1 }]);
    const { services: watching, purged } = watched();
    await sweepAll(watching, Date.now());
    const [kept] = (await cachesOf(title)).filter(({ version }) => version !== null);
    expect(kept).toMatchObject({ parameters: { n: 1 }, version: 2 });
    expect(purged).toHaveLength(2);
    expect(purged).not.toContain(kept?.key);
  });

  it('continues at the next run where an object could not be reached', async () => {
    const title = await purgedResource();
    const [unreachable] = await cachesOf(title);
    await sweepAll(watched((key) => key === unreachable?.key).services, Date.now());
    expect(await heldBy(title)).toBe(1);
    expect(await resourceRow(title)).toMatchObject({ sweeping: 1 });
    await sweepAll(services(), Date.now());
    expect(await heldBy(title)).toBe(0);
    expect(await resourceRow(title)).toMatchObject({ sweeping: 0 });
  });

  it('removes what is left of a deleted resource, once its caches are purged', async () => {
    const { title } = await defineResource();
    await loadAll(title, THREE);
    await services().resources.remove(title, null, Date.now());
    await sweepAll(services(), Date.now(), 2);
    expect(await entriesOf(title)).toHaveLength(3);
    expect(await resourceRow(title)).toMatchObject({ definition: null });
    await sweepAll(services(), Date.now(), 2);
    expect(await entriesOf(title)).toEqual([]);
    expect(await resourceRow(title)).toBeNull();
  });

  it('keeps the entries of a resource that was created again meanwhile, and its versions continue', async () => {
    const { title, definition } = await defineResource();
    await loadAll(title, [{ n: 1 }]);
    await services().resources.remove(title, null, Date.now());
    await admin.put(`/resources/${title}/`, definition);
    await sweepAll(services(), Date.now());
    expect(await entriesOf(title)).toEqual([{ version: null }]);
    expect((await alice.post('/cache/refresh/', { resource_title: title, n: 1 }, { Prefer: 'wait=20' })).status).toBe(
      200,
    );
    expect(await entriesOf(title)).toEqual([{ version: 2 }]);
  });
});

it('cron drops records that are older than SYNC_RETENTION_DAYS, and no others', async () => {
  const day = 86_400_000;
  const record = { user: 'old', resource: 'r', key: '0'.repeat(64), version: 1, changed: 1 };
  const now = Date.now();
  await services().syncRecords.put([
    { ...record, device: 'lost', syncedAt: now - 401 * day },
    { ...record, device: 'kept', syncedAt: now - 399 * day },
  ]);
  await runCron(services(), now);
  const left = await listed(services().syncRecords, { user: 'old' }, null, 10);
  expect(left.map(({ device }) => device)).toEqual(['kept']);
});
