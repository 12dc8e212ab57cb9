/** What the device holds, and how much room it has. */

import type { Held } from '../api.ts';
import { FreshetError, failure } from '../error.ts';
import type { Store, StoreHandle } from '../store/store.ts';

/** All caches of a store, the least recently used last. */
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

/** Whether the platform keeps stored data until the user deletes it. True on platforms without `navigator.storage`. */
export async function isPersisted(): Promise<boolean> {
  return (await globalThis.navigator?.storage?.persisted?.().catch(() => false)) ?? true;
}

/**
 * Deletes everything in a store. Opens the store for this, because the ending client may have lost or closed it.
 *
 * @throws FreshetError `storage`: the copy still exists
 */
export async function wipeStore(store: Store, name: string): Promise<void> {
  try {
    const handle = await store.open(name);
    await handle.wipe().finally(() => handle.close());
  } catch (cause) {
    throw new FreshetError('storage', 'the copy could not be wiped: call signOut() again', { cause });
  }
}

/** Runs `work` once the store is open. @throws FreshetError `closed`, `storage` */
export function whenOpen(opening: Promise<void>, isClosed: () => boolean): <T>(work: () => Promise<T>) => Promise<T> {
  return async (work) => {
    await opening;
    if (isClosed()) throw failure('closed');
    return work().catch((cause) => {
      throw new FreshetError('storage', 'the store has failed', { cause });
    });
  };
}
