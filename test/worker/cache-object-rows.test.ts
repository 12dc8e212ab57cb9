import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { TaskRecord } from '../../src/core/task-machine/document.ts';
import { Documents } from '../../src/object/documents.ts';
import { EndedTasks } from '../../src/object/ended-tasks.ts';
import { PART_ITEMS } from '../../src/object/long-list.ts';
import { changeOf, newCache } from '../support/loads.ts';
import { alarmOf, load, objects, refresh, stubOf, tablesOf } from '../support/object-loads.ts';
import { Key } from '../support/task-machine/key.ts';

const DAY_MS = 86_400_000;

/** What the work says of an object's ended tasks, `count` of a key, one a millisecond. */
function withEndedTasks<T>(count: number, work: (ended: EndedTasks, key: string, sql: SqlStorage) => T): Promise<T> {
  const cache = newCache();
  return refresh(cache).then(() =>
    runInDurableObject(stubOf(cache), (_, { storage: { sql } }) => {
      const ended = new EndedTasks(sql);
      for (let endedAt = 1; endedAt <= count; endedAt += 1) {
        ended.write(cache.key, { taskId: `task-${endedAt}`, endedAt } as TaskRecord);
      }
      return work(ended, cache.key, sql);
    }),
  );
}

it('keeps the newest thousand ended tasks of a key when it trims', async () => {
  const left = await withEndedTasks(1100, (ended, key) => {
    ended.write('other', { taskId: 'other', endedAt: 0 } as TaskRecord);
    expect(ended.read('task-100')?.key).toBe(key);
    ended.trim(key);
    return [ended.read('task-100'), ended.read('task-101')?.key, ended.read('other')?.key, key];
  });
  expect(left.slice(0, 3)).toEqual([null, left[3], 'other']);
});

it('sweeps what ended seven days ago, and tells what is left', async () => {
  const left = await withEndedTasks(3, (ended, key) => {
    expect(ended.read('task-1')?.key).toBe(key);
    return [ended.sweep(key, 7 * DAY_MS + 1), ended.read('task-1')];
  });
  expect(left).toEqual([{ count: 2, oldestAt: 2 }, null]);
  const none = await withEndedTasks(3, (ended, key) => ended.sweep(key, 8 * DAY_MS));
  expect(none).toEqual({ count: 0, oldestAt: null });
});

it('reads the row of an ended task once', async () => {
  const [first, second] = await withEndedTasks(1, (ended, _key, sql) => {
    const read = ended.read('task-1');
    sql.exec('ALTER TABLE ended_tasks RENAME TO ended_away');
    const again = ended.read('task-1');
    sql.exec('ALTER TABLE ended_away RENAME TO ended_tasks');
    return [read, again];
  });
  expect(first?.record.taskId).toBe('task-1');
  expect(second).toEqual(first);
});

it('makes its tables on the first write', async () => {
  const cache = newCache();
  expect(await tablesOf(cache)).toEqual([]);
  await refresh(cache);
  expect((await tablesOf(cache)).sort()).toEqual(['ended_tasks', 'keys', 'list_parts', 'schema']);
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

describe('the document of a key that is loaded all the time', () => {
  const CHANGED = { change: changeOf({ deltaBytes: 5 }), retainVersions: 200 };
  /** Steps of the machine, each written to the rows of an object that is not asked meanwhile. */
  const inRows = <T>(work: (key: Key, write: () => number, sql: SqlStorage) => T): Promise<T> => {
    const cache = newCache();
    return refresh(cache).then(() =>
      runInDurableObject(stubOf(cache), (_, { storage: { sql } }) => {
        const key = new Key(newCache());
        const documents = new Documents(sql);
        const write = () => {
          documents.write(key.document);
          return bytesOf(sql, key);
        };
        return work(key, write, sql);
      }),
    );
  };
  const bytesOf = (sql: SqlStorage, { document: { cache } }: Key) =>
    sql.exec<{ bytes: number }>('SELECT length(document) AS bytes FROM keys WHERE key = ?', cache.key).one().bytes;
  const partsIn = (sql: SqlStorage) => sql.exec('SELECT 1 FROM list_parts').toArray().length;
  const read = (sql: SqlStorage, { document: { cache } }: Key) => new Documents(sql).read(cache.key);

  it('stays small, though it is loaded each second and nothing is removed yet, and its rows tell all of it', async () => {
    const { largest, parts, owed, chain } = await inRows((key, write, sql) => {
      let largest = 0;
      for (let second = 0; second < 1500; second += 1) {
        key.now += 1000;
        key.load(CHANGED);
        largest = Math.max(largest, write());
        if (second % 500 === 0) expect(read(sql, key)).toEqual(key.document);
      }
      expect(read(sql, key)).toEqual(key.document);
      return { largest, parts: partsIn(sql), owed: key.document.owed.length, chain: key.document.chain.length };
    });
    expect(owed).toBeGreaterThan(2500);
    expect(chain).toBe(200);
    expect(largest).toBeLessThan(20_000);
    expect(parts).toBeLessThanOrEqual((owed + chain) / PART_ITEMS + 2);
  });

  it('gives up what an older release left in it at the first step that changes the list, and parts go when they are empty', async () => {
    await inRows((key, _write, sql) => {
      key.load();
      const owed = Array.from({ length: 8347 }, (_none, fence) => ({
        fence,
        name: 'body' as const,
        dueAt: key.now + fence,
      }));
      const whole = JSON.stringify({ ...key.document, owed });
      sql.exec('INSERT INTO keys (key, document) VALUES (?, ?)', key.document.cache.key, whole);
      expect(whole.length).toBeGreaterThan(350_000);

      const documents = new Documents(sql);
      key.document = documents.read(key.document.cache.key) ?? key.document;
      key.refresh();
      key.claim();
      documents.write(key.document);
      expect(bytesOf(sql, key)).toBeLessThan(10_000);
      expect(read(sql, key)?.owed).toEqual(key.document.owed);

      key.do('removed', { blobs: owed });
      documents.write(key.document);
      expect(partsIn(sql)).toBe(0);
    });
  });
});
