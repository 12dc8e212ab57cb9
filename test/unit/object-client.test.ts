/** The flags of platform faults cannot be brought about locally: here a namespace of plain objects raises them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newTaskId } from '../../src/core/task-id.ts';
import type { CacheObject } from '../../src/object/cache-object.ts';
import { objectClient } from '../../src/object/client.ts';
import { newCache, refreshOf } from '../support/loads.ts';

const cache = newCache();

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A client of objects of which each call raises the next fault, then answers; `asked`: names of the stubs taken. */
function clientOf(...faults: { retryable?: boolean; overloaded?: boolean }[]) {
  const asked: string[] = [];
  const answer = async () => {
    const fault = faults.shift();
    if (fault !== undefined) throw Object.assign(new Error('fault'), fault);
    return JSON.stringify({ outcome: 'unknown' });
  };
  const namespace = {
    getByName(name: string) {
      asked.push(name);
      return { state: answer, enqueue: answer };
    },
  } as unknown as DurableObjectNamespace<CacheObject>;
  return { objects: objectClient(namespace), asked };
}

it('finds the same object by key and by task', async () => {
  const { objects, asked } = clientOf();
  await objects.enqueue(refreshOf(cache));
  await objects.state(newTaskId(cache.key));
  expect(asked).toEqual([cache.key.slice(0, 12), cache.key.slice(0, 12)]);
});

it('asks again, by another stub, where the platform says that it may', async () => {
  const { objects, asked } = clientOf({ retryable: true }, { retryable: true });
  expect(await objects.state(newTaskId(cache.key))).toEqual({ outcome: 'unknown' });
  expect(asked).toHaveLength(3);
});

it.each([
  ['an overloaded object', 1, '5', [{ retryable: true, overloaded: true }]],
  ['a fault of the object itself', 1, '1', [{}]],
  ['one that cannot be reached for long', 4, '1', Array.from({ length: 9 }, () => ({ retryable: true }))],
])('gives up on %s with a refusal that says when to come back', async (_, calls, retryAfterS, faults) => {
  const { objects, asked } = clientOf(...faults);
  const refused = objects.state(newTaskId(cache.key));
  await expect(refused).rejects.toMatchObject({ code: 'overloaded', headers: { 'Retry-After': retryAfterS } });
  expect(asked).toHaveLength(calls);
});

describe('an object that never answers', () => {
  it.each([
    ['at once', 0, 10_000],
    ['when it may hold its answer', 30_000, 40_000],
  ])('is given up, %s', async (_, waitMs, afterMs) => {
    vi.useFakeTimers();
    const hung = { getByName: () => ({ enqueue: () => new Promise(() => undefined) }) };
    const objects = objectClient(hung as unknown as DurableObjectNamespace<CacheObject>);
    const seen = vi.fn();
    const refused = objects.enqueue(refreshOf(cache, { waitMs })).catch(seen);
    await vi.advanceTimersByTimeAsync(afterMs - 1);
    expect(seen).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await refused;
    expect(seen).toHaveBeenCalledWith(expect.objectContaining({ code: 'overloaded' }));
    vi.useRealTimers();
  });
});

describe('a revocation', () => {
  const taskId = newTaskId(cache.key);
  const request = { taskId, user: 'alice', mayRefresh: true, mayAdmin: false };

  /** Objects whose first `lost` answers do not arrive; the task is already in this state. */
  function clientOfTask(state: 'REVOKED' | 'SUCCESS', lost: number) {
    let left = lost;
    const revoke = async () => {
      if (left-- > 0) throw Object.assign(new Error('lost'), { retryable: true });
      return JSON.stringify({ outcome: 'conflict', task: { taskId, state } });
    };
    return objectClient({ getByName: () => ({ revoke }) } as unknown as DurableObjectNamespace<CacheObject>);
  }

  it('whose answer was lost is told as what it did', async () => {
    expect(await clientOfTask('REVOKED', 1).revoke(request)).toMatchObject({ outcome: 'revoked' });
  });

  it('that came too late is a conflict, asked again or not', async () => {
    expect(await clientOfTask('REVOKED', 0).revoke(request)).toMatchObject({ outcome: 'conflict' });
    expect(await clientOfTask('SUCCESS', 1).revoke(request)).toMatchObject({ outcome: 'conflict' });
  });
});
