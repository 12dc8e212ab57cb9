import { describe, expect, it } from 'vitest';
import { nextAlarmAt } from '../../src/core/task-machine/due.ts';
import { entryOf } from '../../src/core/task-machine/views.ts';
import { newCache } from '../support/loads.ts';
import { Key } from '../support/task-machine/key.ts';

describe('a load that failed', () => {
  it('is tried again after a backoff, and changes nothing of the entry', () => {
    const key = new Key();
    const { taskId } = key.refresh();
    const lease = key.claim();
    const { revision } = key.document.counters;
    expect(key.fail(lease)).toEqual({ outcome: 'retrying', delayMs: 1000 });
    expect(key.do('state', { taskId })).toMatchObject({
      task: { state: 'RETRY', attempt: 1, dueAt: key.now + 1000, error: { detail: 'The origin answered 503.' } },
    });
    expect(key.document.counters.revision).toBe(revision);
  });

  it('waits at least as long as the origin asked for', () => {
    const key = new Key();
    key.refresh();
    expect(key.fail(key.claim(), { retryAfterMs: 60_000 })).toEqual({ outcome: 'retrying', delayMs: 60_000 });
  });

  it.each([
    ['15 s after it is due, since its message comes back by itself', {}, 16_000],
    ['as soon as it is due, where its message was handed back for longer', { messageIsLate: true }, 1000],
  ])('has its message sent again %s', (_when, told, afterMs) => {
    const key = new Key();
    const { taskId } = key.refresh();
    key.fail(key.claim(), told);
    expect(nextAlarmAt(key.document, key.now)).toBe(key.now + afterMs);
    key.now += afterMs;
    key.do('alarm', {});
    expect(key.last?.effects.send).toEqual([taskId]);
  });

  it('ends in FAILURE after its last attempt, and holds reads off', () => {
    const key = new Key();
    const { taskId } = key.refresh();
    for (const outcome of ['retrying', 'retrying', 'failed']) {
      expect(key.fail(key.claim())).toMatchObject({ outcome });
      key.now = key.document.head?.dueAt ?? key.now;
    }
    expect(key.do('state', { taskId })).toMatchObject({ task: { state: 'FAILURE', attempt: 3 } });
    expect(entryOf(key.document)).toMatchObject({
      loaded: null,
      number: 1,
      retryAt: key.now + 30_000,
      lastError: { type: '/docs/problems#origin-status' },
      lastTaskId: taskId,
    });
    expect(key.last?.answer).toMatchObject({ outcome: 'found' });
  });

  it('ends at once when trying again is of no use, and keeps what was loaded', () => {
    const key = new Key();
    key.load();
    key.refresh();
    expect(key.fail(key.claim(), { retryable: false, retryAfterMs: 90_000, number: 5 })).toEqual({ outcome: 'failed' });
    expect(key.last?.effects.store).toBe(true);
    expect(entryOf(key.document)).toMatchObject({ number: 1, loaded: { version: 1 }, retryAt: key.now + 90_000 });
  });

  it('is known to fail since the first of those that failed', () => {
    const key = new Key();
    const since = key.now;
    for (const at of [0, 1000]) {
      key.now = since + at;
      key.refresh();
      key.fail(key.claim(), { retryable: false });
      expect(entryOf(key.document)).toMatchObject({
        failingSince: since,
        failedAt: key.now,
        failures: at === 0 ? 1 : 2,
        retryAt: key.now + 30_000,
      });
    }
    key.load();
    for (const name of ['failingSince', 'failedAt', 'failures']) {
      expect(entryOf(key.document)).not.toHaveProperty(name);
    }
    key.refresh();
    key.fail(key.claim(), { retryable: false });
    expect(entryOf(key.document)).toMatchObject({ failingSince: key.now, failures: 1 });
  });

  it('is known to fail since no time where an earlier release noted it', () => {
    const key = new Key();
    key.refresh();
    key.fail(key.claim(), { retryable: false });
    const { failure } = key.document;
    const { number, retryAt, error } = failure ?? { number: 0, retryAt: 0, error: { type: '', title: '', detail: '' } };
    key.document = { ...key.document, failure: { number, retryAt, error } };
    key.refresh();
    key.fail(key.claim(), { retryable: false });
    expect(entryOf(key.document)).not.toHaveProperty('failingSince');
    expect(entryOf(key.document)).not.toHaveProperty('failures');
    expect(entryOf(key.document)).toMatchObject({ failedAt: key.now });
  });

  it('is tried again at once when an administrator forces a load', () => {
    const key = new Key();
    const { taskId } = key.refresh();
    key.fail(key.claim(), { retryAfterMs: 3_600_000 });
    expect(key.refresh().taskId).toBe(taskId);
    expect(key.do('claim', { taskId, deliveryId: 'other' })).toMatchObject({ outcome: 'not_due' });
    expect(key.refresh({ force: true })).toMatchObject({ taskId, dueAt: key.now });
    expect(key.last?.effects.send).toEqual([taskId]);
    expect(key.claim()).toMatchObject({ taskId, force: true, attempt: 2 });
  });

  it('is tried again at once by force, too, when another task waits behind it', () => {
    const key = new Key();
    const { taskId } = key.refresh();
    const lease = key.claim();
    const behind = key.refresh().taskId;
    key.fail(lease, { retryAfterMs: 3_600_000 });
    expect(key.refresh({ force: true }).taskId).toBe(taskId);
    expect(key.last?.effects.send).toEqual([taskId]);
    key.commit(key.claim());
    expect(key.document.head?.taskId).toBe(behind);
  });

  it('dispatches the task behind once it has ended, not while it retries', () => {
    const key = new Key();
    key.refresh();
    const lease = key.claim();
    const { taskId } = key.refresh();
    key.fail(lease);
    expect(key.last?.effects.send).toEqual([]);
    key.now += 1000;
    key.fail(key.claim(), { retryable: false });
    expect(key.last?.effects.send).toEqual([taskId]);
  });

  it('leaves nothing in R2 for longer than its consumer may live', () => {
    const key = new Key();
    key.refresh();
    key.fail(key.claim());
    expect(key.document.owed.map(({ dueAt }) => dueAt - key.now)).toEqual([1_800_000, 1_800_000]);
  });

  it('takes no report from a stale lease', () => {
    const key = new Key();
    key.refresh();
    expect(key.fail({ ...key.claim(), fence: 9 })).toEqual({ outcome: 'stale_lease' });
  });
});

describe('a lease that runs out', () => {
  it('counts as a retryable failure, whoever notices it', () => {
    const key = new Key();
    const { taskId } = key.refresh();
    key.now += key.claim().leaseMs;
    expect(key.do('state', { taskId })).toMatchObject({
      task: { state: 'RETRY', error: { type: '/docs/problems#internal' } },
    });
  });

  it('ends the task when it was the last attempt', () => {
    const key = new Key();
    const policy = { timeoutMs: 1000, maxAttempts: 1, backoffMs: 0, errorTtlMs: 5000 };
    const { taskId } = key.refresh({ policy });
    key.now += key.claim().leaseMs;
    expect(key.do('claim', { taskId, deliveryId: 'x' })).toEqual({ outcome: 'ended' });
    expect(entryOf(key.document)).toMatchObject({ retryAt: key.now + 5000 });
  });
});

describe('the alarm', () => {
  it('sends the message again at growing gaps until the task is claimed', () => {
    const key = new Key();
    key.refresh();
    const gaps = Array.from({ length: 6 }, () => {
      const at = nextAlarmAt(key.document, key.now) ?? 0;
      const gap = at - key.now;
      key.now = at;
      key.do('alarm', {});
      expect(key.last?.effects.send).toEqual(['task-1']);
      return gap / 1000;
    });
    expect(gaps).toEqual([15, 30, 60, 120, 240, 300]);
    const { leaseMs } = key.claim();
    expect(nextAlarmAt(key.document, key.now)).toBe(key.now + leaseMs);
  });

  it('is needed for nothing where nothing is owed', () => {
    const key = new Key();
    expect(nextAlarmAt(key.document, key.now)).toBeNull();
  });

  it('does nothing before its time', () => {
    const key = new Key();
    key.refresh();
    const before = key.document;
    key.do('alarm', {});
    expect(key.document).toBe(before);
    expect(key.last?.effects).toEqual({ send: [], store: false, remove: [], poke: false, ask: false });
  });
});

describe('a wake-up', () => {
  it('sends the message of a task that is due, and of no other', () => {
    const key = new Key();
    const { taskId } = key.refresh();
    key.do('wake', { taskId });
    expect(key.last?.effects.send).toEqual([taskId]);
    key.fail(key.claim());
    key.do('wake', { taskId });
    expect(key.last?.effects.send).toEqual([]);
    key.now += 1000;
    key.do('wake', { taskId });
    expect(key.last?.effects.send).toEqual([taskId]);
  });
});

describe('a task that cannot be claimed for long', () => {
  it('is sent again at gaps that grow, and never sooner for the dead letters that wake it', () => {
    const key = new Key();
    const { taskId } = key.refresh();
    const gapMs = () => (key.document.head?.resendAt ?? 0) - key.now;
    const gaps: number[] = [];
    for (let resends = 0; resends < 6; resends += 1) {
      gaps.push(gapMs());
      key.now += gapMs() - 1;
      key.do('wake', { taskId });
      expect(key.last?.effects.send).toEqual([taskId]);
      expect(gapMs()).toBe(gaps.at(-1));
      key.now += gapMs();
      key.do('alarm', {});
    }
    expect(gaps).toEqual([15_000, 30_000, 60_000, 120_000, 240_000, 300_000]);
  });
});

describe('revoke', () => {
  const bob = { user: 'bob', mayRefresh: true, mayAdmin: false };
  const ann = { user: 'ann', mayRefresh: true, mayAdmin: false };
  const root = { user: 'root', mayRefresh: false, mayAdmin: true };

  it('ends a task that waits, and dispatches the one behind', () => {
    const key = new Key();
    key.refresh();
    const lease = key.claim();
    const { taskId } = key.refresh();
    key.fail(lease);
    expect(key.do('revoke', { taskId: lease.taskId, ...ann })).toMatchObject({
      outcome: 'revoked',
      task: { state: 'REVOKED', error: null, endedAt: key.now },
    });
    expect(key.last?.effects.send).toEqual([taskId]);
    expect(key.do('state', { taskId: lease.taskId })).toMatchObject({
      task: { state: 'REVOKED' },
      entry: { loaded: null },
    });
  });

  it('revokes the task behind a running one', () => {
    const key = new Key();
    key.refresh();
    key.claim();
    expect(key.do('revoke', { taskId: key.refresh().taskId, ...ann })).toMatchObject({ outcome: 'revoked' });
    expect(key.document).toMatchObject({ head: { state: 'STARTED' }, behind: null });
  });

  it.each([
    ['the only asker', [ann], ann, 'revoked'],
    ['an administrator', [ann], root, 'revoked'],
    ['another user', [ann], bob, 'forbidden'],
    ['one of several', [ann, bob], ann, 'forbidden'],
    ['the asker without cache:refresh', [ann], { ...ann, mayRefresh: false }, 'forbidden'],
  ])('is up to %s', (_, askers, by, outcome) => {
    const key = new Key();
    const [taskId = ''] = askers.map(({ user }) => key.refresh({ asker: user }).taskId);
    expect(key.do('revoke', { taskId, ...by })).toMatchObject({ outcome });
  });

  it.each([
    ['is told of it as unknown to others', bob, 'unknown'],
    ['may be revoked by its owner', ann, 'revoked'],
    ['may be revoked by an administrator', root, 'revoked'],
  ])("a private cache's task %s", (_, by, outcome) => {
    const key = new Key(newCache('mine', 'ann'));
    const { taskId } = key.refresh();
    expect(key.do('revoke', { taskId, ...by })).toMatchObject({ outcome });
  });

  it.each([
    ['runs', (key: Key) => key.claim().taskId],
    ['has ended', (key: Key) => key.load()],
    [
      'was committed',
      (key: Key) => {
        const lease = key.claim();
        key.commit(lease);
        return lease.taskId;
      },
    ],
  ])('comes too late for a task that %s', (_, bring) => {
    const key = new Key();
    key.refresh();
    expect(key.do('revoke', { taskId: bring(key), ...ann })).toMatchObject({ outcome: 'conflict' });
  });
});
