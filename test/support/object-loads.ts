/** Loads on real objects: the tests play the consumer. */

import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { objectNameOfKey } from '../../src/core/task-id.ts';
import { objectClient } from '../../src/object/client.ts';
import type { CacheIdentity } from '../../src/ports/entry.ts';
import type { CommitAnswer, CommitRequest, EnqueueRequest, Lease } from '../../src/ports/object.ts';
import type { Task } from '../../src/ports/task.ts';
import { commitOf, refreshOf } from './loads.ts';

export const objects = objectClient(env.CACHE_OBJECT);

export function stubOf({ key }: CacheIdentity) {
  return env.CACHE_OBJECT.getByName(objectNameOfKey(key));
}

export async function refresh(cache: CacheIdentity, more: Partial<EnqueueRequest> = {}): Promise<Task> {
  const answer = await objects.enqueue(refreshOf(cache, more));
  if (answer.outcome !== 'task') throw new Error(answer.outcome);
  return answer.task;
}

export async function claim(taskId: string, deliveryId = 'delivery'): Promise<Lease> {
  const answer = await objects.claim({ taskId, deliveryId });
  if (answer.outcome !== 'leased') throw new Error(answer.outcome);
  return answer.lease;
}

/** Refreshes, claims and commits. */
export async function load(cache: CacheIdentity, more: Partial<CommitRequest> = {}): Promise<CommitAnswer> {
  const { taskId } = await refresh(cache);
  return objects.commit(commitOf(await claim(taskId), more));
}

/** Names of the tables in a cache's object. */
export function tablesOf(cache: CacheIdentity): Promise<string[]> {
  return runInDurableObject(stubOf(cache), (_, { storage }) =>
    storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray()
      .map(({ name }) => name),
  );
}

export function alarmOf(cache: CacheIdentity): Promise<number | null> {
  return runInDurableObject(stubOf(cache), (_, { storage }) => storage.getAlarm());
}
