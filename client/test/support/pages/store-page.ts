/** Pages for tests of IndexedDB: they run the cases of all stores, or commit until they are killed. */

import { indexedDb } from '../../../src/store/indexed-db.ts';
import type { StoreHandle } from '../../../src/store/store.ts';
import { hasSerialOrder } from '../serial-order.ts';
import { CASES } from '../store-conformance.ts';
import { delta, whole } from '../store-values.ts';

const store = indexedDb();
let databases = 0;
const newName = () => `freshet:${++databases}`;

export const cases = () => CASES.map(({ name }) => name);

/** @throws Error as the case does */
export async function run(name: string): Promise<void> {
  const database = newName();
  await CASES.find((one) => one.name === name)?.run(() => store.open(database));
}

export async function interleave(runs: number): Promise<void> {
  const openOne = async () => {
    const database = newName();
    return () => store.open(database);
  };
  await hasSerialOrder(openOne, runs);
}

/** Handles that stay open, by their name; what each told as lost. */
const handles = new Map<string, StoreHandle>();
const told: string[] = [];
export async function open(name: string): Promise<void> {
  const handle = await store.open(name);
  await handle.device();
  handle.onLost(({ message }) => told.push(message));
  handles.set(name, handle);
}
export const lost = () => told;

/** Commits next revisions, each of which tells in its pieces what made it; the last one that was done. */
export async function commit(name: string, times: number): Promise<number> {
  const handle = handles.get(name) as StoreHandle;
  const { generation } = await handle.device();
  let rev = 0;
  for (let done = 0; done < times; ) {
    const meta = (await handle.read('a'))?.meta;
    rev = (meta?.rev ?? 0) + 1;
    const next = { generation, rev, version: rev };
    const change =
      meta && rev % 8
        ? delta('a', meta, `${rev}`, next)
        : whole('a', bodyOf(rev), { ...next, expected: meta?.rev ?? null, gen: (meta?.gen ?? 0) + 1 });
    if ((await handle.commit(change)) === 'conflict') continue;
    done += 1;
    console.log(`done ${rev}`);
  }
  return rev;
}

/** Several pieces, of which one alone would be a mixture. */
const bodyOf = (rev: number) =>
  Array.from({ length: 20 }, (_, n) => ({ table: 0, data: `${rev}, ${n} `.repeat(3000) }));

/** What is kept: its revision, if all of its pieces are of it. @throws Error when they are not */
export async function revision(name: string): Promise<number> {
  const held = await (handles.get(name) as StoreHandle).read('a');
  if (!held) return 0;
  const { rev } = held.meta;
  const body = rev - (rev % 8) || 1;
  const entries = Array.from({ length: rev - body }, (_, i) => `${body + i + 1}`);
  if (JSON.stringify([held.chunks, held.entries]) !== JSON.stringify([bodyOf(body), entries])) {
    throw new Error(`a mixture at revision ${rev}`);
  }
  return rev;
}

/** Stores caches of 256 KiB each, so many that have not been stored yet; how that ended. */
export async function fill(name: string, caches: number): Promise<string> {
  const handle = handles.get(name) as StoreHandle;
  const { generation } = await handle.device();
  const held = await handle.list();
  for (let n = 0; n < caches; n += 1) {
    if (held.has(`full ${n}`)) continue;
    const data = Array.from({ length: 32_768 }, () => Math.random().toString(36).slice(2, 10)).join('');
    const change = whole(`full ${n}`, [{ table: 0, data }], { generation });
    const ended = await handle.commit(change).catch((error) => `${error.name} ${error.kind}`);
    if (ended !== 'done') return ended;
  }
  return 'done';
}

/** Drops what `fill` has stored. */
export async function empty(name: string): Promise<string> {
  const handle = handles.get(name) as StoreHandle;
  const { generation } = await handle.device();
  const caches = [...(await handle.list()).keys()].filter((cache) => cache.startsWith('full'));
  return handle.drop(caches, generation);
}
