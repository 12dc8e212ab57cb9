/**
 * What each store must do, as cases without a test runner: the same ones run in Node and, bundled, in a page of a browser.
 * Handles of one case are on one database that nothing else uses, as the tabs of an app are.
 */

import type { StoreHandle } from '../../src/store/store.ts';
import { rejects, same } from './same.ts';
import { delta, held, meta, note, plain, rows, whole } from './store-values.ts';

/** One more handle on the case's database. */
export type Open = () => Promise<StoreHandle>;
export interface Case {
  name: string;
  run(open: Open): Promise<void>;
}

/** Two tabs of a store that holds cache `a` with two chunks, and their device's row. */
async function twoTabs(open: Open) {
  const [one, two] = [await open(), await open()];
  await one.device();
  const first = whole('a', [rows(0, 0, 3), rows(0, 3, 5)]);
  same(await one.commit(first), 'done', 'first commit');
  return { one, two, first };
}

export const CASES: readonly Case[] = [
  {
    name: 'makes one row of the device, the same in each tab',
    async run(open) {
      const [one, two] = [await open(), await open()];
      const made = await Promise.all([one.device(), two.device()]);
      same(made[1], made[0], 'row');
      same({ ...made[0], device: '' }, { rev: 1, generation: 1, device: '', user: null, clockOffsetMs: 0 });
      if (!/^[\x21-\x7e]{16,128}$/.test(made[0].device)) throw new Error(`${made[0].device} is no X-Device-Id`);
    },
  },
  {
    name: 'holds nothing at first',
    async run(open) {
      const one = await open();
      same(await one.read('a'), null);
      same([...(await one.list())], []);
    },
  },
  {
    name: 'gives a whole body back as it came, in each tab',
    async run(open) {
      const { one, two, first } = await twoTabs(open);
      for (const tab of [one, two]) {
        same(await tab.read('a'), { meta: first.meta, chunks: [rows(0, 0, 3), rows(0, 3, 5)], entries: [] });
        same(await tab.list(), new Map([['a', first.meta]]));
      }
    },
  },
  {
    name: 'keeps many chunks, of several tables, in their order',
    async run(open) {
      const one = await open();
      await one.device();
      const chunks = Array.from({ length: 300 }, (_, i) => rows(i % 3, i * 10, i * 10 + 2));
      same(await one.commit(whole('a', chunks)), 'done');
      same((await held(one, 'a')).chunks, chunks);
    },
  },
  {
    name: 'keeps the digits and letters of a body',
    async run(open) {
      const one = await open();
      await one.device();
      const data = `[9007199254740993,"ü€😀 \\u0000 ' \\" ; -- %",1.10,-0,1E400]`;
      await one.commit(whole('a', [{ table: 0, data }]));
      same((await held(one, 'a')).chunks, [{ table: 0, data }]);
    },
  },
  {
    name: 'keeps bytes and the type of a body that is no table, also an empty one',
    async run(open) {
      const one = await open();
      await one.device();
      const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
      const body = new Blob([bytes], { type: 'image/png' });
      const change = whole('a', [{ table: -1, data: body }], { contentType: 'image/png', tables: [], hash: null });
      same(await one.commit(change), 'done');
      same((await plain(await one.read('a')))?.chunks, [{ table: -1, type: 'image/png', bytes: [...bytes] }]);
      same(await one.commit(whole('b', [{ table: -1, data: new Blob([]) }])), 'done');
      same((await plain(await one.read('b')))?.chunks, [{ table: -1, type: '', bytes: [] }]);
    },
  },
  {
    name: 'keeps a body of no rows, and caches apart whose ids begin alike',
    async run(open) {
      const one = await open();
      await one.device();
      for (const cache of ['a', 'aa', 'ab', 'A', 'b'])
        same(await one.commit(whole(cache, [], { title: cache })), 'done');
      same(await one.commit(whole('aa', [rows(0, 0, 1)], { expected: 1, rev: 2, gen: 2 })), 'done');
      same((await held(one, 'a')).chunks, []);
      await one.drop(['a'], 1);
      same((await held(one, 'aa')).chunks, [rows(0, 0, 1)]);
      same([...(await one.list()).keys()].sort(), ['A', 'aa', 'ab', 'b']);
    },
  },
  {
    name: 'adds deltas in their order, beyond ten, and gives a reader those that it lacks',
    async run(open) {
      const { one, two, first } = await twoTabs(open);
      let last = first.meta;
      const entries = Array.from({ length: 12 }, (_, i) => `{"delta":${i}}`);
      for (const entry of entries) {
        const change = delta('a', last, entry);
        same(await one.commit(change), 'done', entry);
        last = change.meta;
      }
      const chunks = [rows(0, 0, 3), rows(0, 3, 5)];
      same(await two.read('a'), { meta: last, chunks, entries });
      same(await two.read('a', { gen: 1, entries: 9 }), { meta: last, chunks: null, entries: entries.slice(9) });
      same(await two.read('a', { gen: 1, entries: 12 }), { meta: last, chunks: null, entries: [] });
      same(await two.read('a', { gen: 2, entries: 9 }), { meta: last, chunks, entries }, 'another generation');
      same(await two.read('a', { gen: 1, entries: 13 }), { meta: last, chunks, entries }, 'more than there are');
    },
  },
  {
    name: 'changes the meta alone by a note',
    async run(open) {
      const { one, two, first } = await twoTabs(open);
      const change = note('a', first.meta, { checkedAt: 5, expiresAt: 9, keep: 'pinned' });
      same(await two.commit(change), 'done');
      same(await one.read('a'), { meta: change.meta, chunks: [rows(0, 0, 3), rows(0, 3, 5)], entries: [] });
    },
  },
  {
    name: 'puts a whole body in place of all that was, deltas too (invariant 2)',
    async run(open) {
      const { one, two, first } = await twoTabs(open);
      await one.commit(delta('a', first.meta, 'x'));
      const next = whole('a', [rows(0, 7, 8)], { expected: 2, rev: 3, gen: 2, version: 3 });
      same(await two.commit(next), 'done');
      same(await one.read('a'), { meta: next.meta, chunks: [rows(0, 7, 8)], entries: [] });
      same(await one.read('a', { gen: 1, entries: 1 }), { meta: next.meta, chunks: [rows(0, 7, 8)], entries: [] });
      // The same generation again, shorter: no piece of the first one may stay.
      const again = whole('a', [], { expected: 3, rev: 4, gen: 2 });
      same(await two.commit(again), 'done');
      same(await one.read('a'), { meta: again.meta, chunks: [], entries: [] });
    },
  },
  {
    name: 'refuses a change that began from another revision, and writes nothing of it (invariants 5, 6)',
    async run(open) {
      const { one, two, first } = await twoTabs(open);
      const second = delta('a', first.meta, 'second');
      same(await one.commit(second), 'done');
      const before = await one.read('a');
      for (const change of [
        delta('a', first.meta, 'overtaken'),
        note('a', first.meta),
        whole('a', [rows(0, 9, 10)], { expected: 1, rev: 2, gen: 2 }),
        whole('a', [rows(0, 9, 10)], { expected: null, rev: 3, gen: 2 }),
        delta('a', { ...second.meta, gen: 2 }, 'of another body'),
        note('a', { ...second.meta, gen: 2 }),
        delta('none', first.meta, 'to nothing'),
        note('none', first.meta),
        { ...note('none', first.meta), expected: null },
        whole('none', [], { expected: 1 }),
      ]) {
        same(await two.commit(change), 'conflict', JSON.stringify(change));
      }
      same(await one.read('a'), before);
      same(await one.read('none'), null);
    },
  },
  {
    name: 'wipes all but the id of the device, and takes nothing that began before (invariant 26)',
    async run(open) {
      const { one, two, first } = await twoTabs(open);
      const { device, rev } = await one.device();
      const set = { rev: rev + 1, generation: 1, device, user: 'alice', clockOffsetMs: 12 };
      same(await one.setDevice(set), 'done');
      const row = await two.wipe();
      same(row, { ...set, rev: rev + 2, generation: 2, user: null });
      same(await one.device(), row);
      same(await one.read('a'), null);
      same([...(await one.list())], []);
      same(await one.commit(whole('a', [rows(0, 0, 1)])), 'conflict', 'whole');
      same(await one.commit(delta('a', first.meta, 'x')), 'conflict', 'delta');
      same(await one.drop(['a'], 1), 'conflict', 'drop');
      same(await one.setDevice({ ...set, rev: rev + 2 }), 'conflict', 'device');
      same(await one.read('a'), null);
      same(await one.commit(whole('a', [rows(0, 0, 1)], { generation: 2 })), 'done');
      same((await held(two, 'a')).chunks, [rows(0, 0, 1)]);
    },
  },
  {
    name: 'wipes what was never used',
    async run(open) {
      const one = await open();
      const row = await one.wipe();
      same([row.user, await one.device()], [null, row]);
    },
  },
  {
    name: 'takes no commit before there is a row of the device',
    async run(open) {
      const one = await open();
      same(await one.commit(whole('a', [])), 'conflict');
      same(await one.drop(['a'], 1), 'conflict');
      same(await one.setDevice({ rev: 1, generation: 1, device: 'd', user: null, clockOffsetMs: 0 }), 'conflict');
      same(await one.read('a'), null);
    },
  },
  {
    name: 'drops the caches that are named, held or not, and no piece of them comes back',
    async run(open) {
      const { one, two, first } = await twoTabs(open);
      await one.commit(delta('a', first.meta, 'x'));
      await one.commit(whole('b', [rows(0, 0, 1)]));
      await one.commit(whole('c', [rows(0, 0, 1)]));
      same(await two.drop(['a', 'none', 'c'], 1), 'done');
      same(await two.drop([], 1), 'done');
      same([...(await one.list()).keys()], ['b']);
      same(await one.read('a'), null);
      same(await one.commit(delta('a', first.meta, 'x')), 'conflict');
      same(await one.commit(whole('a', [])), 'done');
      same(await one.read('a'), { meta: meta({ chunks: 0 }), chunks: [], entries: [] });
    },
  },
  {
    name: 'changes the row of the device only if it is still the one before',
    async run(open) {
      const [one, two] = [await open(), await open()];
      const row = await one.device();
      const next = { ...row, rev: row.rev + 1, user: 'alice' };
      same(await one.setDevice(next), 'done');
      same(await two.setDevice({ ...next, user: 'bob' }), 'conflict');
      same(await two.setDevice({ ...next, rev: next.rev + 2 }), 'conflict');
      same(await two.device(), next);
    },
  },
  {
    name: 'counts a copy in a format that it does not know as none, and can replace it (invariant 10)',
    async run(open) {
      const { one, two, first } = await twoTabs(open);
      const later = { ...first.meta, rev: 2, format: 2 as 1 };
      await one.commit({ cache: 'a', generation: 1, expected: 1, meta: later, write: { kind: 'delta', entry: 'x' } });
      same(await two.read('a'), null);
      same([...(await two.list())], []);
      same(await two.commit(note('a', later)), 'conflict');
      same(await two.commit(whole('a', [rows(0, 1, 2)])), 'done');
      same((await held(one, 'a')).chunks, [rows(0, 1, 2)]);
    },
  },
  {
    name: 'counts a copy with a missing piece as none, and takes the next one (invariant 10)',
    async run(open) {
      const { one, two, first } = await twoTabs(open);
      for (const missing of [{ chunks: 3 }, { entries: 2 }]) {
        const broken = { ...first.meta, rev: 5, ...missing };
        await one.drop(['a'], 1);
        const write = { kind: 'whole', chunks: [rows(0, 0, 3), rows(0, 3, 5)] } as const;
        same(await one.commit({ cache: 'a', generation: 1, expected: null, meta: broken, write }), 'done');
        same(await two.read('a'), null, JSON.stringify(missing));
        same(await two.commit(whole('a', [rows(0, 1, 2)])), 'done');
        same((await held(one, 'a')).chunks, [rows(0, 1, 2)]);
      }
    },
  },
  {
    name: 'lets one of two tabs commit that began from the same revision (invariant 6)',
    async run(open) {
      const { one, two, first } = await twoTabs(open);
      const changes = [delta('a', first.meta, 'of one'), delta('a', first.meta, 'of two')] as const;
      const ended = await Promise.all([one.commit(changes[0]), two.commit(changes[1])]);
      same([...ended].sort(), ['conflict', 'done']);
      same((await held(one, 'a')).entries, [ended[0] === 'done' ? 'of one' : 'of two']);
    },
  },
  {
    name: 'refuses calls after it was closed, while the other tab goes on',
    async run(open) {
      const { one, two, first } = await twoTabs(open);
      const lost: unknown[] = [];
      one.onLost((why) => lost.push(why));
      await one.close();
      await one.close();
      await rejects(one.read('a'), { name: 'StoreError', kind: 'lost' });
      await rejects(one.commit(note('a', first.meta)), { name: 'StoreError', kind: 'lost' });
      await rejects(one.device(), { name: 'StoreError', kind: 'lost' });
      same(await two.commit(note('a', first.meta)), 'done');
      same(lost, [], 'told as lost');
    },
  },
];
