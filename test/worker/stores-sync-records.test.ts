import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SyncRecord } from '../../src/ports/messages.ts';
import type { SyncFilter, SyncPlace } from '../../src/ports/sync-store.ts';
import { d1SyncRecords } from '../../src/stores/sync-records.ts';
import { recordingDatabase } from '../support/database.ts';
import { unique } from '../support/entries.ts';
import { listed, sampleRecord } from '../support/sync-records.ts';

const records = d1SyncRecords(env.DB);
const NOW = Date.now();
const of = (user: string) => listed(records, { user }, null, 1000);

/** The whole list in pages of three. */
async function pagesOf(filter: SyncFilter): Promise<SyncRecord[]> {
  const found: SyncRecord[] = [];
  for (let after: SyncPlace | null = null; ; ) {
    const page = await records.list(filter, after, 3);
    expect(page.records.length).toBeLessThanOrEqual(3);
    found.push(...page.records);
    if (page.next === null) break;
    after = page.next;
  }
  return found;
}

describe('putting records', () => {
  it('gives them back as they were put', async () => {
    const user = unique('Ada Löveläce 🦊 "x"');
    const all = [sampleRecord({ user, device: 'a' }), sampleRecord({ user, device: 'b' })];
    await records.put(all);
    expect(await of(user)).toEqual(all);
  });

  it.each([
    ['a later one', { syncedAt: 11, version: 1 }, true],
    ['a newer version at the same time', { syncedAt: 10, version: 6 }, true],
    ['an earlier one, whatever its version', { syncedAt: 9, version: 7 }, false],
    ['an older version at the same time', { syncedAt: 10, version: 4 }, false],
    ['the same again', { syncedAt: 10, version: 5 }, false],
  ])('lets the newest stand: %s', async (_name, other, isTaken) => {
    const user = unique('user');
    const standing = sampleRecord({ user, syncedAt: 10, version: 5, changed: 3 });
    const coming = { ...standing, ...other, changed: other.version === standing.version ? 3 : 4 };
    await records.put([standing]);
    await records.put([coming]);
    expect(await of(user)).toEqual([isTaken ? coming : standing]);
  });

  it('does not mind order and doubling within one statement', async () => {
    const user = unique('user');
    const record = sampleRecord({ user });
    const later = { ...record, syncedAt: record.syncedAt + 1 };
    await records.put([record, later, record, later]);
    expect(await of(user)).toEqual([later]);
  });

  it('costs three rows for a new device, one for a known one, and none for what is older', async () => {
    const { db, metas } = recordingDatabase(env.DB);
    const user = unique('user');
    const all = Array.from({ length: 500 }, (_record, at) => sampleRecord({ user, device: `d${at}` }));
    await d1SyncRecords(db).put(all);
    await d1SyncRecords(db).put(all.map((record) => ({ ...record, syncedAt: record.syncedAt + 1 })));
    await d1SyncRecords(db).put(all);
    const written = metas.map((meta) => meta.rows_written).filter((rows) => rows > 0);
    // Each in two statements of 64 KiB.
    expect(written).toEqual([1404, 96, 468, 32]);
  });
});

describe('the list of records', () => {
  /** Two users, devices, resources and keys in every combination, in the order of the list. */
  async function sixteen(): Promise<{ all: SyncRecord[]; names: Record<'user' | 'device' | 'resource', string[]> }> {
    const two = (prefix: string) => [unique(`${prefix}1`), unique(`${prefix}2`)];
    const names = { user: two('u'), device: two('d'), resource: two('r') };
    const keys = two('k');
    const all = names.user.flatMap((user) =>
      names.device.flatMap((device) =>
        names.resource.flatMap((resource) => keys.map((key) => sampleRecord({ user, device, resource, key }))),
      ),
    );
    await records.put(all.toReversed());
    return { all, names };
  }

  it.each([
    [['user']],
    [['user', 'device']],
    [['user', 'resource']],
    [['user', 'device', 'resource']],
    [['device']],
    [['resource']],
    [['device', 'resource']],
  ] as const)('goes by %j, in pages, in order', async (columns) => {
    const { all, names } = await sixteen();
    const wanted = Object.fromEntries(columns.map((column) => [column, names[column][1]]));
    const expected = all.filter((record) => columns.every((column) => record[column] === wanted[column]));
    expect(await pagesOf({ user: null, ...wanted })).toEqual(expected);
  });

  it('goes over all users', async () => {
    const { all } = await sixteen();
    const mine = new Set(all.map((record) => record.user));
    const found = await listed(records, { user: null }, null, 10_000);
    expect(found.filter((record) => mine.has(record.user))).toEqual(all);
  });

  it('continues after a record that was forgotten meanwhile', async () => {
    const user = unique('user');
    const all = ['a', 'b', 'c'].map((device) => sampleRecord({ user, device }));
    await records.put(all);
    const [first] = await listed(records, { user }, null, 1);
    await records.remove(user, 'a', 10, NOW);
    expect(await listed(records, { user }, first ?? null, 10)).toEqual(all.slice(1));
  });

  it('reads about as many rows as the page has', async () => {
    const { all, names } = await sixteen();
    const { db, metas } = recordingDatabase(env.DB);
    await d1SyncRecords(db).list({ user: names.user[0] ?? '' }, all[2] ?? null, 3);
    expect(metas[0]?.rows_read).toBeLessThanOrEqual(4);
  });
});

describe('forgetting records', () => {
  it('takes those of a user, up to the limit, and tells how many', async () => {
    const [user, other] = [unique('user'), unique('user')];
    const devices = ['a', 'b', 'c'];
    const all = devices.flatMap((device) => [sampleRecord({ user, device }), sampleRecord({ user: other, device })]);
    await records.put(all);
    expect(await records.remove(user, null, 2, NOW)).toBe(2);
    expect(await records.remove(user, null, 2, NOW)).toBe(1);
    expect(await records.remove(user, null, 2, NOW)).toBe(0);
    expect(await of(other)).toHaveLength(3);
  });

  it('takes those of one device only', async () => {
    const user = unique('user');
    await records.put(['a', 'a', 'b'].map((device) => sampleRecord({ user, device })));
    expect(await records.remove(user, 'a', 10, NOW)).toBe(2);
    expect((await of(user)).map((record) => record.device)).toEqual(['b']);
  });
});

describe('the walk that drops old records', () => {
  beforeEach(async () => {
    await env.DB.batch([env.DB.prepare('DELETE FROM devices'), env.DB.prepare('DELETE FROM walks')]);
  });

  it('drops what is older and nothing else, however small its steps, and starts again at the end', async () => {
    const user = unique('user');
    const make = (device: string, syncedAt: number) => sampleRecord({ user, device, syncedAt });
    await records.put([make('a', 99), make('b', 100), make('c', 1), make('d', 2), make('e', 200)]);
    for (let step = 0; step < 3; step++) await records.dropOld(100, 2);
    expect((await of(user)).map((record) => record.device)).toEqual(['b', 'e']);
    await records.put([make('a', 50)]);
    for (let step = 0; step < 2; step++) await records.dropOld(100, 2);
    expect((await of(user)).map((record) => record.device)).toEqual(['b', 'e']);
  });

  it('drops at most what it looked at', async () => {
    const user = unique('user');
    await records.put(['a', 'b', 'c'].map((device) => sampleRecord({ user, device, syncedAt: 1 })));
    await records.dropOld(100, 2);
    expect((await of(user)).map((record) => record.device)).toEqual(['c']);
  });

  it('reads few rows a step', async () => {
    const user = unique('user');
    await records.put(Array.from({ length: 50 }, (_record, at) => sampleRecord({ user, device: `d${at}` })));
    const { db, metas } = recordingDatabase(env.DB);
    await d1SyncRecords(db).dropOld(100, 10);
    expect(metas.reduce((sum, meta) => sum + meta.rows_read, 0)).toBeLessThan(30);
  });
});
