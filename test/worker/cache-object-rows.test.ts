import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import type { TaskRecord } from '../../src/core/task-machine/document.ts';
import { readEndedTask, sweepEndedTasks, trimEndedTasks, writeEndedTask } from '../../src/object/ended-tasks.ts';
import { newCache } from '../support/loads.ts';
import { alarmOf, load, objects, refresh, stubOf, tablesOf } from '../support/object-loads.ts';

const DAY_MS = 86_400_000;

/** An object that holds `count` ended tasks of a key, one a millisecond, and what the work says of its rows. */
function withEndedTasks<T>(count: number, work: (sql: SqlStorage, key: string) => T): Promise<T> {
  const cache = newCache();
  return refresh(cache).then(() =>
    runInDurableObject(stubOf(cache), (_, { storage: { sql } }) => {
      for (let endedAt = 1; endedAt <= count; endedAt += 1) {
        writeEndedTask(sql, cache.key, { taskId: `task-${endedAt}`, endedAt } as TaskRecord);
      }
      return work(sql, cache.key);
    }),
  );
}

it('keeps the newest thousand ended tasks of a key when it trims', async () => {
  const left = await withEndedTasks(1100, (sql, key) => {
    writeEndedTask(sql, 'other', { taskId: 'other', endedAt: 0 } as TaskRecord);
    trimEndedTasks(sql, key);
    return [readEndedTask(sql, 'task-100'), readEndedTask(sql, 'task-101')?.key, readEndedTask(sql, 'other')?.key, key];
  });
  expect(left.slice(0, 3)).toEqual([null, left[3], 'other']);
});

it('sweeps what ended seven days ago, and tells what is left', async () => {
  const left = await withEndedTasks(3, (sql, key) => sweepEndedTasks(sql, key, 7 * DAY_MS + 1));
  expect(left).toEqual({ count: 2, oldestAt: 2 });
  const none = await withEndedTasks(3, (sql, key) => sweepEndedTasks(sql, key, 8 * DAY_MS));
  expect(none).toEqual({ count: 0, oldestAt: null });
});

it('makes its tables on the first write', async () => {
  const cache = newCache();
  expect(await tablesOf(cache)).toEqual([]);
  await refresh(cache);
  expect((await tablesOf(cache)).sort()).toEqual(['ended_tasks', 'keys', 'schema']);
});

it('remembers nothing of a transaction that failed', async () => {
  const cache = newCache();
  const { taskId } = await refresh(cache);
  const request = { taskId, user: 'ann', mayRefresh: true, mayAdmin: true };
  const rename = (from: string, to: string) =>
    runInDurableObject(stubOf(cache), (_, { storage }) => void storage.sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`));
  await rename('ended_tasks', 'ended_away');
  await expect(objects.revoke(request)).rejects.toThrow();
  await rename('ended_away', 'ended_tasks');
  expect(await objects.state(taskId)).toMatchObject({ outcome: 'found', task: { state: 'PENDING' } });
  expect(await objects.revoke(request)).toMatchObject({ outcome: 'revoked' });
});

it('tries the alarm again when it could do nothing, and throws nothing', async () => {
  const cache = newCache();
  await load(cache);
  const rename = (from: string, to: string) =>
    runInDurableObject(stubOf(cache), (_, { storage }) => void storage.sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`));
  await rename('keys', 'keys_away');
  expect(await runDurableObjectAlarm(stubOf(cache))).toBe(true);
  await rename('keys_away', 'keys');
  expect((await alarmOf(cache)) ?? 0).toBeGreaterThan(Date.now());
});
