/** Copies in memory beside the store: when a copy is rewritten, and what other tabs make of it. */
import { expect, it } from 'vitest';
import type { Change } from '../../../src/api.ts';
import { type Copies, copiesOf } from '../../../src/shell/copies.ts';
import type { SafeStore } from '../../../src/shell/safe-store.ts';
import { memory } from '../../../src/store/memory.ts';
import { FakeService } from '../../support/shell/fake-service.ts';

/** Copies of as many tabs, with what each has shown. */
async function tabsOf(count: number): Promise<{ copies: Copies; heard: Change[] }[]> {
  const store = memory();
  return Promise.all(
    Array.from({ length: count }, async () => {
      const handle = await store.open('s');
      const { generation } = await handle.device();
      const heard: Change[] = [];
      const copies = copiesOf({
        store: { handle, generation, commit: handle.commit } as unknown as SafeStore,
        describe: () => ({ title: 'plan', parameters: {}, keep: null, isUsed: true }),
        toWall: (ms) => ms,
        wall: () => 1,
        changed: (_cache, change) => heard.push(change),
      });
      return { copies, heard };
    }),
  );
}

/** Loads what the service has now. */
async function load(copies: Copies, service: FakeService): Promise<unknown> {
  const etag = copies.get('c')?.meta?.etag ?? null;
  const [item, text] = service.answer({ id: 'c', title: 'plan', parameters: {}, etag, minRevision: 0 });
  return copies.apply('c', item, { text: text ?? '' });
}

it('counts the rows that deltas change behind a body, until it is rewritten', async () => {
  const service = new FakeService('plan');
  const [one] = await tabsOf(1);
  if (one === undefined) return;
  await load(one.copies, service);
  service.change(
    'plan',
    [
      [2, 'two'],
      [3, 'three'],
    ],
    [1],
  );
  await load(one.copies, service);
  service.change('plan', [], [3]);
  await load(one.copies, service);
  const before = one.copies.get('c')?.meta;
  expect(before).toMatchObject({ version: 3, rows: 1, entries: 2, changed: 4 });
  await one.copies.compact('c');
  expect(one.copies.get('c')?.meta).toMatchObject({
    version: 3,
    rows: 1,
    entries: 0,
    changed: 0,
    gen: Number(before?.gen) + 1,
  });
});

it('a copy that is rewritten is not a new version for any tab, and its rows stay the same', async () => {
  const service = new FakeService('plan');
  const [one, two] = await tabsOf(2);
  if (one === undefined || two === undefined) return;
  await load(one.copies, service);
  service.change('plan', [[2, 'two']]);
  await load(one.copies, service);
  await two.copies.read('c');
  const shown = [one, two].map(({ copies }) => copies.get('c')?.shown?.content);
  const heard = [one, two].map((tab) => tab.heard.splice(0).length);
  expect(heard).toEqual([2, 1]);
  await one.copies.compact('c');
  await two.copies.read('c');
  expect([...one.heard, ...two.heard]).toEqual([]);
  expect(two.copies.get('c')?.meta).toEqual(one.copies.get('c')?.meta);
  for (const [at, { copies }] of [one, two].entries()) expect(copies.get('c')?.shown?.content).toBe(shown[at]);
  // What comes next is a delta for both.
  service.change('plan', [[3, 'three']]);
  await load(one.copies, service);
  await two.copies.read('c');
  expect(two.heard).toEqual([{ inserted: [3], deleted: [], whole: false }]);
});
