/** Writes all held copies to another store while they may keep changing. */

import type { Meta, StoredChange, StoreHandle } from '../store/store.ts';

/** A held copy. It has changed if its `meta` is another object. */
export interface HeldCopy {
  cache: string;
  meta: Meta;
  /** The copy as a whole body, with the meta of one. */
  whole(): { meta: Meta; write: Extract<StoredChange['write'], { kind: 'whole' }> };
}

/**
 * @param gone copies that were dropped since the store was last written to; emptied by this call
 * @param done called once everything is written, in the same step as the last look, so that no change is missed. It
 *   gets the metas of the copies in `to`; null: `to` has a later version, or another tab writes to it
 * @throws StoreError
 */
export async function rewrite(
  to: StoreHandle,
  generation: number,
  held: () => Iterable<HeldCopy>,
  gone: Set<string>,
  done: (metas: Map<string, Meta | null>) => void,
): Promise<void> {
  const there = new Map(await to.list());
  const written = new Map<string, { from: Meta; now: Meta | null }>();
  for (let isDone = false; !isDone; ) {
    isDone = gone.size === 0;
    for (const cache of gone) {
      await to.drop([cache], generation);
      gone.delete(cache);
      there.delete(cache);
      written.delete(cache);
    }
    for (const { cache, meta, whole } of held()) {
      if (written.get(cache)?.from === meta) continue;
      isDone = false;
      const old = there.get(cache) ?? null;
      if (old !== null && old.version > meta.version) {
        written.set(cache, { from: meta, now: null });
        continue;
      }
      const { meta: folded, write } = whole();
      const now = { ...folded, rev: Math.max(old?.rev ?? 0, meta.rev) + 1, gen: Math.max(old?.gen ?? 0, meta.gen) + 1 };
      const outcome = await to.commit({ cache, generation, expected: old?.rev ?? null, meta: now, write });
      if (outcome === 'done') there.set(cache, now);
      written.set(cache, { from: meta, now: outcome === 'done' ? now : null });
    }
  }
  done(new Map([...written].map(([cache, { now }]) => [cache, now])));
}
