/** Reads what a store keeps, without a client. */

import { hashOfRows } from '../../src/data/hash.ts';
import { storedContent } from '../../src/data/stored.ts';
import type { Store } from '../../src/store/store.ts';

/** A cache as it is kept; `hash`: of its rows. */
export interface KeptCache {
  title: string;
  version: number;
  etag: string;
  hash: string | null;
  rows: number;
}

/** @throws Error where what is kept is not one version */
export async function keptIn(store: Store, name: string): Promise<KeptCache[]> {
  const handle = await store.open(name);
  try {
    const caches: KeptCache[] = [];
    for (const [id, told] of await handle.list()) {
      const stored = await handle.read(id);
      if (stored === null) {
        // Dropped meanwhile, or unreadable.
        if ((await handle.list()).has(id)) throw new Error(`${told.title} cannot be read`);
        continue;
      }
      const { title, version, etag, hash, rows } = stored.meta;
      const own = hash === null ? null : await hashOfRows(storedContent(stored));
      if (own !== hash) throw new Error(`${etag} with other rows`);
      caches.push({ title, version, etag, hash: own, rows });
    }
    return caches;
  } finally {
    await handle.close();
  }
}
