/**
 * Strikes the n-th call of a store that one cache causes: the call throws, never answers, or does its work and loses
 * the answer.
 * A call belongs to the cache that it names (key, title, object name), so many caches can be struck in parallel.
 */

import { objectNameOfKey } from '../../../src/core/task-id.ts';
import { sleep } from '../../../src/waiting.ts';

export const MODES = ['throws', 'hangs', 'loses its answer'] as const;
/**
 * `comes late`: the call throws, and its work is kept and can be done at any later time (`Watch.late`). `waits`: the
 * call is done
 * and answered after it is let go (`Watch.waiting`).
 */
export type Mode = (typeof MODES)[number] | 'comes late' | 'waits';
export const STORES = ['D1', 'R2', 'object', 'edge cache', 'queue'] as const;
export type Store = (typeof STORES)[number];

/** Which call is struck: the `nth` (from 1) on the store. */
export interface Strike {
  store: Store;
  nth: number;
  mode: Mode;
}

/** What is known about one cache's calls. */
export class Watch {
  /** Tasks whose message the queue took, oldest first. */
  readonly sent: string[] = [];
  /** The late calls: the cache that they name, and their work. */
  readonly late: { named: unknown; work: () => Promise<unknown> }[] = [];
  /** Calls that wait to be let go. */
  readonly waiting: { isLetGo: boolean }[] = [];
  /** Number of running calls, without those that never answer. */
  underWay = 0;
  /** The call that was struck; null: none yet. */
  struck: string | null = null;
  /** Calls that name none of these marks belong to other caches and are not struck. */
  readonly marks: readonly string[];
  #strike: Strike | null = null;
  #resting = false;
  #verbs = new Map<Store, string[]>();

  constructor({ key, resource }: { key: string; resource: string }) {
    const name = objectNameOfKey(key);
    this.marks = [key, resource, name, `${name.slice(0, 8)}-${name.slice(8)}`];
  }

  /** Counts calls from now on, and strikes one. */
  strike(strike: Strike | null): void {
    this.#strike = strike;
    this.#verbs = new Map();
    this.struck = null;
  }

  /** From now on calls are neither counted nor struck. */
  rest(): void {
    this.#resting = true;
  }

  /** Whether the strike is over, except for what the struck call leads to. */
  get isStruck(): boolean {
    return this.struck !== null || this.#resting;
  }

  /** The verbs by which a store has been called since. */
  verbs(store: Store): string[] {
    return this.#verbs.get(store) ?? [];
  }

  /** Notes a call; returns how it is struck, or null. */
  note(store: Store, verb: string): Mode | null {
    if (this.#resting) return null;
    const verbs = [...this.verbs(store), verb];
    const nth = verbs.length;
    this.#verbs.set(store, verbs);
    if (this.#strike === null || this.#strike.store !== store || this.#strike.nth !== nth) return null;
    this.struck = `${store} ${verb}`;
    return this.#strike.mode;
  }
}

const watches = new Set<Watch>();

/** All calls, also of caches that are not watched: how many are running, and how many were made and answered so far. */
export const activity = { underWay: 0, seen: 0 };

/** Watches a cache's calls from now on. */
export function watch(cache: { key: string; resource: string }): Watch {
  return watchWith(new Watch(cache));
}

/** The same with a given watch. */
export function watchWith<T extends Watch>(made: T): T {
  watches.add(made);
  return made;
}

/** Stops watching the cache of this watch. */
export function unwatch(made: Watch): void {
  watches.delete(made);
}

/** One call: `named` is everything that it was given. A call that names no watched cache is not struck. */
export async function call<T>(store: Store, verb: string, named: unknown, work: () => Promise<T>): Promise<T> {
  const text = watches.size === 0 ? '' : JSON.stringify(named);
  let mode: Mode | null = null;
  const concerned = [...watches].filter(({ marks }) => marks.some((mark) => text.includes(mark)));
  for (const one of concerned) mode = one.note(store, verb) ?? mode;
  if (mode === 'throws') throw new Error(`struck: ${store} ${verb}`);
  if (mode === 'hangs') return new Promise(() => undefined);
  if (mode === 'comes late') {
    for (const one of concerned) one.late.push({ named, work });
    throw new Error(`struck: ${store} ${verb} comes late`);
  }
  if (mode === 'waits') await waitIn(concerned);
  for (const one of concerned) one.underWay += 1;
  // Calls of objects do not count: an object may itself be waiting for a call that never answers.
  const result = await (store === 'object' ? work() : counted(work)).finally(() => {
    for (const one of concerned) one.underWay -= 1;
  });
  if (store === 'queue') for (const one of concerned) noteSent(one, named);
  if (mode === 'loses its answer') throw new Error(`struck: the answer of ${store} ${verb} was lost`);
  return result;
}

/** Polls, since an object must not resolve a promise of another. */
async function waitIn(concerned: readonly Watch[]): Promise<void> {
  const call = { isLetGo: false };
  for (const one of concerned) one.waiting.push(call);
  while (!call.isLetGo) await sleep(1);
}

/** Work that counts as activity while it runs. */
export async function counted<T>(work: () => Promise<T>): Promise<T> {
  activity.underWay += 1;
  activity.seen += 1;
  try {
    return await work();
  } finally {
    activity.underWay -= 1;
    activity.seen += 1;
  }
}

function noteSent(one: Watch, named: unknown): void {
  const [body] = named as unknown[];
  const taskId = (body as { taskId?: string }).taskId;
  if (taskId !== undefined) one.sent.push(taskId);
}
