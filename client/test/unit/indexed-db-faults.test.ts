/** IndexedDB failing at each of its steps: what is kept stays one version, and the store heals or says that it is lost. */

import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { indexedDb } from '../../src/store/indexed-db.ts';
import type { StoredChange, StoreError, StoreHandle } from '../../src/store/store.ts';
import { FailingIndexedDb, type Fault, type Step } from '../support/failing-indexed-db.ts';
import { settle, settled } from '../support/settle.ts';
import { delta, note, rows, whole } from '../support/store-values.ts';

globalThis.IDBKeyRange = IDBKeyRange;
const NAME = 'freshet:1';
const OPENINGS_A_CALL = 4;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const first = whole('a', [rows(0, 0, 3), rows(0, 3, 5)]);
const second = delta('a', first.meta, 'second');
const CHANGES: Record<string, StoredChange> = {
  whole: whole('a', [rows(0, 7, 8)], { expected: 2, rev: 3, gen: 2, version: 3 }),
  delta: delta('a', second.meta, 'third'),
  note: note('a', second.meta, { checkedAt: 9 }),
};
const before = { meta: second.meta, chunks: [rows(0, 0, 3), rows(0, 3, 5)], entries: ['second'] };
const AFTER: Record<string, unknown> = {
  whole: { meta: CHANGES.whole?.meta, chunks: [rows(0, 7, 8)], entries: [] },
  delta: { meta: CHANGES.delta?.meta, chunks: before.chunks, entries: ['second', 'third'] },
  note: { ...before, meta: CHANGES.note?.meta },
};

/** A device that holds cache `a` at revision 2; `platform` is what one app sees of it, `clean` another app without faults. */
async function device(fault?: (step: Step) => Fault | undefined) {
  const real = new IDBFactory();
  const clean = await settled(indexedDb({ factory: () => real }).open(NAME));
  await settled(clean.device());
  await settled(clean.commit(first));
  await settled(clean.commit(second));
  const platform = new FailingIndexedDb(real, fault);
  const store = indexedDb({ factory: platform.factory });
  return { real, clean, platform, store };
}

/** The same with the app's handle open, and faults from then on. */
async function openDevice(fault: (step: Step) => Fault | undefined) {
  let begin = Number.POSITIVE_INFINITY;
  const made = await device(({ n, ...step }) => (n > begin ? fault({ n: n - begin, ...step }) : undefined));
  const handle = await settled(made.store.open(NAME));
  begin = made.platform.steps;
  const told: StoreError[] = [];
  handle.onLost((why) => told.push(why));
  return { ...made, handle, told, openings: made.platform.openings };
}

/** How many steps a call takes when nothing fails. */
async function stepsOf(call: (handle: StoreHandle) => Promise<unknown>): Promise<number> {
  const { handle, platform } = await openDevice(() => undefined);
  const before = platform.steps;
  await settled(call(handle));
  return platform.steps - before;
}

describe.each(Object.entries(CHANGES))('a commit of a %s', (kind, change) => {
  it('is done or not at all when the app is killed at any step (invariant 2)', async () => {
    const ends = new Set<string>();
    const steps = await stepsOf((handle) => handle.commit(change));
    expect(steps).toBeGreaterThan(6);
    for (let at = 1; at <= steps; at += 1) {
      const { real, platform, handle } = await openDevice(({ n }) => (n === at ? 'killed' : undefined));
      const ended = settle(handle.commit(change));
      expect((await ended).status).toBe('rejected');
      expect(platform.isDead).toBe(true);
      const next = await settled(indexedDb({ factory: () => real }).open(NAME));
      const kept = await settled(next.read('a'));
      expect([before, AFTER[kind]]).toContainEqual(kept);
      ends.add(kept?.meta.rev === 2 ? 'before' : 'after');
      // What follows is as usual.
      const expected = kept?.meta.rev ?? null;
      expect(await settled(next.commit(whole('a', [], { expected, rev: 9, gen: 9 })))).toBe('done');
    }
    expect(ends).toEqual(new Set(['before', 'after']));
  });

  it.each(['throws', 'fails', 'silent', 'closes', 'dies'] as const)(
    'heals when any one step %s: done once, told truly (invariants 2, 5, 10)',
    async (fault) => {
      const steps = await stepsOf((handle) => handle.commit(change));
      for (let at = 1; at <= steps; at += 1) {
        const { clean, platform, handle, told, openings } = await openDevice(({ n }) => (n === at ? fault : undefined));
        const ended = await settled(handle.commit(change));
        const kept = await settled(clean.read('a'));
        expect(kept).toEqual(AFTER[kind]);
        // Where only the news of the first try was lost, the second one finds its own revision.
        if (ended === 'conflict') expect(kept?.meta.rev).toBe(change.meta.rev);
        expect(await settled(handle.read('a'))).toEqual(AFTER[kind]);
        expect(platform.openings - openings).toBeLessThanOrEqual(1);
        expect(platform.connections).toBe(1);
        expect(told).toEqual([]);
      }
    },
  );

  it('is refused as full, and leaves all as it was, when any write or the commit meets the quota (invariant 11)', async () => {
    const steps = await stepsOf((handle) => handle.commit(change));
    let refused = 0;
    for (let at = 1; at <= steps; at += 1) {
      const { clean, platform, handle, told, openings } = await openDevice(({ n, what, request }) =>
        n === at && (what === 'transaction' || request?.startsWith('put')) ? 'full' : undefined,
      );
      const ended = await settle(handle.commit(change));
      if (ended.status === 'rejected') {
        refused += 1;
        expect(ended.reason).toMatchObject({ name: 'StoreError', kind: 'full' });
        expect(await settled(clean.read('a'))).toEqual(before);
      }
      // The handle is as good as before: an eviction makes room, and it goes on.
      expect(platform.openings).toBe(openings);
      expect(told).toEqual([]);
      const expected = ended.status === 'rejected' ? 2 : 3;
      expect(await settled(handle.commit(whole('a', [], { expected, rev: 9, gen: 9 })))).toBe('done');
    }
    expect(refused).toBeGreaterThanOrEqual(3);
  });
});

describe('a wipe', () => {
  it('is done or not at all when the app is killed at any step (invariants 2, 26)', async () => {
    const ends = new Set<string>();
    const steps = await stepsOf((handle) => handle.wipe());
    for (let at = 1; at <= steps; at += 1) {
      const { real, handle } = await openDevice(({ n }) => (n === at ? 'killed' : undefined));
      expect((await settle(handle.wipe())).status).toBe('rejected');
      const next = await settled(indexedDb({ factory: () => real }).open(NAME));
      const { generation } = await settled(next.device());
      expect([generation, await settled(next.read('a'))]).toEqual(generation === 1 ? [1, before] : [2, null]);
      ends.add(`${generation}`);
    }
    expect(ends).toEqual(new Set(['1', '2']));
  });
});

const CALLS: Record<string, (handle: StoreHandle) => Promise<unknown>> = {
  read: (handle) => handle.read('a'),
  commit: (handle) => handle.commit(note('a', second.meta)),
  drop: (handle) => handle.drop(['a'], 1),
  list: (handle) => handle.list(),
  device: (handle) => handle.device(),
  setDevice: (handle) => handle.device().then((row) => handle.setDevice({ ...row, rev: row.rev + 1 })),
  wipe: (handle) => handle.wipe(),
};

describe('a connection that is lost', () => {
  it.each(Object.entries(CALLS))(
    'is opened again within a %s after each kind of fault (invariant 10)',
    async (_, call) => {
      for (const fault of ['throws', 'fails', 'silent', 'closes', 'dies'] as const) {
        const { platform, handle, told, openings } = await openDevice(({ n }) => (n === 1 ? fault : undefined));
        await settled(call(handle));
        expect(platform.openings - openings).toBeLessThanOrEqual(1);
        expect(told).toEqual([]);
      }
    },
  );

  it.each(['throws', 'fails', 'silent', 'closes', 'dies'] as const)(
    'is given up after three more openings where each transaction %s, told once, and asked no more (invariants 7, 10)',
    async (fault) => {
      const { platform, handle, told, openings } = await openDevice(({ what }) =>
        what === 'transaction' ? fault : undefined,
      );
      const ended = await settle(handle.wipe());
      expect(ended).toMatchObject({ status: 'rejected', reason: { name: 'StoreError', kind: 'lost' } });
      expect(told).toEqual([(ended as PromiseRejectedResult).reason]);
      // Silence costs the whole of one's patience each time.
      expect(platform.openings - openings).toBe(fault === 'silent' ? 1 : OPENINGS_A_CALL - 1);
      expect(platform.connections).toBe(0);
      const [asked, steps] = [platform.openings, platform.steps];
      for (const call of Object.values(CALLS))
        expect(await settle(call(handle))).toMatchObject({ status: 'rejected', reason: { kind: 'lost' } });
      expect([platform.openings, platform.steps, told.length]).toEqual([asked, steps, 1]);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('is opened once for many calls that fail together, and all of them end well (invariant 10)', async () => {
    let isBroken = true;
    const { platform, handle, openings } = await openDevice(({ what }) => {
      if (what === 'opened') isBroken = false;
      return what === 'transaction' && isBroken ? 'dies' : undefined;
    });
    const reads = await settled(Promise.all(Array.from({ length: 20 }, () => handle.read('a'))));
    expect(reads).toEqual(reads.map(() => before));
    expect(platform.openings - openings).toBe(1);
  });

  it('is opened again without a failed call, and without a wait, when the platform told that it closed (invariant 10)', async () => {
    const { platform, handle, openings } = await openDevice(() => undefined);
    platform.close();
    let ended: unknown;
    handle.read('a').then((stored) => {
      ended = stored;
    });
    for (let turn = 0; turn < 300; turn += 1) await new Promise(setImmediate);
    expect(ended).toEqual(before);
    expect(platform.openings - openings).toBe(1);
  });

  it('stays when a call fails late that began on the one before (invariant 10)', async () => {
    let transactions = 0;
    const { platform, handle, openings } = await openDevice(({ what }) => {
      if (what !== 'transaction') return undefined;
      transactions += 1;
      return ([undefined, 'silent', 'throws'] as const)[transactions];
    });
    const slow = handle.read('a');
    expect(await settled(handle.read('a'))).toEqual(before);
    expect(platform.openings - openings).toBe(1);
    expect(await settled(slow)).toEqual(before);
    expect(platform.openings - openings).toBe(1);
    expect(platform.connections).toBe(1);
  });

  it('may be lost any number of times over a long life, as long as it comes back (invariant 10)', async () => {
    let transactions = 0;
    const { platform, handle, told, openings } = await openDevice(({ what }) =>
      what === 'transaction' && transactions++ % 2 === 0 ? 'closes' : undefined,
    );
    for (let i = 0; i < 20; i += 1) expect(await settled(handle.read('a'))).toEqual(before);
    expect(platform.openings - openings).toBe(20);
    expect(told).toEqual([]);
  });

  it('leaves no timer and no connection behind (invariant 17)', async () => {
    const { platform, handle } = await openDevice(({ n }) => (n === 3 ? 'dies' : undefined));
    await settled(handle.read('a'));
    await handle.close();
    await settle(Promise.resolve());
    expect([vi.getTimerCount(), platform.connections]).toEqual([0, 0]);
  });
});

describe('a database that cannot be opened', () => {
  it('is lost after four openings when `indexedDB` is undefined (invariant 10)', async () => {
    const { platform, store } = await device();
    platform.isGone = true;
    expect(await settle(store.open(NAME))).toMatchObject({
      status: 'rejected',
      reason: { name: 'StoreError', kind: 'lost' },
    });
  });

  it('comes back when `indexedDB` does, and is told as lost when it does not (invariant 10)', async () => {
    let closings = 0;
    const { platform, handle, told } = await openDevice(({ what }) => {
      if (what !== 'transaction' || closings++ > 0) return undefined;
      return 'closes';
    });
    platform.isGone = true;
    const reading = handle.read('a');
    while (closings === 0) await new Promise(setImmediate);
    platform.isGone = false;
    expect(await settled(reading)).toEqual(before);
    platform.isGone = true;
    // The open connection serves on.
    expect(await settled(handle.read('a'))).toEqual(before);
    closings = 0;
    expect(await settle(handle.read('a'))).toMatchObject({ status: 'rejected', reason: { kind: 'lost' } });
    expect(told).toHaveLength(1);
  });

  it.each(['throws', 'fails', 'full', 'silent', 'closes'] as const)(
    'is lost where each opening %s (invariant 10)',
    async (fault) => {
      const { platform, store } = await device(({ what }) => (what === 'open' ? fault : undefined));
      expect(await settle(store.open(NAME))).toMatchObject({
        status: 'rejected',
        reason: { name: 'StoreError', kind: 'lost' },
      });
      expect(platform.openings).toBe(fault === 'silent' ? 2 : OPENINGS_A_CALL);
    },
  );

  it('is opened at the second try, and the first one closed if it comes late (invariant 17)', async () => {
    const { real } = await device();
    const late: (() => void)[] = [];
    let first: IDBOpenDBRequest | undefined;
    // Opens, and tells it when the test says so.
    const slow = {
      open(name: string, version: number) {
        const request = real.open(name, version);
        if (first) return request;
        first = request;
        return new Proxy(request, {
          get: (target, member) => Reflect.get(target, member, target),
          set: (target, member, value) => {
            if (member === 'onsuccess') late.push(() => value(new Event('success')));
            else Reflect.set(target, member, value, target);
            return true;
          },
        });
      },
    } as IDBFactory;
    const handle = await settled(indexedDb({ factory: () => slow }).open(NAME));
    expect(await settled(handle.read('a'))).toEqual(before);
    late[0]?.();
    await settle(Promise.resolve());
    expect(() => first?.result.transaction('meta')).toThrow();
    expect(await settled(handle.read('a'))).toEqual(before);
  });

  it('is lost at once, and told, when a later release has changed it (invariant 20)', async () => {
    const { real, store, platform } = await device();
    await settled(upgrade(real, 2));
    expect(await settle(store.open(NAME))).toMatchObject({ status: 'rejected', reason: { kind: 'lost' } });
    expect(platform.openings).toBe(1);
  });

  it('is created again when it has other tables, as a name opened in the tools of a browser has', async () => {
    const real = new IDBFactory();
    await settled(upgrade(real, 1));
    const handle = await settled(indexedDb({ factory: () => real }).open(NAME));
    await settled(handle.device());
    expect(await settled(handle.commit(first))).toBe('done');
  });
});

describe('an older and a newer tab', () => {
  it('do not block each other: the older one closes at once and tells that it is lost (invariant 20)', async () => {
    const { real, clean, handle, told } = await openDevice(() => undefined);
    await clean.close();
    expect(await settle(upgrade(real, 2))).toMatchObject({ status: 'fulfilled' });
    expect(await settle(handle.read('a'))).toMatchObject({ status: 'rejected', reason: { kind: 'lost' } });
    expect(told).toHaveLength(1);
  });

  it('let a deletion through, after which the older one begins with nothing (invariants 10, 20)', async () => {
    const { real, clean, handle, told } = await openDevice(() => undefined);
    await clean.close();
    expect(await settle(deletion(real))).toMatchObject({ status: 'fulfilled' });
    expect(await settled(handle.read('a'))).toBeNull();
    expect(await settled(handle.commit(CHANGES.delta as StoredChange))).toBe('conflict');
    await settled(handle.device());
    expect(await settled(handle.commit(first))).toBe('done');
    expect(told).toEqual([]);
  });
});

describe('a record that cannot be read', () => {
  it.each(['getAll chunk', 'getAll entry'])(
    'makes the copy count as none when its file is gone (%s) (invariant 10)',
    async (record) => {
      const { clean, handle } = await openDevice(({ request, what }) =>
        what === 'answer' && request === record ? 'unreadable' : undefined,
      );
      expect(await settled(handle.read('a'))).toBeNull();
      expect(await settled(clean.read('a'))).toBeNull();
      expect(await settled(handle.commit(whole('a', [rows(0, 1, 2)])))).toBe('done');
    },
  );

  it('does not make the copy go that another tab has written since (invariants 6, 10)', async () => {
    let clean: StoreHandle | undefined;
    const writing: Promise<unknown>[] = [];
    const { handle, ...made } = await openDevice(({ request, what }) => {
      if (what !== 'answer' || request !== 'getAll chunk' || writing.length) return undefined;
      if (clean) writing.push(clean.commit(CHANGES.whole as StoredChange));
      return 'unreadable';
    });
    clean = made.clean;
    expect(await settled(handle.read('a'))).toBeNull();
    expect(await writing[0]).toBe('done');
    expect(await settled(handle.read('a'))).toEqual(AFTER.whole);
  });

  it('counts as gone when it fails with UnknownError on three connections, each of which reads the meta (invariant 10)', async () => {
    const { clean, handle, told } = await openDevice(({ request, what }) =>
      what === 'answer' && request === 'getAll chunk' ? 'fails' : undefined,
    );
    expect(await settled(handle.read('a'))).toBeNull();
    expect(await settled(clean.read('a'))).toBeNull();
    expect(told).toEqual([]);
  });

  it('is not dropped for a failure that passes (invariant 10)', async () => {
    let failures = 0;
    const { handle } = await openDevice(({ request, what }) =>
      what === 'answer' && request === 'getAll chunk' && failures++ < 2 ? 'fails' : undefined,
    );
    expect(await settled(handle.read('a'))).toEqual(before);
  });
});

/** What a later release does to the database. */
function upgrade(real: IDBFactory, version: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = real.open(NAME, version);
    request.onupgradeneeded = () => request.result.createObjectStore(`of release ${version}`);
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
    request.onerror = () => reject(request.error);
  });
}

function deletion(real: IDBFactory): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = real.deleteDatabase(NAME);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}
