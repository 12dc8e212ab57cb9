import { describe, expect, it } from 'vitest';
import { LEASE_MARGIN_MS } from '../../src/contract/constants.ts';
import { MAX_SETTLING } from '../../src/core/task-machine/timing.ts';
import { entryOf } from '../../src/core/task-machine/views.ts';
import { changeOf } from '../support/loads.ts';
import { Key } from '../support/task-machine/key.ts';

const HOUR_MS = 3_600_000;

describe('claim', () => {
  it('gives a lease that outlives the load, with what is current', () => {
    const key = new Key();
    key.load({ originEtag: '"o"' });
    key.refresh();
    key.now += 1000;
    expect(key.claim()).toMatchObject({
      fence: key.now,
      attempt: 1,
      timeoutMs: 30_000,
      leaseMs: 30_000 + LEASE_MARGIN_MS,
      nextRowId: 3,
      previous: { version: 1, number: 1, digest: 'd'.repeat(64), originEtag: '"o"' },
    });
  });

  it('tells the consumer about the object only what a load needs', () => {
    const key = new Key();
    key.load();
    key.refresh();
    expect(key.claim().previous).not.toHaveProperty('claimedAt');
  });

  it('gives the same delivery the same lease, what is left of it, and another one none', () => {
    const key = new Key();
    const { taskId } = key.refresh();
    const lease = key.claim(taskId, 'm1');
    key.now += 10_000;
    const before = key.document;
    expect(key.claim(taskId, 'm1')).toEqual({ ...lease, leaseMs: lease.leaseMs - 10_000 });
    expect(key.do('claim', { taskId, deliveryId: 'm2' })).toEqual({
      outcome: 'not_due',
      delayMs: lease.leaseMs - 10_000,
    });
    expect(key.document).toBe(before);
  });

  it('hands back a message of a task that stands behind another, or is not due yet', () => {
    const key = new Key();
    key.refresh();
    const lease = key.claim();
    const { taskId } = key.refresh();
    expect(key.do('claim', { taskId, deliveryId: 'x' })).toEqual({ outcome: 'not_due', delayMs: lease.leaseMs });
    key.fail(lease);
    expect(key.do('claim', { taskId: lease.taskId, deliveryId: 'x' })).toEqual({ outcome: 'not_due', delayMs: 1000 });
  });

  it('waits for D1 when too many versions wait for it, and asks it again', () => {
    const key = new Key();
    for (let load = 0; load < MAX_SETTLING; load += 1) {
      key.refresh();
      key.commit(key.claim());
    }
    const { taskId } = key.refresh();
    expect(key.do('claim', { taskId, deliveryId: 'x' })).toMatchObject({ outcome: 'not_due' });
    expect(key.last?.effects.store).toBe(true);
    key.store();
    expect(key.claim(taskId).fence).toBeGreaterThanOrEqual(key.now + MAX_SETTLING);
  });
});

describe('commit', () => {
  it('makes the next version current, and the task SUCCESS once D1 has it', () => {
    const key = new Key();
    const { taskId } = key.refresh();
    expect(key.commit(key.claim())).toMatchObject({ outcome: 'settling' });
    expect(key.last?.effects.store).toBe(true);
    expect(key.do('state', { taskId })).toMatchObject({ task: { state: 'STARTED', version: null }, entry: null });
    key.store();
    const etag = `${key.document.cache.key.slice(0, 16)}-v1`;
    expect(key.do('state', { taskId })).toMatchObject({
      task: { state: 'SUCCESS', version: 1, etag, bytes: 100, rows: 2, endedAt: key.now },
      entry: { revision: key.now + 1, lastTaskId: taskId, loaded: { version: 1, changed: 1, fence: key.now } },
    });
  });

  it('counts a load that changed nothing, and keeps body, ETag and chain', () => {
    const key = new Key();
    key.load();
    const { loaded: before, chain } = entryOf(key.document);
    key.now += 5000;
    const taskId = key.load({ change: null });
    const { loaded } = entryOf(key.document);
    expect(loaded).toEqual({ ...before, version: 2, loadedAt: key.now, expiresAt: key.now + 60_000 });
    expect(key.document.chain).toEqual(chain);
    expect(key.document.owed).toEqual([]);
    expect(key.do('state', { taskId })).toMatchObject({ task: { version: 2, etag: expect.stringMatching(/-v1$/) } });
  });

  it('refuses to leave unchanged what was never loaded', () => {
    const key = new Key();
    key.refresh();
    const lease = key.claim();
    expect(() => key.commit(lease, { change: null })).toThrow();
  });

  it('answers a second time as it would have the first', () => {
    const key = new Key();
    key.refresh();
    const lease = key.claim();
    key.commit(lease);
    const before = key.document;
    expect(key.commit(lease)).toMatchObject({ outcome: 'settling' });
    expect(key.document).toBe(before);
    key.store();
    expect(key.commit(lease)).toMatchObject({
      outcome: 'committed',
      task: { version: 1 },
      entry: { loaded: { version: 1 } },
    });
  });

  it.each([
    ['another fence', (key: Key) => ({ ...key.claim(), fence: 7 })],
    ['another task', (key: Key) => ({ ...key.claim(), taskId: 'x' })],
    [
      'a lease that has run out',
      (key: Key) => {
        const lease = key.claim();
        key.now += lease.leaseMs;
        return lease;
      },
    ],
  ])('takes nothing from %s', (_, lease) => {
    const key = new Key();
    key.refresh();
    expect(key.commit(lease(key))).toEqual({ outcome: 'stale_lease' });
    expect(key.document.loaded).toBeNull();
  });

  it('dispatches the task behind', () => {
    const key = new Key();
    key.refresh();
    const lease = key.claim();
    const { taskId } = key.refresh();
    key.commit(lease);
    expect(key.last?.effects.send).toEqual([taskId]);
    expect(key.document.head).toMatchObject({ taskId, state: 'PENDING', dueAt: key.now });
    expect(key.document.behind).toBeNull();
  });

  it('clears a failure that stood', () => {
    const key = new Key();
    key.refresh();
    key.fail(key.claim(), { retryable: false });
    key.load();
    expect(entryOf(key.document)).toMatchObject({ retryAt: null, lastError: null });
  });
});

describe('the chain', () => {
  const counted = (inserted: number, deleted: number) => changeOf({ rowChanges: { inserted, deleted } });
  const told = (key: Key) => key.document.chain.map(({ version, rowChanges }) => [version, rowChanges]);

  it('tells what rows each version added and dropped, where the load counted them', () => {
    const key = new Key();
    key.load({ change: counted(2, 0) });
    key.load({ change: counted(1, 2) });
    key.load({ change: changeOf() });
    expect(told(key)).toEqual([
      [1, { inserted: 2, deleted: 0 }],
      [2, { inserted: 1, deleted: 2 }],
      [3, undefined],
    ]);
  });

  it('does not count from nothing after a purge, for devices hold what was there before', () => {
    const key = new Key();
    key.load({ change: counted(2, 0) });
    key.do('purge', { key: key.document.cache.key, soft: false });
    key.load({ change: counted(2, 0) });
    key.load({ change: counted(1, 1) });
    expect(told(key)).toEqual([
      [2, undefined],
      [3, { inserted: 1, deleted: 1 }],
    ]);
  });
});

describe('what is kept and what is owed to R2', () => {
  it('owes from its claim on all that a load may write', () => {
    const key = new Key();
    key.refresh();
    key.claim();
    expect(key.document.owed.map(({ fence, name }) => `${fence}/${name}`)).toEqual([
      `${key.now}/body`,
      `${key.now}/delta`,
    ]);
    expect(key.document.owed[0]?.dueAt).toBeLessThanOrEqual(key.now + 24 * HOUR_MS);
  });

  it('cuts the chain to what is retained and lets go of replaced bodies and fallen deltas an hour later', () => {
    const key = new Key();
    for (let load = 0; load < 4; load += 1) key.load({ change: changeOf({ deltaBytes: load === 0 ? null : 7 }) });
    const dueAt = key.now + HOUR_MS;
    expect(key.document.chain.map(({ version }) => version)).toEqual([2, 3, 4]);
    expect(key.document.owed).toEqual([0, 1, 2].map((load) => ({ fence: key.now + load, name: 'body', dueAt })));
    key.load({ change: changeOf({ deltaBytes: null }), retainVersions: 1 });
    const lost = key.document.owed.slice(3).map(({ fence, name }) => `${fence - key.now + 1}/${name}`);
    expect(lost).toEqual(['4/body', '2/delta', '3/delta', '4/delta']);
  });

  it('removes what is due, and never what is named', () => {
    const key = new Key();
    key.load();
    key.load();
    const named = { fence: key.now + 1, name: 'body' as const, dueAt: 0 };
    key.document = { ...key.document, owed: [...key.document.owed, named] };
    key.now += HOUR_MS;
    key.do('alarm', {});
    const due = [{ fence: named.fence - 1, name: 'body', dueAt: key.now }];
    expect(key.last?.effects.remove).toEqual(due);
    key.do('removed', { blobs: due as typeof key.document.owed });
    expect(key.document.owed).toEqual([named]);
  });

  it('never uses a row id again', () => {
    const key = new Key();
    key.load({ change: changeOf({ nextRowId: 10 }) });
    key.do('purge', { key: key.document.cache.key, soft: false });
    key.refresh();
    expect(key.claim()).toMatchObject({ nextRowId: 10, previous: null });
  });
});

describe('a D1 that does not take the entry', () => {
  it('is asked again at growing gaps, with the newest entry', () => {
    const key = new Key();
    key.refresh();
    key.commit(key.claim());
    const gaps = [0, 1, 2].map(() => {
      key.do('unstored', {});
      const { retryAt } = key.document.stored;
      const gap = (retryAt ?? 0) - key.now;
      key.now = retryAt ?? 0;
      key.do('alarm', {});
      expect(key.last?.effects.store).toBe(true);
      return gap;
    });
    expect(gaps).toEqual([2000, 4000, 8000]);
  });

  it('ends the task in FAILURE after an hour, while its version stands', () => {
    const key = new Key();
    const { taskId } = key.refresh();
    key.commit(key.claim());
    key.now += HOUR_MS;
    key.do('alarm', {});
    expect(key.do('state', { taskId })).toMatchObject({
      task: { state: 'FAILURE', error: { type: '/docs/problems#overloaded' }, version: null },
      entry: { loaded: { version: 1 }, lastError: null },
    });
    expect(key.last?.document.stored.retryAt).not.toBeNull();
  });

  it('settles older tasks by a newer revision, and no newer one by an older', () => {
    const key = new Key();
    key.refresh();
    key.commit(key.claim());
    const first = entryOf(key.document);
    const second = key.refresh().taskId;
    key.commit(key.claim());
    key.do('stored', { inD1: first });
    expect(key.do('state', { taskId: second })).toMatchObject({ task: { state: 'STARTED' } });
    key.store();
    expect(key.do('state', { taskId: second })).toMatchObject({ task: { state: 'SUCCESS' } });
    expect(key.document.stored.retryAt).toBeNull();
  });
});

describe('warnings of a load', () => {
  const warned = (key: Key) => entryOf(key.document).loaded?.warnings;

  it('stand with what it loaded, until another load has none or others', () => {
    const key = new Key();
    key.load({ warnings: ['a'] });
    expect(warned(key)).toEqual(['a']);
    key.load({ change: null });
    expect(warned(key)).toEqual(['a']);
    key.load({ change: null, warnings: ['b'] });
    expect(warned(key)).toEqual(['b']);
    key.load({ change: null, warnings: [] });
    expect(entryOf(key.document).loaded).not.toHaveProperty('warnings');
    key.load({ warnings: ['c'] });
    key.load({ warnings: [] });
    expect(entryOf(key.document).loaded).not.toHaveProperty('warnings');
  });
});
