/**
 * D1 has an entry that this object cannot have written: the object lost its rows (a renamed or deleted Worker, a
 * restored object), or a second Worker writes to the same D1. The object raises its counters above D1's, so that no
 * ETag is used twice (DESIGN "Lost objects").
 */

import { type Entry, lastVersionOf, NAMELESS } from '../../ports/entry.ts';
import { etagOf } from '../etag.ts';
import type { CacheDocument, Counters, LoadedState, SettlingTask } from './document.ts';
import { UNASKED } from './document.ts';
import type { Draft } from './draft.ts';
import { namedBlobs, withoutBlobs } from './owed.ts';
import { OWED_REPLACED_MS } from './timing.ts';
import { noteNews } from './watchers.ts';

/**
 * First row id after an entry of a release that did not store the first unused one. It is more than a million loads of
 * a million rows each use, and 2^48 ids exist (tables/id-map-format.ts).
 */
const UNKNOWN_ROW_IDS = 2 ** 40;
/** Row ids that loads may have used without D1 knowing: MAX_SETTLING loads of a million rows each. */
const UNSTORED_ROW_IDS = 2 ** 24;

/** Whether an entry in D1 cannot come from this document, neither from its present nor from its past. */
export function isForeign({ counters, loaded, forgotten }: CacheDocument, inD1: Entry): boolean {
  if (inD1.revision > counters.revision || lastVersionOf(inD1) > counters.version) return true;
  if (inD1.resource === NAMELESS && forgotten === undefined) return true;
  // Two objects may give the same version number, but never with the same fence.
  return inD1.loaded !== null && inD1.loaded.version === loaded?.version && inD1.loaded.fence !== loaded.fence;
}

/**
 * Raises the counters above the entry in D1. If D1 had not answered before, the document takes over what is loaded
 * there. A version that the document already has gets the next number, and its settling tasks get that version.
 */
export function adopt(draft: Draft, inD1: Entry, now: number): undefined {
  const before = draft.document;
  const isFirst = before.stored.revision === UNASKED && before.loaded === null;
  const inherited = isFirst && inD1.loaded !== null ? inheritedLoad(before, inD1, inD1.loaded, now) : null;
  const isRenumbered = before.loaded !== null || before.settling.length > 0;
  const counters = countersAbove(before.counters, inD1);
  const version = counters.version + (isRenumbered ? 1 : 0);
  const loaded = before.loaded === null ? inherited : { ...before.loaded, version, changed: version };
  const chain = inherited === null ? renumberedChain(before, version) : inD1.chain;
  const dueAt = now + OWED_REPLACED_MS;
  // Blobs named by D1's first answer belong to an earlier life, so no other object will remove them. Later answers
  // may come from an object that is alive.
  const isEarlierLife = before.stored.revision <= 0;
  const replaced = [...namedBlobs(before, dueAt), ...(isEarlierLife ? namedBlobs(inD1, dueAt) : [])];
  const dropped = withoutBlobs(replaced, namedBlobs({ loaded, chain }, dueAt));
  draft.revise(
    {
      loaded,
      chain,
      counters: { ...counters, version },
      // The taken-over data keeps the number of its load. Under the caller's number, data that was purged with its
      // resource would be fresh again.
      number: inherited?.number ?? before.number,
      lastTaskId: before.lastTaskId ?? (inherited === null ? null : inD1.lastTaskId),
      owed: dropped.length === 0 ? before.owed : [...before.owed, ...dropped],
      ...(inD1.resource === NAMELESS && before.forgotten === undefined ? { forgotten: 'revived' as const } : {}),
    },
    now,
  );
  noteNews(draft);
  const { stored, counters: after, cache } = draft.document;
  draft.update({
    stored: { ...stored, revision: Math.max(stored.revision, 0) },
    settling: before.settling.map((task) => renumbered(task, cache.key, version, after.revision)),
  });
}

function countersAbove(own: Counters, inD1: Entry): Counters {
  const lastVersion = lastVersionOf(inD1);
  const usedRowIds = inD1.counted === undefined ? UNKNOWN_ROW_IDS : inD1.counted.nextRowId + UNSTORED_ROW_IDS;
  const fences = [inD1.loaded?.fence ?? 0, ...inD1.chain.map(({ fence }) => fence)];
  return {
    version: Math.max(own.version, lastVersion),
    revision: Math.max(own.revision, inD1.revision),
    fence: Math.max(own.fence, ...fences),
    nextRowId: lastVersion === 0 ? own.nextRowId : Math.max(own.nextRowId, usedRowIds),
    clockAt: Math.max(own.clockAt, inD1.loaded?.loadedAt ?? 0),
  };
}

/** What D1 knows of a load. Its digest and claim time are unknown: the next load compares with neither. */
function inheritedLoad(
  { expiredAt }: CacheDocument,
  { number, lastTaskId }: Entry,
  loaded: NonNullable<Entry['loaded']>,
  now: number,
): LoadedState {
  return {
    ...loaded,
    expiresAt: expiredAt > 0 ? Math.min(loaded.expiresAt, now) : loaded.expiresAt,
    number,
    digest: '',
    originEtag: null,
    originLastModified: null,
    claimedAt: 0,
    loadFence: 0,
    taskId: lastTaskId ?? '',
  };
}

/**
 * Others were given the earlier version numbers too, so only the last version is kept, with its new number and without
 * a delta.
 */
function renumberedChain({ chain, loaded }: CacheDocument, version: number): CacheDocument['chain'] {
  const last = chain.at(-1);
  if (loaded === null || last === undefined) return [];
  const { rowChanges: _, ...link } = last;
  return [{ ...link, version, deltaBytes: null }];
}

function renumbered(task: SettlingTask, key: string, version: number, revision: number): SettlingTask {
  return { ...task, revision, record: { ...task.record, version, etag: etagOf(key, version) } };
}
