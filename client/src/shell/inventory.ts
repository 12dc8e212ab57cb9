/** What the device holds, and how much room there is. */

import type { Held } from '../api.ts';
import { FreshetError, failure } from '../error.ts';
import type { Store, StoreHandle } from '../store/store.ts';

/** All caches of a store, least used last. */
export async function heldIn(store: Pick<StoreHandle, 'list'>): Promise<Held[]> {
  const metas = [...(await store.list()).values()].sort((a, b) => b.usedAt - a.usedAt);
  return metas.map(({ title, parameters, version, etag, rows, bytes, keep, checkedAt, loadedAt, usedAt }) => {
    return { title, parameters, version, etag, rows, bytes, keep, checkedAt, loadedAt, usedAt };
  });
}

export async function usageOf(
  store: Pick<StoreHandle, 'list'>,
  persisted: boolean,
): Promise<{ bytes: number; quota: number | null; persisted: boolean }> {
  const bytes = [...(await store.list()).values()].reduce((sum, meta) => sum + meta.bytes, 0);
  const { quota = null } = (await globalThis.navigator?.storage?.estimate?.().catch(() => null)) ?? {};
  return { bytes, quota, persisted };
}

/** Whether the platform keeps what is stored until the user drops it. Where there is no such question, it does. */
export async function isPersisted(): Promise<boolean> {
  return (await globalThis.navigator?.storage?.persisted?.().catch(() => false)) ?? true;
}

/**
 * Drops all that a store has. It is opened for that: the client that ends may have lost it, or have been closed before.
 *
 * @throws FreshetError `storage`: the copy is still there
 */
export async function wipeStore(store: Store, name: string): Promise<void> {
  try {
    const handle = await store.open(name);
    await handle.wipe().finally(() => handle.close());
  } catch (cause) {
    throw new FreshetError('storage', 'the copy could not be wiped: call signOut() again', { cause });
  }
}

/** Works on the store once it is open. @throws FreshetError `closed`, `storage` */
export function whenOpen(opening: Promise<void>, isClosed: () => boolean): <T>(work: () => Promise<T>) => Promise<T> {
  return async (work) => {
    await opening;
    if (isClosed()) throw failure('closed');
    return work().catch((cause) => {
      throw new FreshetError('storage', 'the store has failed', { cause });
    });
  };
}
