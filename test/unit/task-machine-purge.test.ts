import { describe, expect, it } from 'vitest';
import { TASK_RETENTION_COUNT, TASK_RETENTION_MS } from '../../src/contract/constants.ts';
import { nextAlarmAt } from '../../src/core/task-machine/due.ts';
import { entryOf } from '../../src/core/task-machine/views.ts';
import { changeOf } from '../support/loads.ts';
import { Key } from '../support/task-machine/key.ts';

const purge = (key: Key, soft = false) => key.do('purge', { key: key.document.cache.key, soft });

describe('a purge', () => {
  it('drops what was loaded, keeps the counters, and owes the blobs for five minutes', () => {
    const key = new Key();
    key.load();
    key.load({ change: changeOf({ deltaBytes: 7 }) });
    const { counters } = key.document;
    expect(purge(key)).toMatchObject({ outcome: 'purged', entry: { loaded: null, chain: [], number: 1 } });
    expect(key.document.counters).toEqual({
      ...counters,
      revision: counters.revision + 1,
      fence: counters.fence + 1,
    });
    const dropped = key.document.owed.filter(({ dueAt }) => dueAt === key.now + 300_000);
    expect(dropped.map(({ fence, name }) => `${fence - counters.fence}/${name}`)).toEqual(['0/body', '0/delta']);
    key.load();
    expect(entryOf(key.document)).toMatchObject({
      counted: { version: 3 },
      loaded: { version: 3, fence: counters.fence + 2 },
    });
  });

  it('clears a failure that stood', () => {
    const key = new Key();
    key.refresh();
    key.fail(key.claim(), { retryable: false });
    purge(key);
    expect(entryOf(key.document)).toMatchObject({ retryAt: null, lastError: null });
    expect(key.read(0)).toMatchObject({ outcome: 'task' });
  });

  it('breaks off a running load, which is due again at once and counts no attempt', () => {
    const key = new Key();
    key.refresh();
    const lease = key.claim();
    purge(key);
    expect(key.last?.effects.send).toEqual([lease.taskId]);
    expect(key.do('state', lease)).toMatchObject({ task: { state: 'RETRY', attempt: 0, dueAt: key.now, error: {} } });
    expect(key.commit(lease)).toEqual({ outcome: 'stale_lease' });
    expect(key.claim(lease.taskId, 'again').fence).toBeGreaterThan(lease.fence);
  });

  it('lets a task that waits for D1 end in SUCCESS, since its load ended before', () => {
    const key = new Key();
    const { taskId } = key.refresh();
    key.commit(key.claim());
    purge(key);
    key.store();
    expect(key.do('state', { taskId })).toMatchObject({
      task: { state: 'SUCCESS', version: 1 },
      entry: { revision: key.now + 2, loaded: null },
    });
  });

  it('asked for again, writes to D1 once more and changes nothing', () => {
    const key = new Key();
    key.load();
    purge(key);
    const before = key.document;
    purge(key);
    expect(key.document).toBe(before);
    expect(key.last?.effects.store).toBe(true);
  });

  it('of a first load leaves an entry without a version, under the definition asked for', () => {
    const key = new Key();
    key.refresh({ number: 4 });
    key.claim();
    expect(purge(key)).toMatchObject({ entry: { revision: key.now + 1, number: 4, loaded: null } });
  });

  it('changes nothing where nothing was loaded and D1 has said so', () => {
    const key = new Key();
    key.refresh();
    key.announce();
    const before = key.document;
    expect(purge(key)).toMatchObject({ outcome: 'purged' });
    expect(key.document).toBe(before);
    expect(key.last?.effects.store).toBe(true);
  });
});

describe('a soft purge', () => {
  it('only marks what is loaded as expired', () => {
    const key = new Key();
    key.load();
    expect(purge(key, true)).toMatchObject({ entry: { loaded: { version: 1, expiresAt: key.now } } });
    expect(key.read(0)).toMatchObject({ outcome: 'task' });
  });

  it('makes the next load ask without conditions, and those after it with them', () => {
    const key = new Key();
    const validators = { originEtag: '"e"', originLastModified: 'Mon, 02 Nov 2026 10:00:00 GMT' };
    key.load({ ...validators, provenDate: true });
    purge(key, true);
    key.refresh();
    const lease = key.claim();
    expect(lease.previous).toMatchObject({ version: 1, originEtag: null, originLastModified: null });
    key.commit(lease, { ...validators, provenDate: true });
    key.store();
    key.refresh();
    expect(key.claim().previous).toMatchObject(validators);
  });

  it('is not needed for a date that an earlier release took without looking: it makes no request conditional', () => {
    const key = new Key();
    const validators = { originEtag: '"e"', originLastModified: 'Mon, 02 Nov 2026 10:00:00 GMT' };
    key.load(validators);
    key.refresh();
    expect(key.claim().previous).toMatchObject({ originEtag: '"e"', originLastModified: null });
  });

  it('holds for what a load under way brings', () => {
    const key = new Key();
    key.refresh();
    const lease = key.claim();
    purge(key, true);
    expect(key.read(0)).toMatchObject({ task: { taskId: 'task-2' } });
    key.commit(lease);
    expect(key.document.loaded?.expiresAt).toBe(key.document.loaded?.loadedAt);
    key.load();
    expect(key.read(0)).toMatchObject({ outcome: 'current' });
  });
});

describe('entry', () => {
  it('tells what is current, and writes it to D1 once more', () => {
    const key = new Key();
    expect(key.do('entry', { key: '' })).toEqual({ outcome: 'unknown' });
    key.load();
    expect(key.do('entry', { key: '' })).toMatchObject({ outcome: 'found', entry: { loaded: { version: 1 } } });
    expect(key.last?.effects.store).toBe(true);
  });
});

describe('ended tasks', () => {
  it('are unknown after seven days', () => {
    const key = new Key();
    const taskId = key.load();
    key.now += TASK_RETENTION_MS - 1;
    expect(key.do('state', { taskId })).toMatchObject({ outcome: 'found' });
    key.now += 1;
    expect(key.do('state', { taskId })).toEqual({ outcome: 'unknown' });
  });

  it('are trimmed when a hundred are too many', () => {
    const key = new Key();
    for (let load = 0; load < TASK_RETENTION_COUNT + 100; load += 1) {
      key.load({ change: null, ...(load === 0 && { change: changeOf() }) });
      expect(key.last?.trims).toBe(false);
    }
    key.load({ change: null });
    expect(key.last?.trims).toBe(true);
    expect(key.document.ended.count).toBe(TASK_RETENTION_COUNT);
  });

  it('are swept when the oldest is too old, at most once a day', () => {
    const key = new Key();
    key.load();
    const sweepAt = key.now + TASK_RETENTION_MS;
    expect(key.document.ended).toEqual({ count: 1, sweepAt });
    expect(nextAlarmAt(key.document, key.now)).toBe(sweepAt);
    key.now = sweepAt;
    key.do('swept', { count: 1, oldestAt: sweepAt - TASK_RETENTION_MS + 1 });
    expect(key.document.ended.sweepAt).toBe(sweepAt + 86_400_000);
    key.do('swept', { count: 0, oldestAt: null });
    expect(nextAlarmAt(key.document, key.now)).toBeNull();
  });
});
