/** What the device holds, and how much room there is. */

import type { Held } from '../api.ts';
import type { StoreHandle } from '../store/store.ts';

/** All caches of a store, least used last. */
export async function heldIn(store: StoreHandle): Promise<Held[]> {
  const metas = [...(await store.list()).values()].sort((a, b) => b.usedAt - a.usedAt);
  return metas.map(({ title, parameters, version, etag, rows, bytes, keep, checkedAt, loadedAt, usedAt }) => {
    return { title, parameters, version, etag, rows, bytes, keep, checkedAt, loadedAt, usedAt };
  });
}

export async function usageOf(
  store: StoreHandle,
  persisted: boolean,
): Promise<{ bytes: number; quota: number | null; persisted: boolean }> {
  let bytes = 0;
  for (const meta of (await store.list()).values()) bytes += meta.bytes;
  const { quota = null } = (await globalThis.navigator?.storage?.estimate?.().catch(() => null)) ?? {};
  return { bytes, quota, persisted };
}

/** Whether the platform keeps what is stored until the user drops it. Where there is no such question, it does. */
export async function isPersisted(): Promise<boolean> {
  return (await globalThis.navigator?.storage?.persisted?.().catch(() => false)) ?? true;
}
