/** Copies of two tabs over one store, without a network. */

import { expect, it } from 'vitest';
import { hashOfRows } from '../../../src/data/hash.ts';
import { wholeTables } from '../../../src/data/whole-body.ts';
import { itemOf } from '../../../src/network/item.ts';
import { type Copies, copiesOf } from '../../../src/shell/copies.ts';
import { platformClock } from '../../../src/shell/platform.ts';
import { type SafeStore, safeStoreOf } from '../../../src/shell/safe-store.ts';
import { memory } from '../../../src/store/memory.ts';
import type { Store } from '../../../src/store/store.ts';

async function tabOn(store: Store): Promise<{ copies: Copies; safe: SafeStore }> {
  const nothing = () => {};
  const world = { name: 'one', clock: platformClock(), device: undefined, held: () => [], moved: nothing };
  const safe = safeStoreOf({ ...world, store, lost: nothing, healed: nothing, wiped: nothing });
  await safe.open();
  const copies = copiesOf({
    store: safe,
    describe: () => ({ title: 'cars', parameters: {}, keep: null, isUsed: true }),
    toWall: (serviceMs) => serviceMs,
    wall: Date.now,
    changed: nothing,
  });
  return { copies, safe };
}

const bodyOf = (...data: [number, string][]) => JSON.stringify([{ name: 'cars', columns: ['name'], data }]);

async function load({ copies }: { copies: Copies }, version: number, text: string) {
  const { content } = wholeTables(text);
  const item = { ...ITEM, etag: `key-v${version}`, version, hash: await hashOfRows(content) };
  return copies.apply('a', item, { text });
}

const ITEM = itemOf('a', 200, { tag: 'f8343984618ca37b' });

const rowsOf = ({ copies }: { copies: Copies }) => copies.get('a')?.shown?.content.tables;

it('shows the rows of a copy that another tab has dropped and loaded again, never earlier ones under its version (invariants 3, 5)', async () => {
  const store = memory();
  const [one, two] = [await tabOn(store), await tabOn(store)];
  await load(one, 1, bodyOf([1, 'buick'], [2, 'fiat']));
  await two.copies.read('a');
  await one.safe.handle.drop(['a'], one.safe.generation);
  one.copies.forget('a');
  await load(one, 2, bodyOf([3, 'saab']));
  expect((await two.copies.read('a'))?.version).toBe(2);
  expect(rowsOf(two)).toEqual(rowsOf(one));
});

it('does not note an answer about a copy that another tab has dropped and loaded again (invariant 5)', async () => {
  const store = memory();
  const [one, two] = [await tabOn(store), await tabOn(store)];
  await load(one, 1, bodyOf([1, 'buick']));
  await two.copies.read('a');
  await one.safe.handle.drop(['a'], one.safe.generation);
  one.copies.forget('a');
  await load(one, 2, bodyOf([3, 'saab']));
  expect(await two.copies.note('a', { ...ITEM, status: 304 })).toEqual({ type: 'conflict' });
});

it('counts on from a copy that was dropped, so that an earlier reading of the store never takes its place (invariant 4)', async () => {
  const one = await tabOn(memory());
  await load(one, 1, bodyOf([1, 'buick']));
  const before = one.copies.get('a')?.meta;
  await one.safe.handle.drop(['a'], one.safe.generation);
  one.copies.forget('a');
  await new Promise((resolve) => setTimeout(resolve, 2));
  await load(one, 2, bodyOf([3, 'saab']));
  const after = one.copies.get('a')?.meta;
  expect(after?.rev).toBeGreaterThan(before?.rev ?? 0);
  expect(after?.gen).toBeGreaterThan(before?.gen ?? 0);
});
