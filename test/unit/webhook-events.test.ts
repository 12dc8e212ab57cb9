import { describe, expect, it } from 'vitest';
import { etagOf } from '../../src/core/etag.ts';
import {
  eventOfPurge,
  eventsOfTask,
  isWanted,
  messagesOf,
  payloadOf,
  retryDelayMs,
  webhookIdOf,
} from '../../src/core/webhook-events.ts';
import type { Task } from '../../src/ports/task.ts';
import { sampleEntry, sampleLoaded } from '../support/entries.ts';

const entry = sampleEntry({ revision: 42, loaded: sampleLoaded(7, { changed: 5 }) });
const task = (more: Partial<Task>): Task => ({
  taskId: crypto.randomUUID(),
  state: 'SUCCESS',
  error: null,
  cache: entry,
  askers: { kind: 'nobody' },
  attempt: 1,
  createdAt: 1,
  startedAt: 2,
  endedAt: 3,
  dueAt: null,
  version: 7,
  etag: etagOf(entry.key, 5),
  bytes: 1,
  rows: 1,
  ...more,
});
const types = (more: Partial<Task>) => eventsOfTask(task(more), entry).map(({ type }) => type);
const failed = (code: string, more: Partial<Task> = {}) =>
  task({
    state: 'FAILURE',
    error: { type: `/docs/problems#${code}`, title: '', detail: 'why' },
    version: null,
    ...more,
  });

describe('the end of a task', () => {
  it.each([
    ['a load that changed nothing', {}, []],
    ['a load that changed the body', { version: 5 }, ['cache.changed']],
    ['the first that succeeds again', { turned: true as const }, ['cache.recovered']],
    ['one that was taken back', { state: 'REVOKED' as const }, []],
    ['one that has not ended', { state: 'STARTED' as const, endedAt: null }, []],
    ['one whose user was forgotten', { version: 5, cache: { ...entry, resource: '' } }, []],
  ])('%s', (_what, more, expected) => {
    expect(types(more)).toEqual(expected);
  });

  it('tells why a load failed, to readers and not to administrators alone', () => {
    const secret = { admin_detail: 'ORIGIN_X is not set' };
    const guarded = failed('origin-guard', { turned: true });
    const events = eventsOfTask({ ...guarded, error: { ...guarded.error, ...secret } as Task['error'] }, entry);
    expect(events).toMatchObject([
      { type: 'cache.failing', version: 5, error: { type: '/docs/problems#origin-guard', detail: 'why' } },
      { type: 'cache.guarded', version: 5 },
    ]);
    expect(JSON.stringify(events)).not.toContain('ORIGIN_X');
    expect(eventsOfTask(failed('origin-status'), entry)).toEqual([]);
  });
});

describe('an event', () => {
  const purge = eventOfPurge({ ...entry, loaded: null }, 9);

  it('of a purge has no version', () => {
    expect(purge).toMatchObject({ type: 'cache.changed', version: null, revision: 42, at: 9 });
    expect(webhookIdOf(purge)).toBe(`${entry.key.slice(0, 16)}-r42-changed`);
    expect(JSON.parse(payloadOf(purge, { parameters: { a: [1] }, owner: 'ada' }))).toEqual({
      type: 'cache.changed',
      timestamp: '1970-01-01T00:00:00.009Z',
      data: {
        resource_title: entry.resource,
        parameters: { a: [1] },
        owner: 'ada',
        key: entry.key,
        tag: entry.key.slice(0, 16),
        version: null,
        revision: 42,
        inserted: null,
        deleted: null,
      },
    });
  });

  it('goes to those who want it', () => {
    const all = { name: 'all', events: ['cache.changed'] as 'cache.changed'[] };
    const others = { ...all, name: 'others', resources: ['x'] };
    const failing = { name: 'failing', events: ['cache.failing'] as 'cache.failing'[] };
    expect([all, others, failing].map((webhook) => isWanted(purge, webhook))).toEqual([true, false, false]);
    expect(messagesOf([purge, purge], [others, all])).toEqual([
      { webhook: 'all', event: purge },
      { webhook: 'all', event: purge },
    ]);
  });
});

it.each([
  [1, 0, 0, 5000],
  [1, 0, 0.999_99, 7499],
  [2, 0, 0, 10_000],
  [5, 0, 0.5, 100_000],
  [40, 0, 0, 28_800_000],
  [40, 0, 0.999_999, 43_199_985],
  [1, 60_000, 0, 60_000],
  [1, 10 ** 12, 0, 43_200_000],
])('after %i tries, with a floor of %i ms and chance %d, the next is %i ms later', (tries, floorMs, random, delay) => {
  expect(retryDelayMs(tries, floorMs, random)).toBe(delay);
});
