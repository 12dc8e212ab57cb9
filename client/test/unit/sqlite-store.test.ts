/** The store in SQLite, over the SQLite of Node.js: real files, and handles that each have a connection of their own. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { nodeSqlite } from '../../examples/drivers/node-sqlite.ts';
import { type SqliteDriver, sqlite } from '../../src/sqlite.ts';
import type { StoreError } from '../../src/store/store.ts';
import { hasSerialOrder } from '../support/serial-order.ts';
import { settle } from '../support/settle.ts';
import { CASES } from '../support/store-conformance.ts';
import { delta, plain, rows, whole } from '../support/store-values.ts';

const folder = mkdtempSync(join(tmpdir(), 'freshet-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));
let names = 0;
const newName = () => `freshet:${++names}`;
const file = (name: string) => join(folder, `${name.replaceAll(':', '-')}.db`);
const store = sqlite(nodeSqlite(folder));

const first = whole('a', [rows(0, 0, 3), rows(0, 3, 5)]);
const second = delta('a', first.meta, 'second');
const before = { meta: first.meta, chunks: [rows(0, 0, 3), rows(0, 3, 5)], entries: [] };

/** A driver whose n-th statement goes as `fault` says. */
function failing(
  fault: (n: number, sql: string) => 'throws' | 'closes' | 'full' | 'malformed' | 'silent' | 'killed' | undefined,
) {
  const real = nodeSqlite(folder);
  let die = () => {};
  const death = new Promise<void>((resolve) => {
    die = resolve;
  });
  const seen = { openings: 0, connections: 0, statements: 0, isDead: false, death };
  const driver: SqliteDriver = {
    async open(name) {
      seen.openings += 1;
      const db = await real.open(name);
      seen.connections += 1;
      let isClosed = false;
      const close = async () => {
        if (isClosed) return;
        isClosed = true;
        seen.connections -= 1;
        await db.close();
      };
      const may = async (sql: string) => {
        if (seen.isDead || isClosed) throw new Error('Access to closed resource');
        seen.statements += 1;
        const now = fault(seen.statements, sql);
        if (now === 'throws') throw new Error('disk I/O error');
        if (now === 'full') throw new Error('Error code 13: database or disk is full');
        if (now === 'malformed') throw new Error('database disk image is malformed');
        if (now === 'silent') await new Promise(() => {});
        if (now === 'killed') seen.isDead = true;
        if (now) {
          await close();
          if (seen.isDead) die();
          throw new Error('Access to closed resource');
        }
      };
      return {
        exec: async (sql) => {
          await may(sql);
          return db.exec(sql);
        },
        run: async (sql, values) => {
          await may(sql);
          return db.run(sql, values);
        },
        all: async (sql, values) => {
          await may(sql);
          return db.all(sql, values);
        },
        close,
      };
    },
  };
  return { driver, seen };
}

/** A database that holds cache `a`, and a handle on it whose statements fail from then on. */
async function openDevice(fault: Parameters<typeof failing>[0]) {
  const name = newName();
  const clean = await store.open(name);
  await clean.device();
  await clean.commit(first);
  let begin = Number.POSITIVE_INFINITY;
  const { driver, seen } = failing((n, sql) => (n > begin ? fault(n - begin, sql) : undefined));
  const handle = await sqlite(driver).open(name);
  begin = seen.statements;
  const told: StoreError[] = [];
  handle.onLost((why) => told.push(why));
  return { name, clean, handle, seen, told, begin };
}

const CHANGES = {
  whole: whole('a', [rows(0, 7, 8)], { expected: 1, rev: 2, gen: 2, version: 2 }),
  delta: second,
};
const AFTER = {
  whole: { meta: CHANGES.whole.meta, chunks: [rows(0, 7, 8)], entries: [] },
  delta: { ...before, meta: second.meta, entries: ['second'] },
};

describe('sqlite', () => {
  it.each(CASES)('$name', async ({ run }) => {
    const name = newName();
    await run(() => store.open(name));
  });

  it('gives two or three tabs what some serial order of their calls gives (invariants 5, 6, 26)', async () => {
    const openOne = async () => {
      const name = newName();
      return () => store.open(name);
    };
    await hasSerialOrder(openOne, 40);
  });

  it('keeps all over a restart', async () => {
    const name = newName();
    const one = await store.open(name);
    const row = await one.device();
    await one.commit(first);
    await one.commit(second);
    await one.close();
    const two = await store.open(name);
    expect([await two.read('a'), await two.device()]).toEqual([AFTER.delta, row]);
    expect(store.lasts).toBe(true);
  });

  it('writes ahead, so that a reader waits for no writer', async () => {
    const name = newName();
    await (await store.open(name)).device();
    const db = new DatabaseSync(file(name));
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    db.close();
  });

  it('continues where the pragmas are refused', async () => {
    const { driver } = failing((_, sql) => (sql.startsWith('PRAGMA') ? 'throws' : undefined));
    const handle = await sqlite(driver).open(newName());
    await handle.device();
    expect(await handle.commit(first)).toBe('done');
  });

  it.each(['whole', 'delta'] as const)(
    'commits a %s or nothing when the app is killed at any statement (invariant 2)',
    async (kind) => {
      const ends = new Set<number>();
      for (let at = 1; ; at += 1) {
        const { name, handle, seen } = await openDevice((n) => (n === at ? 'killed' : undefined));
        const committing = Promise.allSettled([handle.commit(CHANGES[kind])]);
        await Promise.race([committing, seen.death]);
        const kept = await (await store.open(name)).read('a');
        expect([before, AFTER[kind]]).toContainEqual(kept);
        ends.add(kept?.meta.rev ?? 0);
        if (!seen.isDead) {
          expect(await committing).toEqual([{ status: 'fulfilled', value: 'done' }]);
          expect([...ends]).toEqual([1, 2]);
          return;
        }
      }
    },
  );

  it.each(['throws', 'closes'] as const)(
    'heals when any statement %s, and commits once (invariants 5, 10)',
    async (fault) => {
      for (let at = 1; ; at += 1) {
        const { clean, handle, seen, told, begin } = await openDevice((n) => (n === at ? fault : undefined));
        expect(await handle.commit(second)).toBe('done');
        expect(await clean.read('a')).toEqual(AFTER.delta);
        expect(told).toEqual([]);
        expect(seen.connections).toBe(1);
        if (seen.openings === 1) {
          expect(seen.statements - begin).toBe(at - 1);
          return;
        }
        expect(seen.openings).toBe(2);
      }
    },
  );

  it('is lost after three more openings, told once, and asks no more (invariants 7, 10)', async () => {
    const { handle, seen, told } = await openDevice((_, sql) => (sql.startsWith('BEGIN') ? 'closes' : undefined));
    await expect(handle.read('a')).rejects.toMatchObject({ name: 'StoreError', kind: 'lost' });
    expect([seen.openings, seen.connections, told.length]).toEqual([4, 0, 1]);
    const { statements } = seen;
    await expect(handle.commit(second)).rejects.toMatchObject({ kind: 'lost' });
    expect([seen.openings, seen.statements, told.length]).toEqual([4, statements, 1]);
  });

  it('does not wait forever for a driver that never answers (invariant 10)', async () => {
    const { handle, told } = await openDevice((_, sql) => (sql.startsWith('SELECT') ? 'silent' : undefined));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      expect(await settle(handle.read('a'))).toMatchObject({ status: 'rejected', reason: { kind: 'lost' } });
      expect([told.length, vi.getTimerCount()]).toEqual([1, 0]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is refused as full, leaves all as it was and continues, when a write finds no room (invariant 11)', async () => {
    let isFull = true;
    const { clean, handle, seen, told } = await openDevice((_, sql) =>
      isFull && sql.startsWith('REPLACE') ? 'full' : undefined,
    );
    await expect(handle.commit(second)).rejects.toMatchObject({ name: 'StoreError', kind: 'full' });
    expect(await clean.read('a')).toEqual(before);
    isFull = false;
    expect(await handle.commit(second)).toBe('done');
    expect([seen.openings, told]).toEqual([1, []]);
  });

  it('counts a copy as none whose pages are broken (invariant 10)', async () => {
    const { handle } = await openDevice((_, sql) => (sql.startsWith('SELECT * FROM chunk') ? 'malformed' : undefined));
    expect(await handle.read('a')).toBeNull();
    expect(await handle.commit(whole('a', []))).toBe('done');
  });

  it('counts a meta that is not JSON as none, and can replace it (invariant 10)', async () => {
    const { name, clean } = await openDevice(() => undefined);
    const db = new DatabaseSync(file(name));
    db.exec(`UPDATE meta SET value = '{"format":1,'`);
    db.close();
    expect([await clean.read('a'), [...(await clean.list())]]).toEqual([null, []]);
    expect(await clean.commit(first)).toBe('done');
    expect(await clean.read('a')).toEqual(before);
  });

  it('is lost at once when a later release has changed the database (invariant 20)', async () => {
    const { name } = await openDevice(() => undefined);
    const db = new DatabaseSync(file(name));
    db.exec(`UPDATE client SET value = 2 WHERE name = 'version'`);
    db.close();
    const { driver, seen } = failing(() => undefined);
    await expect(sqlite(driver).open(name)).rejects.toMatchObject({ name: 'StoreError', kind: 'lost' });
    expect([seen.openings, seen.connections]).toEqual([1, 0]);
  });

  it('is lost when the file is no database', async () => {
    const name = newName();
    writeFileSync(file(name), 'not a database, but long enough to be taken for one'.repeat(100));
    await expect(store.open(name)).rejects.toMatchObject({ name: 'StoreError', kind: 'lost' });
  });

  it('reads the bytes that React Native gives by FileReader', async () => {
    const name = newName();
    const handle = await store.open(name);
    await handle.device();
    const bytes = [0, 255, 128, 10];
    class Reader {
      result = '';
      onload = () => {};
      readAsDataURL(blob: Blob) {
        blob.bytes().then((read) => {
          this.result = `data:${blob.type};base64,${Buffer.from(read).toString('base64')}`;
          this.onload();
        }, this.onload);
      }
    }
    Object.assign(globalThis, { FileReader: Reader });
    try {
      await handle.commit(whole('a', [{ table: -1, data: new Blob([Uint8Array.from(bytes)], { type: 'image/png' }) }]));
    } finally {
      Reflect.deleteProperty(globalThis, 'FileReader');
    }
    expect((await plain(await handle.read('a')))?.chunks).toEqual([{ table: -1, type: 'image/png', bytes }]);
  });
});
