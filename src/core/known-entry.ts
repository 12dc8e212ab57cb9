/**
 * What an isolate knows of one key, as pure rules (DESIGN "Reading"); `stores/entry-lookup.ts` does the I/O. The state at a
 * moment is the first of these that holds:
 *
 * - *being asked*: a request of this isolate asks D1, and has not taken too long;
 * - *current*: `ENTRY_CACHE_MS` have not passed since D1 told entry and mark, or the object an entry that nothing was known of;
 * - *last known*: LAST_KNOWN_MS have not passed since D1 or the object last told the entry;
 * - *unknown*.
 *
 * A cell gives the state after the event; in brackets, what the request gets.
 *
 * | event                          | unknown           | current           | last known            | being asked                      |
 * |--------------------------------|-------------------|-------------------|-----------------------|----------------------------------|
 * | find: the edge's is current    | current (copy)    | current (copy)    | current (copy)        | – (copy)                         |
 * | find: the edge's is not        | being asked (D1)  | being asked (D1)  | being asked (D1)      | – (copy; if there is none, waits) |
 * | glance                         | as find           | – (copy)          | as find               | – (copy; if there is none, as find) |
 * | D1 answered                    | current           | current           | current               | current                          |
 * | D1 failed                      | unknown (503)     | – (copy)          | – (copy)              | current (copy), or unknown (503) |
 * | the object answered            | current           | – (newer copy)    | – (newer copy)        | – (newer copy)                   |
 * | time passes                    | –                 | last known        | unknown               | what its copy is                 |
 *
 * A find asks D1 even where this isolate's own copy is current: another isolate of the location may know better, and only
 * the edge tells. Asking extends a copy that has run out, here and at the edge, so that the others take it meanwhile; after a
 * failure it stands for the rest of that time, so a D1 that is away is asked once an `ENTRY_CACHE_MS`.
 */

import { LAST_KNOWN_MS } from '../contract/constants.ts';
import type { Entry, ResourceMark } from '../ports/entry.ts';
import type { LookedUp, NotedTask } from '../ports/stores.ts';

/** What D1 and objects told of a key; an `entry` of null is knowledge too: D1 had none. Times in ms since the epoch. */
export interface EntryCopy {
  entry: Entry | null;
  mark: ResourceMark | null;
  /** When D1 was asked for the mark; 0: never. Its answers may come in another order. */
  markAt: number;
  /** Where D1 was then, where replicas may answer: the next one that is asked must know as much. */
  bookmark?: string;
  /** When D1 or the object last told the entry. */
  confirmedAt: number;
  /** Until then it is taken as current, the mark as well: an answer of the object, which tells none, does not extend it. */
  currentUntil: number;
}

/** All that an isolate knows of a key. */
export interface KnownEntry {
  /** Null: nothing. */
  copy: EntryCopy | null;
  /** The copy at the location's edge, which `copy` includes, as this isolate last read or put it; null: it saw none. */
  edge: { etag: string; currentUntil: number } | null;
  /** Until when the request that asks D1 is waited for, ms; 0: none asks. */
  askedUntil: number;
  /**
   * Numbers of the last answer, of D1 or an object, and of D1's last failure, in the isolate's count of both: its clock
   * stands still between I/O and cannot order them. Whoever waits takes only what came after its own arrival.
   */
  answerNumber: number;
  failureNumber: number;
  /** The task that somebody here asked for, and until when it is of interest, ms. */
  task: { noted: NotedTask; until: number } | null;
  /** When it was last asked for with others, ms; absent: never. */
  batchedAt?: number;
  /** The number of the question to D1's primary that it last answered with others, in the same count; absent: none. */
  primaryNumber?: number;
  /** A revision that neither the primary nor the object had, and until when nobody asks for it again, ms. */
  missing?: { revision: number; until: number };
}

/** A key that nothing is known of. */
export const UNKNOWN: KnownEntry = {
  copy: null,
  edge: null,
  askedUntil: 0,
  answerNumber: 0,
  failureNumber: 0,
  task: null,
};

/** See the table above. */
export type KnownState = 'unknown' | 'current' | 'last known' | 'being asked';

/** The state at `now`. */
export function stateOf(known: KnownEntry, now: number): KnownState {
  if (known.askedUntil > now) return 'being asked';
  const copy = usableCopy(known, now);
  if (copy === null) return 'unknown';
  return copy.currentUntil > now ? 'current' : 'last known';
}

/** The copy while it may be used, current or last known; null: there is none. */
export function usableCopy({ copy }: KnownEntry, now: number): EntryCopy | null {
  return copy !== null && now < usableUntil(copy) ? copy : null;
}

/** When a copy ceases to be used, ms. */
export function usableUntil(copy: EntryCopy): number {
  return copy.confirmedAt + LAST_KNOWN_MS;
}

/** Whether the location takes what it has at its edge as current. */
export function isCurrentAtEdge({ edge }: KnownEntry, now: number): boolean {
  return edge !== null && edge.currentUntil > now;
}

/** What a request does for which the edge had nothing current; `arrivedAt` is the isolate's count when it came. */
export function nextStep(known: KnownEntry, arrivedAt: number, now: number): 'give' | 'wait' | 'ask' | 'refuse' {
  const isUsable = usableCopy(known, now) !== null;
  if (known.answerNumber > arrivedAt && isUsable) return 'give';
  if (known.failureNumber > arrivedAt) return isUsable ? 'give' : 'refuse';
  if (known.askedUntil <= now) return 'ask';
  return isUsable ? 'give' : 'wait';
}

/** A request is to ask D1; the others wait for it until `askedUntil`. */
export function askingBegun(known: KnownEntry, askedUntil: number): KnownEntry {
  return { ...known, askedUntil };
}

/** A copy that has run out counts as current until `currentUntil`, never past its last hour. */
export function extended(known: KnownEntry, currentUntil: number): KnownEntry {
  const { copy } = known;
  if (copy === null) return known;
  const until = Math.min(currentUntil, usableUntil(copy));
  return { ...known, copy: { ...copy, currentUntil: Math.max(copy.currentUntil, until) } };
}

/** The request that asked until `askedUntil` asks no more; another one may have begun since. */
export function askingEnded(known: KnownEntry, askedUntil: number): KnownEntry {
  return known.askedUntil === askedUntil ? { ...known, askedUntil: 0 } : known;
}

/** D1 or an object has answered; `answerNumber` is the isolate's count. */
export function answered(
  known: KnownEntry,
  answer: EntryCopy,
  answerNumber: number,
  now: number,
): KnownEntry & { copy: EntryCopy } {
  return { ...known, copy: mergeCopies(answer, usableCopy(known, now)), answerNumber };
}

/** D1 has failed; `failureNumber` is the isolate's count. */
export function failed(known: KnownEntry, failureNumber: number): KnownEntry {
  return { ...known, failureNumber };
}

/** What lies at the edge under `etag` was read. */
export function readAtEdge(known: KnownEntry, there: EntryCopy, etag: string, now: number): KnownEntry {
  const copy = mergeCopies(there, usableCopy(known, now));
  return { ...known, copy, edge: { etag, currentUntil: there.currentUntil } };
}

/** The newest of both in each member: the entry by its revision, the mark by when D1 was asked for it. */
function mergeCopies(a: EntryCopy, b: EntryCopy | null): EntryCopy {
  if (b === null) return a;
  const { mark, markAt, bookmark, currentUntil } = a.markAt >= b.markAt ? a : b;
  return {
    entry: revisionOf(a) >= revisionOf(b) ? a.entry : b.entry,
    mark,
    markAt,
    ...(bookmark === undefined ? {} : { bookmark }),
    confirmedAt: Math.max(a.confirmedAt, b.confirmedAt),
    // One of two with the same mark may have been extended.
    currentUntil: a.markAt === b.markAt ? Math.max(a.currentUntil, b.currentUntil) : currentUntil,
  };
}

/** What a request gets that has not asked D1 itself; null: nothing is known. */
export function given(copy: EntryCopy | null): LookedUp {
  return { entry: copy?.entry ?? null, mark: copy?.mark ?? null, fetched: false };
}

/** Revision of a copy's entry; 0 for none. */
export function revisionOf(copy: EntryCopy | null): number {
  return copy?.entry?.revision ?? 0;
}
