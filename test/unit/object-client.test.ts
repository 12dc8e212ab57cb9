/** The flags of platform faults cannot be brought about locally: here a namespace of plain objects raises them. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
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
    return { outcome: 'unknown' };
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
  ['an overloaded object', 1, [{ retryable: true, overloaded: true }]],
  ['a fault of the object itself', 1, [{}]],
  ['one that cannot be reached for long', 4, Array.from({ length: 9 }, () => ({ retryable: true }))],
])('gives up on %s with a refusal that says when to come back', async (_, calls, faults) => {
  const { objects, asked } = clientOf(...faults);
  const refused = objects.state(newTaskId(cache.key));
  await expect(refused).rejects.toMatchObject({ code: 'overloaded', headers: { 'Retry-After': '2' } });
  expect(asked).toHaveLength(calls);
});
