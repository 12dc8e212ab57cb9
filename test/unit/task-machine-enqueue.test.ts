import { describe, expect, it } from 'vitest';
import { readOf, refreshOf } from '../support/loads.ts';
import { Key } from '../support/task-machine/key.ts';

describe('an explicit refresh', () => {
  it('makes a task and sends its message', () => {
    const key = new Key();
    expect(key.refresh()).toMatchObject({ state: 'PENDING', attempt: 0, dueAt: key.now, askers: { user: 'ann' } });
    expect(key.last?.effects.send).toEqual(['task-1']);
  });

  it('joins the task that waits, and the one that waits behind a running one', () => {
    const key = new Key();
    expect(key.refresh().taskId).toBe('task-1');
    expect(key.refresh().taskId).toBe('task-1');
    key.claim();
    expect(key.refresh().taskId).toBe('task-2');
    expect(key.last?.effects.send).toEqual([]);
    expect(key.refresh().taskId).toBe('task-2');
  });

  it('joins a task in RETRY without shortening its backoff', () => {
    const key = new Key();
    key.refresh();
    key.fail(key.claim());
    const { dueAt } = key.document.head ?? {};
    expect(key.refresh()).toMatchObject({ taskId: 'task-1', state: 'RETRY', dueAt });
  });

  it('never settles for what is current, nor for a failure that stands', () => {
    const key = new Key();
    key.load();
    expect(key.refresh().taskId).toBe('task-2');
    key.fail(key.claim(), { retryable: false });
    expect(key.refresh().taskId).toBe('task-3');
  });

  it('makes the task that it joins a forced one, under the newest definition', () => {
    const key = new Key();
    key.refresh({ number: 2 });
    key.refresh({ number: 1, force: true });
    const policy = { timeoutMs: 1000, maxAttempts: 1, backoffMs: 0, errorTtlMs: 0 };
    key.refresh({ number: 3, policy });
    expect(key.document.head).toMatchObject({ force: true, number: 3, policy });
    expect(key.claim()).toMatchObject({ force: true, timeoutMs: 1000, leaseMs: 91_000 });
  });
});

describe('who joins without making a difference', () => {
  it.each([
    ['a task that waits', (key: Key) => void key.read(0)],
    [
      'a task that runs',
      (key: Key) => {
        key.read(0);
        key.claim();
      },
    ],
    [
      'a task behind a running one',
      (key: Key) => {
        key.read(0);
        key.claim();
        key.refresh();
      },
    ],
  ])('writes no row: a read, of %s', (_what, prepare) => {
    const key = new Key();
    prepare(key);
    const before = key.document;
    expect(key.read(0)).toMatchObject({ outcome: 'task' });
    expect(key.document).toBe(before);
  });

  it('writes no row: the same user again', () => {
    const key = new Key();
    key.refresh();
    const before = key.document;
    key.refresh();
    expect(key.document).toBe(before);
  });
});

describe('so soon after a load (refresh_min_s)', () => {
  it('is answered with the task of that load, and the entry', () => {
    const key = new Key();
    const taskId = key.load();
    key.now += 4999;
    const answer = key.do('enqueue', refreshOf(key.document.cache, { refreshMinMs: 5000 }));
    expect(answer).toMatchObject({
      outcome: 'task',
      task: { taskId, state: 'SUCCESS' },
      entry: { loaded: { version: 1 } },
    });
    key.now += 1;
    expect(key.refresh({ refreshMinMs: 5000 }).taskId).toBe('task-2');
  });

  it('is answered with the task that still waits for D1', () => {
    const key = new Key();
    key.refresh();
    key.commit(key.claim());
    expect(key.refresh({ refreshMinMs: 5000 })).toMatchObject({ taskId: 'task-1', state: 'STARTED' });
  });

  it.each([
    ['the definition is newer', (key: Key) => key.refresh({ refreshMinMs: 5000, number: 2 })],
    ['it is forced', (key: Key) => key.refresh({ refreshMinMs: 5000, force: true })],
    [
      'the load was marked expired',
      (key: Key) => {
        key.do('purge', { key: key.document.cache.key, soft: true });
        return key.refresh({ refreshMinMs: 5000 });
      },
    ],
    [
      'the task is no longer known',
      (key: Key) => {
        key.ended.clear();
        return key.refresh({ refreshMinMs: 5000 });
      },
    ],
  ])('makes a task all the same when %s', (_, ask) => {
    const key = new Key();
    key.load();
    expect(ask(key).taskId).toBe('task-2');
  });
});

describe('a read', () => {
  it('is handed what was fetched after what it saw', () => {
    const key = new Key();
    key.load();
    expect(key.read(0)).toMatchObject({ outcome: 'current', entry: { loaded: { version: 1 } } });
  });

  it.each([
    ['it saw that already', (key: Key) => key.read(key.document.loaded?.loadedAt ?? 0)],
    ['its definition is newer', (key: Key) => key.read(0, { number: 2 })],
    [
      'it has expired',
      (key: Key) => key.read(0, { cache: Object.assign(key, { now: key.now + 60_000 }).document.cache }),
    ],
  ])('starts a load when %s', (_, read) => {
    const key = new Key();
    key.load();
    expect(read(key)).toMatchObject({ outcome: 'task', task: { taskId: 'task-2', askers: { kind: 'nobody' } } });
  });

  it('joins a load claimed after what it saw, and no older one', () => {
    const key = new Key();
    key.refresh();
    key.claim();
    expect(key.read(0)).toMatchObject({ task: { taskId: 'task-1', state: 'STARTED' } });
    key.now += 10_000;
    expect(key.read(key.now - 5000)).toMatchObject({ task: { taskId: 'task-2', state: 'PENDING' } });
  });

  it('joins no running load that nobody who knew its definition had asked for', () => {
    const key = new Key();
    key.refresh({ number: 1 });
    key.claim();
    expect(key.read(0, { number: 2 })).toMatchObject({ task: { taskId: 'task-2' } });
  });

  it('takes a moment that is yet to come for now', () => {
    const key = new Key();
    key.load();
    key.refresh();
    key.now += 1000;
    const later = { ...readOf(key.document.cache, key.now + 5000) };
    key.commit(key.claim());
    expect(key.do('enqueue', later)).toMatchObject({ outcome: 'task' });
    key.now += 1;
    key.commit(key.claim());
    expect(key.do('enqueue', { ...later, since: key.now - 1 })).toMatchObject({ outcome: 'current' });
  });

  it('tells versions apart that were loaded within one millisecond', () => {
    const key = new Key();
    key.load();
    const seen = key.document.loaded?.loadedAt ?? 0;
    expect(key.read(seen)).toMatchObject({ outcome: 'task' });
    key.load();
    expect(key.read(seen)).toMatchObject({ outcome: 'current', entry: { loaded: { version: 2 } } });
    expect(key.read(key.document.loaded?.loadedAt ?? 0)).toMatchObject({ outcome: 'task' });
  });

  it('gets the failure that applies, unless its definition is newer', () => {
    const key = new Key();
    key.refresh();
    key.fail(key.claim(), { retryable: false, number: 2 });
    expect(key.read(0, { number: 2 })).toMatchObject({ outcome: 'failing', entry: { loaded: null, number: 2 } });
    expect(key.read(0, { number: 3 })).toMatchObject({ outcome: 'task' });
    key.now += 30_000;
    expect(key.read(0)).toMatchObject({ outcome: 'task', task: { taskId: 'task-2' } });
  });
});

describe('whose task it is', () => {
  it.each([
    ['one user', ['ann', 'ann'], { kind: 'user', user: 'ann' }],
    ['several, when another user joins', ['ann', 'bob'], { kind: 'several' }],
    ['several, when a read joins', ['ann', null], { kind: 'several' }],
    ['several, whoever comes next', ['ann', 'bob', 'ann'], { kind: 'several' }],
    ['nobody, when a user joins', [null, 'ann'], { kind: 'nobody' }],
  ])('%s', (_, askers, expected) => {
    const key = new Key();
    for (const asker of askers) key.refresh({ asker });
    expect(key.refresh({ asker: askers[0] ?? null }).askers).toEqual(expected);
  });

  it('several, when a read joins a running one', () => {
    const key = new Key();
    key.refresh();
    key.claim();
    expect(key.read(0)).toMatchObject({ task: { taskId: 'task-1', askers: { kind: 'several' } } });
  });
});
