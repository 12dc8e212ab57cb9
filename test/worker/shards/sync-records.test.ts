/** SYNC_SHARDS: records of devices over several databases, while their number changes too. */

import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { hashOfText, shardOf } from '../../../src/core/shards.ts';
import { compareRecords, recordId } from '../../../src/core/sync-records.ts';
import type { SyncRecord } from '../../../src/ports/messages.ts';
import type { SyncFilter, SyncPlace, SyncRecords } from '../../../src/ports/sync-store.ts';
import { syncRecordsIn } from '../../../src/stores/databases.ts';
import { d1SyncRecords } from '../../../src/stores/sync-records.ts';
import { databases, followedBy, GROWTH, Rollout, rowsIn, under } from '../../support/shards.ts';
import { listed, sampleRecord } from '../../support/sync-records.ts';

const of = (now: number, before = now) => syncRecordsIn(env, { now, before });
const homeOf = (user: string) => shardOf(hashOfText(user), 3);
/** Users of whom each database of three has some; one whose name sorts otherwise in JavaScript than in SQLite. */
const USERS = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', '\u{ffff}', '\u{1f98a}'];

beforeEach(async () => {
  for (const db of databases) {
    await db.batch(['devices', 'forgotten', 'walks'].map((table) => db.prepare(`DELETE FROM ${table}`)));
  }
});

/** The whole list in pages. */
async function pagesOf(records: SyncRecords, filter: SyncFilter, limit: number): Promise<SyncRecord[]> {
  const found: SyncRecord[] = [];
  for (let after: SyncPlace | null = null; ; ) {
    const page = await records.list(filter, after, limit);
    expect(page.records.length).toBeLessThanOrEqual(limit);
    found.push(...page.records);
    if (page.next === null) break;
    after = page.next;
  }
  return found;
}

/** Users of each database, as they lie there. */
const placed = async () =>
  (await rowsIn<{ user: string }>('SELECT DISTINCT user FROM devices')).map((rows) => rows.map(({ user }) => user));
const atHome = () => [0, 1, 2].map((shard) => USERS.filter((user) => homeOf(user) === shard).sort());

describe('three databases', () => {
  it('have each a part of the users, and lists of all in order, page by page', async () => {
    const all = USERS.flatMap((user) => ['d', 'e'].map((device) => sampleRecord({ user, device }))).sort(
      compareRecords,
    );
    await of(3).put(all.toReversed());
    expect((await placed()).map((users) => users.sort())).toEqual(atHome());
    expect(Math.min(...(await placed()).map((users) => users.length))).toBeGreaterThan(0);
    for (const limit of [1, 3, 100]) expect(await pagesOf(of(3), { user: null }, limit)).toEqual(all);
    expect(await pagesOf(of(3), { user: null, device: 'e' }, 3)).toEqual(all.filter(({ device }) => device === 'e'));
    for (const user of USERS)
      expect(await listed(of(3), { user }, null, 9)).toEqual(all.filter((one) => one.user === user));
  });

  it('are each walked for old records', async () => {
    await of(3).put(USERS.map((user) => sampleRecord({ user, syncedAt: 1 })));
    await of(3).dropOld(2, 100);
    expect(await listed(of(3), { user: null }, null, 100)).toEqual([]);
  });
});

describe('while records lie in an old place yet', () => {
  const old = USERS.map((user) => sampleRecord({ user, device: 'old', key: 'k', syncedAt: 10, version: 1 }));

  it('lists read both places, and the newest record counts, wherever it is', async () => {
    const newer = old.map((record) => ({ ...record, syncedAt: 11, version: 2 }));
    const further = USERS.map((user) => sampleRecord({ user, device: 'new' }));
    await of(1).put(old);
    await of(3, 1).put([...newer.slice(0, 4), ...further]);
    // A late one of an old release.
    await of(1).put(newer.slice(4));
    // And what is out of date in the new place.
    await of(3).put(old.slice(4));
    const expected = [...newer, ...further].sort(compareRecords);
    for (const limit of [1, 5, 100]) expect(await pagesOf(of(3, 1), { user: null }, limit)).toEqual(expected);
    for (const user of USERS) {
      expect(await pagesOf(of(3, 1), { user }, 1)).toEqual(expected.filter((one) => one.user === user));
    }
  });

  it('the walk moves them, and what is newer in the new place stands', async () => {
    await of(1).put(old);
    const newer = old.map((record) => ({ ...record, syncedAt: 11, version: 2 }));
    await of(3).put(newer.slice(0, 3));
    const expected = [...newer.slice(0, 3), ...old.slice(3)].sort(compareRecords);
    await of(3, 1).moveStrays?.();
    expect((await placed()).map((users) => users.sort())).toEqual(atHome());
    expect(await listed(of(3), { user: null }, null, 100)).toEqual(expected);
  });

  it('the walk continues where it was, in steps of bounded length', async () => {
    const user = USERS.find((one) => homeOf(one) === 1) ?? '';
    const many = Array.from({ length: 11_000 }, (_record, at) => sampleRecord({ user, device: `d${at}`, key: 'k' }));
    const all = syncRecordsIn(env, { now: 1, before: 1 }, { maxDevices: null });
    for (let at = 0; at < many.length; at += 5500) await all.put(many.slice(at, at + 5500));
    const count = async () => (await rowsIn<{ n: number }>('SELECT count(*) AS n FROM devices')).map(([row]) => row?.n);
    await of(3, 1).moveStrays?.();
    expect(await count()).toEqual([1000, 10_000, 0]);
    await of(3, 1).moveStrays?.();
    expect(await count()).toEqual([0, 11_000, 0]);
  });

  it('forgetting takes them from both places, and counts each once', async () => {
    const user = USERS.find((one) => homeOf(one) !== 0) ?? '';
    const devices = ['a', 'b', 'c', 'd', 'e'];
    const records = devices.map((device) => sampleRecord({ user, device, key: 'k' }));
    await of(1).put(records.slice(0, 4));
    await of(3).put(records.slice(2));
    expect(await of(3, 1).remove(user, 'b', 9, Date.now())).toBe(1);
    const forgotten = [];
    for (let turn = 0; turn < 3; turn++) forgotten.push(await of(3, 1).remove(user, null, 2, Date.now()));
    expect(forgotten).toEqual([2, 2, 0]);
    expect((await placed()).flat()).toEqual([]);
  });

  it.each([
    ['all users', null],
    ['one user', 'dan'],
  ])('a list of %s that is under way while they move lacks none', async (_name, user) => {
    expect(homeOf('dan')).not.toBe(0);
    const expected = old.filter((record) => user === null || record.user === user).sort(compareRecords);
    for (const [now, before] of [
      [3, 1],
      [1, 3],
    ] as const) {
      await of(before).put(old);
      const bindings = followedBy(async () => of(now, before).moveStrays?.());
      expect(await listed(syncRecordsIn(bindings, { now, before }), { user }, null, 100)).toEqual(expected);
      expect(await listed(of(now), { user: null }, null, 100)).toHaveLength(old.length);
    }
  });

  it('and goes back as well', async () => {
    await of(3).put(old);
    expect(await pagesOf(of(1, 3), { user: null }, 3)).toEqual(old.toSorted(compareRecords));
    await of(1, 3).moveStrays?.();
    expect(await listed(d1SyncRecords(env.DB), { user: null }, null, 100)).toEqual(old.toSorted(compareRecords));
    expect((await placed()).slice(1)).toEqual([[], []]);
  });
});

it('loses no record and tells none twice while one database becomes three under load', async () => {
  const rollout = new Rollout<SyncRecords>((shards) => syncRecordsIn(env, shards), GROWTH);
  /** Newest version of each record: that D1 has taken, and that was ever sent. */
  const taken = new Map<string, number>();
  const sent = new Map<string, number>();
  const note = (versions: Map<string, number>, records: SyncRecord[]) => {
    for (const record of records) {
      versions.set(recordId(record), Math.max(record.version, versions.get(recordId(record)) ?? 0));
    }
  };
  let [written, read] = [0, 0];

  const writer = (number: number, put: (records: SyncRecord[]) => Promise<unknown>) => async () => {
    written += 1;
    const version = written;
    const records = [0, 1, 2].map((at) => {
      const user = USERS[(number + version + at) % USERS.length] ?? '';
      const record = sampleRecord({ user, device: `d${version % 2}`, key: `k${at}` });
      return { ...record, syncedAt: version, version, changed: version };
    });
    note(sent, records);
    await put(records);
    note(taken, records);
  };
  const reader = (user: string | null, limit: number) => async () => {
    const before = new Map(taken);
    const found = await rollout.do((store) => pagesOf(store, { user }, limit));
    read += 1;
    expect(found).toEqual(found.toSorted(compareRecords));
    const versions = new Map(found.map((record) => [recordId(record), record.version]));
    expect(versions.size).toBe(found.length);
    for (const [id, version] of versions) expect(version).toBeLessThanOrEqual(sent.get(id) ?? 0);
    for (const [id, version] of before) {
      if (user === null || JSON.parse(id)[0] === user) expect(versions.get(id) ?? 0).toBeGreaterThanOrEqual(version);
    }
  };
  /** Until some more writes and reads are done. What moves does so meanwhile. */
  const some = async (isOver: () => boolean) => {
    const [writes, reads] = [written + 4, read + 4];
    while (!isOver() && (written < writes || read < reads)) {
      await rollout.do(async (store) => {
        await store.moveStrays?.();
        await store.list({ user: 'nobody' }, null, 1);
      });
    }
  };

  const workers = [
    ...[0, 1].map((number) => writer(number, (records) => rollout.do((store) => store.put(records)))),
    writer(2, (records) => rollout.doLate((store) => store.put(records))),
    ...[7, 1000].map((limit) => reader(null, limit)),
    ...USERS.slice(3, 5).map((user) => reader(user, 2)),
  ];
  await under(workers, async (isOver) => {
    await some(isOver);
    for (const shards of GROWTH.slice(1)) {
      rollout.deploy(shards);
      await some(isOver);
      await rollout.finish();
      await some(isOver);
    }
  });
  expect((await placed()).map((users) => users.sort())).toEqual(atHome());
  const all = await listed(of(3), { user: null }, null, 1000);
  expect(new Map(all.map((record) => [recordId(record), record.version]))).toEqual(taken);
});
