/**
 * What an isolate knows of one key, as pure rules (DESIGN "Reading"); `stores/entry-lookup.ts` does the I/O. The state
 * at a moment is the first of these that applies:
 *
 * - *being asked*: a request of this isolate has asked D1, and has not taken too long;
 * - *current*: less than `ENTRY_CACHE_MS` ago D1 returned entry and mark, or the object returned an entry where
 *   nothing was known;
 * - *last known*: less than LAST_KNOWN_MS ago D1 or the object last returned the entry;
 * - *unknown*.
 *
 * A cell gives the state after the event; the text in brackets is what the request gets.
 *
 * | event                          | unknown           | current           | last known            | being asked                      |
 * |--------------------------------|-------------------|-------------------|-----------------------|----------------------------------|
 * | find: the edge copy is current | current (copy)    | current (copy)    | current (copy)        | – (copy)                         |
 * | find: the edge copy is not     | being asked (D1)  | being asked (D1)  | being asked (D1)      | – (copy; if there is none, waits) |
 * | glance                         | as find           | – (copy)          | as find               | – (copy; if there is none, as find) |
 * | D1 answered                    | current           | current           | current               | current                          |
 * | D1 failed                      | unknown (503)     | – (copy)          | – (copy)              | current (copy), or unknown (503) |
 * | the object answered            | current           | – (newer copy)    | – (newer copy)        | – (newer copy)                   |
 * | time passes                    | –                 | last known        | unknown               | what its copy is                 |
 *
 * A find asks D1 even if this isolate's own copy is current: another isolate of the location may know more, and only
 * the edge copy would show it. The question extends an expired copy, here and at the edge, so that other requests use
 * it meanwhile. After a failure the extension stays, so a D1 that is down is asked once per `ENTRY_CACHE_MS`.
 */

import { LAST_KNOWN_MS } from '../contract/constants.ts';
import type { Entry, ResourceMark } from '../ports/entry.ts';
import type { LookedUp, NotedTask } from '../ports/stores.ts';

/** What D1 and objects returned for a key; an `entry` of null is knowledge too: D1 had none. Times in ms since the epoch. */
export interface EntryCopy {
  entry: Entry | null;
  mark: ResourceMark | null;
  /** When D1 was asked for the mark; 0: never. D1's answers may arrive in another order than they were asked for. */
  markAt: number;
  /** D1's bookmark at that time, if replicas may answer: the next replica must have reached it. */
  bookmark?: string;
  /** When D1 or the object last returned the entry. */
  confirmedAt: number;
  /**
   * The copy, including its mark, counts as current until then. An answer of the object has no mark, so it does not
   * extend this time.
   */
  currentUntil: number;
}

/** Everything that an isolate knows of a key. */
export interface KnownEntry {
  /** Null: nothing is known. */
  copy: EntryCopy | null;
  /** The copy at the location's edge, as this isolate last read or wrote it; it is merged into `copy`. Null: none was seen. */
  edge: { etag: string; currentUntil: number } | null;
  /** Until when other requests wait for the one that asks D1, ms; 0: no request asks. */
  askedUntil: number;
  /**
   * Numbers of the last answer (of D1 or an object) and of D1's last failure, in one count of the isolate: its clock
   * stands still between I/O and cannot order them. A waiting request only uses what arrived after the request itself.
   */
  answerNumber: number;
  failureNumber: number;
  /** The task that a request here asked for, and until when it is of interest, ms. */
  task: { noted: NotedTask; until: number } | null;
  /** When it was last looked up together with others, ms; absent: never. */
  batchedAt?: number;
  /** The number, in the same count, of the last answered question to D1's primary about several keys; absent: none. */
  primaryNumber?: number;
  /** A revision that neither the primary nor the object had, and until when it is not asked for again, ms. */
  missing?: { revision: number; until: number };
}

/** A key about which nothing is known. */
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

/** The copy while it may be used, current or last known; null: none. */
export function usableCopy({ copy }: KnownEntry, now: number): EntryCopy | null {
  return copy !== null && now < usableUntil(copy) ? copy : null;
}

/** When a copy can no longer be used, ms. */
export function usableUntil(copy: EntryCopy): number {
  return copy.confirmedAt + LAST_KNOWN_MS;
}

/** Whether the location treats its copy at the edge as current. */
export function isCurrentAtEdge({ edge }: KnownEntry, now: number): boolean {
  return edge !== null && edge.currentUntil > now;
}

/** The next step of a request for which the edge has no current copy; `arrivedAt` is the isolate's count at its arrival. */
export function nextStep(known: KnownEntry, arrivedAt: number, now: number): 'give' | 'wait' | 'ask' | 'refuse' {
  const isUsable = usableCopy(known, now) !== null;
  if (known.answerNumber > arrivedAt && isUsable) return 'give';
  if (known.failureNumber > arrivedAt) return isUsable ? 'give' : 'refuse';
  if (known.askedUntil <= now) return 'ask';
  return isUsable ? 'give' : 'wait';
}

/** A request begins to ask D1; the others wait for it until `askedUntil`. */
export function askingBegun(known: KnownEntry, askedUntil: number): KnownEntry {
  return { ...known, askedUntil };
}

/** Lets an expired copy count as current until `currentUntil`, at most until the copy can no longer be used. */
export function extended(known: KnownEntry, currentUntil: number): KnownEntry {
  const { copy } = known;
  if (copy === null) return known;
  const until = Math.min(currentUntil, usableUntil(copy));
  return { ...known, copy: { ...copy, currentUntil: Math.max(copy.currentUntil, until) } };
}

/** The request that asked until `askedUntil` has ended; another request may have begun to ask meanwhile. */
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

/** The copy at the edge under `etag` was read. */
export function readAtEdge(known: KnownEntry, there: EntryCopy, etag: string, now: number): KnownEntry {
  const copy = mergeCopies(there, usableCopy(known, now));
  return { ...known, copy, edge: { etag, currentUntil: there.currentUntil } };
}

/** The newer of both for each member: the entry by its revision, the mark by the time at which D1 was asked for it. */
function mergeCopies(a: EntryCopy, b: EntryCopy | null): EntryCopy {
  if (b === null) return a;
  const { mark, markAt, bookmark, currentUntil } = a.markAt >= b.markAt ? a : b;
  return {
    entry: revisionOf(a) >= revisionOf(b) ? a.entry : b.entry,
    mark,
    markAt,
    ...(bookmark === undefined ? {} : { bookmark }),
    confirmedAt: Math.max(a.confirmedAt, b.confirmedAt),
    // Of two copies with the same mark, one may have been extended.
    currentUntil: a.markAt === b.markAt ? Math.max(a.currentUntil, b.currentUntil) : currentUntil,
  };
}

/** What a request gets that did not ask D1 itself; null: nothing is known. */
export function given(copy: EntryCopy | null): LookedUp {
  return { entry: copy?.entry ?? null, mark: copy?.mark ?? null, fetched: false };
}

/** Revision of a copy's entry; 0 for none. */
export function revisionOf(copy: EntryCopy | null): number {
  return copy?.entry?.revision ?? 0;
}
