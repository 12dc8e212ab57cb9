import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { recordId } from '../../src/core/sync-records.ts';
import type { SyncMessage, SyncRecord } from '../../src/ports/messages.ts';
import type { SyncRecords } from '../../src/ports/sync-store.ts';
import { syncBuffer } from '../../src/stores/sync-buffer.ts';
import { d1SyncRecords } from '../../src/stores/sync-records.ts';
import { unique } from '../support/entries.ts';
import { listed, sampleRecord } from '../support/sync-records.ts';

afterEach(() => {
  vi.useRealTimers();
});

const HOUR = 3_600_000;
const NOW = 5 * HOUR + 1234;
const stored = d1SyncRecords(env.DB);

/** The real queue, counted; it fails as long as `failing` says so. */
function countedQueue({ failing = 0 } = {}) {
  const sent: SyncMessage[] = [];
  const tried: SyncMessage[] = [];
  const queue = {
    async send(message: SyncMessage) {
      tried.push(message);
      if (tried.length <= failing) throw new Error('the queue is down');
      await env.SYNC_QUEUE.send(message);
      sent.push(message);
    },
  } as unknown as Queue<SyncMessage>;
  return { queue, sent, tried };
}
const idsOf = (messages: SyncMessage[]) => messages.flatMap((message) => message.records.map(recordId)).sort();
const many = (count: number, more: Partial<SyncRecord> = {}) => Array.from({ length: count }, () => sampleRecord(more));
const quick = { waitMs: 5, retryMs: 1 };

describe('group commit', () => {
  it('sends the records of twenty requests in one message', async () => {
    const { queue, sent } = countedQueue();
    const records = many(20);
    // Each request has a buffer of its own over what the isolate holds.
    await Promise.all(records.map((record) => syncBuffer(queue, stored, quick).add(record, record.key, NOW)));
    expect(sent).toHaveLength(1);
    expect(idsOf(sent)).toEqual(records.map(recordId).sort());
  });

  it('sends what comes one after the other within its wait in one message, not one each', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const { queue, sent } = countedQueue();
    const records = many(60);
    const adding: (Promise<void> | null)[] = [];
    for (const record of records) {
      adding.push(syncBuffer(queue, stored).add(record, record.key, NOW));
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(3_000);
    await Promise.all(adding);
    expect(idsOf(sent)).toEqual(records.map(recordId).sort());
    // 1.2 s: the first group waits 200 ms, and those after it 800 ms.
    expect(sent.length).toBeLessThanOrEqual(3);
  });

  it('lets a record that comes alone wait no longer than before', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const { queue, tried } = countedQueue();
    // What came before is over.
    await vi.advanceTimersByTimeAsync(10_000);
    for (const record of many(3)) {
      const adding = syncBuffer(queue, stored).add(record, record.key, NOW);
      const before = tried.length;
      await vi.advanceTimersByTimeAsync(201);
      expect(tried.length).toBe(before + 1);
      await vi.advanceTimersByTimeAsync(5_000);
      await adding;
    }
  });

  it('sends what a request left that ended before it had sent for the others', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const { queue, sent } = countedQueue();
    const [first, second] = many(2) as [SyncRecord, SyncRecord];
    void syncBuffer(queue, stored).add(first, first.key, NOW);
    await vi.advanceTimersByTimeAsync(50);
    // With its request goes its timer.
    vi.clearAllTimers();
    const adding = syncBuffer(queue, stored).add(second, second.key, NOW);
    await vi.advanceTimersByTimeAsync(3_000);
    await adding;
    expect(idsOf(sent)).toEqual([first, second].map(recordId).sort());
  });

  it('sends of one device and cache only the newest', async () => {
    const { queue, sent } = countedQueue();
    const record = sampleRecord({ syncedAt: 20, version: 3 });
    const older = [
      { ...record, syncedAt: 10, version: 9 },
      { ...record, version: 2 },
    ];
    const buffer = syncBuffer(queue, stored, quick);
    await Promise.all([...older, record, ...older].map((each) => buffer.add(each, each.key, NOW)));
    expect(sent.flatMap((message) => message.records)).toEqual([record]);
  });

  it('keeps apart what differs in user, device or cache', async () => {
    const { queue, sent } = countedQueue();
    const record = sampleRecord();
    const all = [record, { ...record, user: 'bob' }, { ...record, device: 'phone' }, { ...record, key: unique('key') }];
    const buffer = syncBuffer(queue, stored, quick);
    await Promise.all(all.map((each) => buffer.add(each, each.key, NOW)));
    expect(sent.flatMap((message) => message.records)).toEqual(all);
  });

  it('spreads many records over messages that the queue takes', async () => {
    const { queue, sent } = countedQueue();
    const records = many(1100, { user: 'ü'.repeat(50) });
    const buffer = syncBuffer(queue, stored, quick);
    await Promise.all(records.map((record) => buffer.add(record, record.key, NOW)));
    expect(idsOf(sent)).toEqual(records.map(recordId).sort());
    const sizes = sent.map((message) => new TextEncoder().encode(JSON.stringify(message)).byteLength);
    expect(Math.max(...sizes)).toBeLessThan(100_000);
    expect(Math.max(...sent.map((message) => message.records.length))).toBeLessThanOrEqual(500);
  });

  it('does not wait when a message is full', async () => {
    const { queue, sent } = countedQueue();
    const records = many(500);
    const buffer = syncBuffer(queue, stored, { waitMs: 600_000 });
    const [last, ...others] = records.map((record) => () => buffer.add(record, record.key, NOW));
    for (const add of others) void add();
    await last?.();
    expect(idsOf(sent)).toEqual(records.map(recordId).sort());
  });
});

describe('keys that were read', () => {
  it('are told once an hour, with or without a device', async () => {
    const { queue, sent } = countedQueue();
    const key = unique('key');
    const buffer = syncBuffer(queue, stored, quick);
    const record = sampleRecord({ key });
    await buffer.add(null, key, NOW);
    await buffer.add(null, key, NOW + 1);
    await buffer.add(record, key, NOW + 2);
    await buffer.add(null, key, NOW + HOUR);
    expect(sent).toEqual([
      { records: [], read: [{ key, hour: 5 * HOUR }] },
      { records: [record], read: [] },
      { records: [], read: [{ key, hour: 6 * HOUR }] },
    ]);
  });
});

describe('many caches of one device', () => {
  const given = (...keys: string[]) => keys.map((key) => ({ resource: 'sales', key, version: 3, changed: 2 }));

  it('leave in one message, with which ones a full check names', async () => {
    const { queue, sent } = countedQueue();
    const [user, keys] = [unique('user'), [unique('a'), unique('b')]];
    const check = { keys: [...keys, 'c'.repeat(64)], adds: false };
    await syncBuffer(queue, stored, quick).addAll({ user, device: 'd', given: given(...keys), read: [], check }, NOW);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      records: keys.map((key) => ({
        user,
        device: 'd',
        resource: 'sales',
        key,
        syncedAt: NOW,
        version: 3,
        changed: 2,
      })),
      checks: [{ user, device: 'd', at: NOW, tags: check.keys.map((key) => key.slice(0, 16)), adds: false }],
    });
    expect(sent[0]?.read.map(({ key }) => key).sort()).toEqual(keys.toSorted());
  });

  it('are not noted again within SYNC_RESOLUTION_S unless they change; a plain read always is', async () => {
    const { queue, sent } = countedQueue();
    const [user, a, b] = [unique('user'), unique('a'), unique('b')];
    const buffer = syncBuffer(queue, stored, { ...quick, resolutionMs: 60_000 });
    const sync = (at: number, items = given(a, b), check = { keys: [a, b], adds: false }) =>
      buffer.addAll({ user, device: 'd', given: items, read: [], check }, at);
    await sync(NOW);
    expect(sync(NOW + 59_999)).toBeNull();
    await sync(NOW + 1, given(a, b).with(0, { resource: 'sales', key: a, version: 4, changed: 4 }));
    expect(sent.at(-1)?.records.map(({ key, version }) => [key, version])).toEqual([[a, 4]]);
    await buffer.add(sampleRecord({ user, device: 'd', key: b, syncedAt: NOW + 2 }), b, NOW + 2);
    expect(sent.at(-1)?.records).toHaveLength(1);
    await sync(NOW + 60_000);
    expect(
      sent
        .at(-1)
        ?.records.map(({ key }) => key)
        .sort(),
    ).toEqual([a, b].sort());
    await sync(NOW + 60_001, given(a, b), { keys: [a], adds: false });
    expect(sent.at(-1)).toMatchObject({ records: [], checks: [{ tags: [a.slice(0, 16)] }] });
  });

  it('are noted each time with a resolution of 0, and of other devices anyhow', async () => {
    const { queue, sent } = countedQueue();
    const [user, a] = [unique('user'), unique('a')];
    const sync = (device: string, resolutionMs: number) =>
      syncBuffer(queue, stored, { ...quick, resolutionMs }).addAll(
        { user, device, given: given(a), read: [], check: null },
        NOW,
      );
    await sync('d', 60_000);
    await sync('e', 60_000);
    await sync('d', 0);
    expect(sent.map(({ records }) => records.map(({ device }) => device))).toEqual([['d'], ['e'], ['d']]);
  });

  it('of no device are only read', async () => {
    const { queue, sent } = countedQueue();
    const [a, b] = [unique('a'), unique('b')];
    const sync = { user: 'ada', device: null, given: given(a), read: [b], check: { keys: [a], adds: false } };
    const buffer = syncBuffer(queue, stored, quick);
    await buffer.addAll(sync, NOW);
    expect(sent).toEqual([{ records: [], read: [a, b].map((key) => ({ key, hour: 5 * HOUR })) }]);
    expect(buffer.addAll(sync, NOW)).toBeNull();
  });
});

describe('a refusal', () => {
  it('is told once an hour', async () => {
    const { queue, sent } = countedQueue();
    const refusal = { user: unique('user'), device: 'd', resource: 'sales', reason: 'group' as const };
    const buffer = syncBuffer(queue, stored, quick);
    await buffer.addRefusal(refusal, NOW);
    expect(buffer.addRefusal(refusal, NOW + 1)).toBeNull();
    await buffer.addRefusal({ ...refusal, reason: 'scope' }, NOW + 2);
    await buffer.addRefusal(refusal, NOW + HOUR);
    expect(sent.flatMap(({ refusals = [] }) => refusals)).toEqual([
      { ...refusal, hour: 5 * HOUR },
      { ...refusal, reason: 'scope', hour: 5 * HOUR },
      { ...refusal, hour: 6 * HOUR },
    ]);
  });
});

describe('a queue that fails', () => {
  it('loses nothing: the message goes back and leaves with what came meanwhile', async () => {
    const { queue, sent, tried } = countedQueue({ failing: 2 });
    const records = many(3);
    const buffer = syncBuffer(queue, stored, quick);
    await Promise.all(records.map((record) => buffer.add(record, record.key, NOW)));
    expect(tried).toHaveLength(3);
    expect(idsOf(sent)).toEqual(records.map(recordId).sort());
    expect(sent.flatMap((message) => message.read).map(({ key }) => key)).toEqual(records.map(({ key }) => key));
  });

  it('puts no failed record over a newer one', async () => {
    const record = sampleRecord({ syncedAt: 10 });
    const newer = { ...record, syncedAt: 20 };
    const sent: SyncMessage[] = [];
    const later: (Promise<void> | null)[] = [];
    const queue = {
      async send(message: SyncMessage) {
        if (later.length === 0) {
          later.push(buffer.add(newer, newer.key, NOW));
          throw new Error('the queue is down');
        }
        sent.push(message);
      },
    } as unknown as Queue<SyncMessage>;
    const buffer = syncBuffer(queue, stored, quick);
    await buffer.add(record, record.key, NOW);
    await Promise.all(later);
    expect(sent.flatMap((message) => message.records)).toEqual([newer]);
  });

  it('is repeated by one request, not by all; should that one die, by the next', async () => {
    const { queue, sent, tried } = countedQueue({ failing: 1 });
    const records = many(20);
    const [first = sampleRecord(), ...others] = records;
    let now = NOW;
    // Its pause is so long that it never sends again: the request might as well have died.
    const buffer = syncBuffer(queue, stored, { waitMs: 0, retryMs: 600_000, now: () => now });
    void buffer.add(first, first.key, NOW);
    await Promise.all(others.map((record) => buffer.add(record, record.key, NOW)));
    expect(tried).toHaveLength(1);
    now += 1_200_000;
    const last = sampleRecord();
    await buffer.add(last, last.key, NOW);
    expect(tried).toHaveLength(2);
    expect(idsOf(sent)).toEqual([...records, last].map(recordId).sort());
  });

  it('is passed over after 20 s: the records go to D1', async () => {
    const { queue, tried } = countedQueue({ failing: Number.POSITIVE_INFINITY });
    const user = unique('user');
    const records = many(3, { user });
    let now = NOW;
    const buffer = syncBuffer(queue, stored, {
      ...quick,
      now: () => {
        now += 1000;
        return now;
      },
    });
    await Promise.all(records.map((record) => buffer.add(record, record.key, NOW)));
    expect(tried.length).toBeGreaterThan(1);
    expect((await listed(stored, { user }, null, 10)).map(recordId).sort()).toEqual(records.map(recordId).sort());
  });

  it('keeps the records for the requests to come when D1 fails, too', async () => {
    const broken: SyncRecords = { ...stored, put: () => Promise.reject(new Error('D1 is down')) };
    const record = sampleRecord();
    const down = countedQueue({ failing: Number.POSITIVE_INFINITY });
    await syncBuffer(down.queue, broken, { ...quick, giveUpMs: 0 }).add(record, record.key, NOW);
    const { queue, sent } = countedQueue();
    const next = sampleRecord();
    await syncBuffer(queue, stored, quick).add(next, next.key, NOW);
    expect(idsOf(sent)).toEqual([record, next].map(recordId).sort());
  });
});
