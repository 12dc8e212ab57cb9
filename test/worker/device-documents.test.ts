/** The documents of devices: what is merged in SQL comes to the same as a simple oracle makes of it. */
import { createMessageBatch } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { tagOfKey } from '../../src/core/etag.ts';
import { compareRecords, recordId } from '../../src/core/sync-records.ts';
import { runCron } from '../../src/cron.ts';
import { recordSyncs } from '../../src/flows/read/record-syncs.ts';
import type { DeviceCheck, Refusal, SyncMessage, SyncRecord } from '../../src/ports/messages.ts';
import type { DeviceDocument } from '../../src/ports/sync-store.ts';
import { handleSyncBatch } from '../../src/queues/sync-queue.ts';
import { makeServices } from '../../src/services.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { d1SyncRecords } from '../../src/stores/sync-records.ts';
import { recordingDatabase } from '../support/database.ts';
import { unique } from '../support/entries.ts';
import { listed, sampleRecord } from '../support/sync-records.ts';

const DAY = 86_400_000;
const NOW = Date.now();
const store = d1SyncRecords(env.DB);
const entries = d1Entries(env.DB);
const of = (user: string) => listed(store, { user }, null, 5000);
const deviceOf = async (user: string): Promise<DeviceDocument | undefined> =>
  (await store.listDevices({ user }, null, 10)).devices[0];

/** A row as a release before this one wrote it. */
async function putFormer(...records: SyncRecord[]): Promise<void> {
  const insert = env.DB.prepare('INSERT OR REPLACE INTO sync_records VALUES (?, ?, ?, ?, ?, ?, ?)');
  await env.DB.batch(
    records.map((one) =>
      insert.bind(one.user, one.device, one.resource, one.key, one.syncedAt, one.version, one.changed),
    ),
  );
}
const formerCount = () => env.DB.prepare('SELECT count(*) AS n FROM sync_records').first<number>('n');

beforeEach(async () => {
  await env.DB.batch(
    ['devices', 'forgotten', 'sync_records', 'walks'].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
});

/** What notes come to, one after the other in order of time: maps and maxima, nothing of SQL. */
function oracle(messages: readonly SyncMessage[]) {
  const caches = new Map<string, SyncRecord>();
  for (const record of messages.flatMap(({ records }) => records)) {
    const other = caches.get(recordId(record));
    const isNewer =
      other === undefined ||
      record.syncedAt > other.syncedAt ||
      (record.syncedAt === other.syncedAt && record.version > other.version);
    if (isNewer) caches.set(recordId(record), record);
  }
  const checks = messages.flatMap((message) => message.checks ?? []);
  const checked = Math.max(0, ...checks.filter(({ adds }) => !adds).map(({ at }) => at));
  const held = checks.filter(({ at }) => at >= checked).flatMap(({ tags, at }) => tags.map((tag) => ({ tag, at })));
  const holds: Record<string, number> = {};
  for (const { tag, at } of held) holds[tag] = Math.max(at, holds[tag] ?? 0);
  const refusals = new Map<string, number>();
  for (const { reason, resource, hour } of messages.flatMap((message) => message.refusals ?? [])) {
    refusals.set(`${reason} ${resource}`, Math.max(hour, refusals.get(`${reason} ${resource}`) ?? 0));
  }
  const newest = [...refusals].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 5);
  return { caches: [...caches.values()].sort(compareRecords), checked, holds, refusals: Object.fromEntries(newest) };
}

const KEYS = Array.from({ length: 6 }, (_, n) => String(n).repeat(64));
const time = fc.integer({ min: 1, max: 9 });
const record = fc
  .record({ key: fc.constantFrom(...KEYS), syncedAt: time, version: fc.integer({ min: 1, max: 4 }) })
  .map((some) => ({ device: 'd', resource: 'r', ...some, changed: Math.ceil(some.version / 2) }));
const check = fc.record({
  device: fc.constant('d'),
  at: time,
  tags: fc.uniqueArray(fc.constantFrom(...KEYS.map(tagOfKey))),
  adds: fc.boolean(),
});
const refusal = fc.record({
  device: fc.constant('d'),
  resource: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
  reason: fc.constantFrom<('group' | 'scope')[]>('group', 'scope'),
  hour: time,
});
const message = fc.record({
  records: fc.array(record, { maxLength: 5 }),
  read: fc.constant([]),
  checks: fc.array(check, { maxLength: 2 }),
  refusals: fc.array(refusal, { maxLength: 4 }),
});

it('any order, doubling and grouping of messages gives what the oracle gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 6 }).chain((sent) =>
        fc.record({
          sent: fc.constant(sent),
          // Each at least once, some twice, in any order.
          came: fc
            .array(fc.nat(sent.length - 1), { maxLength: 6 })
            .chain((more) => fc.shuffledSubarray([...sent.keys(), ...more], { minLength: sent.length + more.length })),
          batch: fc.integer({ min: 1, max: 4 }),
        }),
      ),
      async ({ sent, came, batch }) => {
        const user = unique('user');
        const owned = sent.map((one) => ({
          records: one.records.map((some): SyncRecord => ({ user, ...some })),
          read: [],
          checks: one.checks.map((some): DeviceCheck => ({ user, ...some })),
          refusals: one.refusals.map((some): Refusal => ({ user, ...some })),
        }));
        const delivered = came.map((at) => owned[at] as SyncMessage);
        for (let at = 0; at < delivered.length; at += batch) {
          await recordSyncs(delivered.slice(at, at + batch), { syncRecords: store, entries });
        }
        const wanted = oracle(owned);
        expect(await of(user)).toEqual(wanted.caches);
        const found = await deviceOf(user);
        expect({ ...found?.holds }).toEqual(wanted.holds);
        expect(found?.checked ?? 0).toBe(wanted.checked);
        expect({ ...found?.refusals }).toEqual(wanted.refusals);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

describe('a document', () => {
  it('costs one row however many caches a sync names, and none for what it has', async () => {
    const { db, metas } = recordingDatabase(env.DB);
    const user = unique('user');
    const ten = (syncedAt: number) =>
      KEYS.concat('a', 'b', 'c', 'd').map((key) => sampleRecord({ user, key, syncedAt }));
    for (const syncedAt of [1, 2, 2, 1]) await d1SyncRecords(db).put(ten(syncedAt));
    const written = metas.filter(({ rows_written }) => rows_written > 0).map(({ rows_written }) => rows_written);
    expect(written).toEqual([3, 1]);
  });

  it('has the 1,000 caches that were given last', async () => {
    const user = unique('user');
    const many = Array.from({ length: 1300 }, (_, n) => sampleRecord({ user, key: `k${n}`, syncedAt: n }));
    await store.put(many.slice(500));
    await store.put(many.slice(0, 900));
    expect((await of(user)).map(({ syncedAt }) => syncedAt).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, n) => n + 300),
    );
  });

  it('that fails delays no other: only its messages come again', async () => {
    const [bad, good] = [unique('bad'), unique('good')];
    await store.put([sampleRecord({ user: bad })]);
    await env.DB.prepare("UPDATE devices SET caches = '{' WHERE user = ?").bind(bad).run();
    const bodies = [bad, good, good].map((user) => ({ records: [sampleRecord({ user })], read: [] }));
    const messages = bodies.map((body, at) => ({
      id: String(at),
      timestamp: new Date(),
      attempts: 1,
      body,
      ack: vi.fn(),
      retry: vi.fn(),
    }));
    await handleSyncBatch({ queue: 'freshet-sync', messages } as unknown as MessageBatch<unknown>, {
      syncRecords: store,
      entries,
    });
    expect(messages.map(({ ack, retry }) => [ack.mock.calls.length, retry.mock.calls.length])).toEqual([
      [0, 1],
      [1, 0],
      [1, 0],
    ]);
    expect(await of(good)).toHaveLength(2);
  });

  it('lacks nothing of two consumers that write it at once, nor of one that dies and is repeated', async () => {
    const user = unique('user');
    const records = Array.from({ length: 40 }, (_, n) => sampleRecord({ user, key: `k${n}` }));
    const send = (some: SyncRecord[]) => ({ records: some, read: [] });
    await Promise.all([
      ...records.map((one) => recordSyncs([send([one])], { syncRecords: store, entries })),
      recordSyncs([send(records.slice(0, 20))], { syncRecords: store, entries }),
    ]);
    // The documents were written, the consumer died before it acknowledged.
    const dies = { ...entries, touch: () => Promise.reject(new Error('killed')) };
    const batch = createMessageBatch('freshet-sync', [
      { id: '1', timestamp: new Date(), attempts: 1, body: send(records.slice(10)) },
    ]);
    await handleSyncBatch(batch, { syncRecords: store, entries: dies });
    await recordSyncs([send(records.slice(10))], { syncRecords: store, entries });
    expect(await of(user)).toEqual(records.toSorted(compareRecords));
  });
});

describe('devices of a user', () => {
  const three = d1SyncRecords(env.DB, { maxDevices: 3 });
  const seen = (user: string, device: string, syncedAt: number) => sampleRecord({ user, device, key: 'k', syncedAt });

  it('beyond the most take the place of those that were seen least recently, but of none seen within 7 days', async () => {
    const user = unique('user');
    await three.put([seen(user, 'old', NOW - 30 * DAY), seen(user, 'older', NOW - 40 * DAY), seen(user, 'new', NOW)]);
    expect(await three.put([seen(user, 'first', NOW)])).toEqual({ failed: [], refused: [] });
    expect((await of(user)).map(({ device }) => device)).toEqual(['first', 'new', 'old']);
    const more = ['p', 'q', 'r'].map((device) => seen(user, device, NOW));
    const { refused } = await three.put(more);
    expect(refused).toHaveLength(2);
    const devices = (await of(user)).map(({ device }) => device);
    expect(devices).toHaveLength(3);
    expect(devices).toEqual(expect.arrayContaining(['first', 'new']));
  });

  it('that are known continue being noted, and other users are not held up', async () => {
    const [user, other] = [unique('user'), unique('other')];
    await three.put(['a', 'b', 'c'].map((device) => seen(user, device, NOW - 10)));
    const { refused } = await three.put([seen(user, 'a', NOW), seen(user, 'd', NOW), seen(other, 'd', NOW)]);
    expect(refused).toEqual([{ user, device: 'd' }]);
    expect((await of(user)).map(({ syncedAt }) => syncedAt)).toEqual([NOW, NOW - 10, NOW - 10]);
    expect(await of(other)).toHaveLength(1);
  });

  it('that are not noted are told as a figure and, once a minute and user, in the log', async () => {
    const user = unique('user');
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const write = vi.fn();
    await three.put(['a', 'b', 'c'].map((device) => seen(user, device, NOW)));
    for (const device of ['x', 'y']) {
      const body = { records: [seen(user, device, NOW)], read: [] };
      const batch = createMessageBatch('freshet-sync', [{ id: '1', timestamp: new Date(), attempts: 1, body }]);
      await handleSyncBatch(batch, { syncRecords: three, entries }, { write });
    }
    expect(write.mock.calls.filter(([figure]) => figure === 'devices_refused')).toEqual([
      ['devices_refused', {}, { devices: 1 }],
      ['devices_refused', {}, { devices: 1 }],
    ]);
    const lines = warned.mock.calls.map(([line]) => JSON.parse(String(line)));
    expect(lines.filter(({ event }) => event === 'sync_queue.devices_refused')).toMatchObject([{ user, devices: 1 }]);
    warned.mockRestore();
  });
});

describe('who was forgotten', () => {
  it('is brought back by nothing that was noted before', async () => {
    const user = unique('leaver');
    const [before, after] = [sampleRecord({ user, syncedAt: NOW - 1 }), sampleRecord({ user, syncedAt: NOW + 1 })];
    await store.put([before]);
    expect(await store.remove(user, null, 10, NOW)).toBe(1);
    await store.put([before, sampleRecord({ user, device: 'other', syncedAt: NOW })], {
      checks: [{ user, device: 'tablet', at: NOW - 5, tags: ['0'], adds: false }],
      refusals: [{ user, device: 'tablet', resource: 'r', reason: 'group', hour: NOW - 7 }],
    });
    expect((await store.listDevices({ user }, null, 10)).devices).toEqual([]);
    await store.put([before, after]);
    expect(await of(user)).toEqual([after]);
  });

  it('is not brought back by the walk over former records either', async () => {
    const user = unique('leaver');
    const record = sampleRecord({ user, syncedAt: NOW - 1 });
    await store.remove(user, null, 10, NOW);
    await putFormer(record);
    await store.moveFormer();
    expect(await of(user)).toEqual([]);
    expect(await formerCount()).toBe(0);
  });

  it('of one device leaves the others', async () => {
    const user = unique('user');
    const late = ['lost', 'kept'].map((device) => sampleRecord({ user, device, syncedAt: NOW - 1 }));
    await store.remove(user, 'lost', 10, NOW);
    await store.put(late);
    expect((await of(user)).map(({ device }) => device)).toEqual(['kept']);
  });

  it('is marked for a day', async () => {
    const user = unique('leaver');
    await store.remove(user, null, 10, NOW);
    const marks = () => env.DB.prepare('SELECT count(*) AS n FROM forgotten').first<number>('n');
    await runCron(
      makeServices(env, () => {}),
      NOW + DAY - 1,
    );
    expect(await marks()).toBe(1);
    await runCron(
      makeServices(env, () => {}),
      NOW + DAY + 1,
    );
    expect(await marks()).toBe(0);
  });
});

describe('records of the former table', () => {
  it('stand in lists beside documents, the newest of each', async () => {
    const user = unique('user');
    const records = ['a', 'b', 'c', 'd'].map((key) => sampleRecord({ user, key, syncedAt: 10, version: 2 }));
    const [a, b, c, d] = records as [SyncRecord, SyncRecord, SyncRecord, SyncRecord];
    await putFormer(a, { ...b, syncedAt: 9 }, { ...c, version: 3, changed: 3 });
    await store.put([b, c, d]);
    const wanted = [a, b, { ...c, version: 3, changed: 3 }, d];
    for (const limit of [1, 3, 10]) {
      const found: SyncRecord[] = [];
      for (let page = await store.list({ user }, null, limit); ; ) {
        found.push(...page.records);
        if (page.next === null) break;
        page = await store.list({ user }, page.next, limit);
      }
      expect(found).toEqual(wanted);
    }
    expect((await deviceOf(user))?.caches).toEqual({
      'sales a': '0000000000000010 0000000000000002 2',
      'sales b': '0000000000000010 0000000000000002 2',
      'sales c': '0000000000000010 0000000000000003 3',
      'sales d': '0000000000000010 0000000000000002 2',
    });
  });

  it('are moved by the cron as they were read: what an older release writes meanwhile stays for the next turn', async () => {
    const user = unique('user');
    const record = sampleRecord({ user, key: 'k', syncedAt: NOW - 10 });
    const newer = { ...record, syncedAt: NOW - 9 };
    await putFormer(record);
    let isRead = false;
    const { db } = recordingDatabase(env.DB, async () => {
      if (!isRead) await putFormer(newer);
      isRead = true;
    });
    await d1SyncRecords(db).moveFormer();
    expect(await formerCount()).toBe(1);
    expect(await of(user)).toEqual([newer]);
    await runCron(
      makeServices(env, () => {}),
      NOW,
    );
    expect(await formerCount()).toBe(0);
    expect(await of(user)).toEqual([newer]);
  });

  it('are forgotten with the rest, each counted once', async () => {
    const user = unique('user');
    const records = ['a', 'b', 'c'].map((key) => sampleRecord({ user, key }));
    await putFormer(...records.slice(0, 2));
    await store.put(records.slice(1));
    expect(await store.remove(user, null, 10, NOW)).toBe(3);
    expect(await of(user)).toEqual([]);
  });
});

describe('lists', () => {
  it('of one resource among all users look at 1,000 devices a page, and say where to continue', async () => {
    const resource = unique('rare');
    const all = Array.from({ length: 2500 }, (_, n) =>
      sampleRecord({ user: `u${String(n).padStart(5, '0')}`, device: 'd' }),
    );
    const rare = all.filter((_, n) => n === 3 || n === 2400).map((one) => ({ ...one, resource }));
    await store.put([...all, ...rare]);
    const first = await store.list({ user: null, resource }, null, 10);
    expect(first.records).toEqual(rare.slice(0, 1));
    expect(first.next).not.toBeNull();
    const second = await store.list({ user: null, resource }, first.next, 10);
    expect(second).toMatchObject({ records: [], next: { resource, key: 'f'.repeat(64) } });
    expect(await listed(store, { user: null, resource }, null, 10)).toEqual(rare);
  });

  it('of large documents read at most 4 MiB a page', async () => {
    const user = unique('user');
    const devices = Array.from({ length: 60 }, (_, n) => `d${String(n).padStart(2, '0')}`);
    const keys = Array.from({ length: 1000 }, (_, n) => String(n).padStart(64, '0'));
    await store.put(keys.map((key) => sampleRecord({ user, device: 'd00', key })));
    await env.DB.prepare(
      `INSERT OR IGNORE INTO devices SELECT user, value, rev, seen, checked, caches, holds, refusals
      FROM devices, json_each(?) WHERE user = ?`,
    )
      .bind(JSON.stringify(devices.slice(1)), user)
      .run();
    const { db, metas } = recordingDatabase(env.DB);
    const { records, next } = await d1SyncRecords(db).list({ user, resource: 'none' }, null, 1000);
    expect(records).toEqual([]);
    expect(next).toMatchObject({ user, resource: 'none' });
    expect(metas.length).toBeLessThanOrEqual(2);
    const found = new Set<string>();
    for (let page = await store.listDevices({ user }, null, 200); ; ) {
      const caches = page.devices.reduce((sum, device) => sum + Object.keys(device.caches).length, 0);
      expect(caches).toBeLessThanOrEqual(10_000);
      for (const { device } of page.devices) found.add(device);
      if (page.next === null) break;
      page = await store.listDevices({ user }, page.next, 200);
    }
    expect([...found]).toEqual(devices);
  });
});

it('the walk that drops old records leaves a device that synchronised meanwhile', async () => {
  const user = unique('user');
  const [old, kept] = [
    sampleRecord({ user, key: 'old', syncedAt: 10 }),
    sampleRecord({ user, key: 'new', syncedAt: 200 }),
  ];
  const again = { ...old, syncedAt: 300 };
  await store.put([old, kept]);
  const other = sampleRecord({ user, device: 'gone', syncedAt: 1 });
  await store.put([other]);
  let reads = 0;
  const { db } = recordingDatabase(env.DB, async () => {
    reads += 1;
    if (reads === 2) await store.put([again, { ...other, syncedAt: 400 }]);
  });
  await d1SyncRecords(db).dropOld(100, 10);
  expect((await of(user)).map(({ syncedAt }) => syncedAt)).toEqual([400, 200, 300]);
  await store.put([{ ...old, key: 'third', syncedAt: 50 }]);
  await store.dropOld(250, 10);
  expect((await of(user)).map(({ syncedAt }) => syncedAt)).toEqual([400, 300]);
});
