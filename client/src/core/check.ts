/** Checks: which caches are asked for together. Only one check runs at a time. How it ends: end-check.ts. */

import { isReady, settle } from './ask.ts';
import type { CacheState } from './cache-state.ts';
import { isIdle } from './caches.ts';
import { change, changeAll, changeSocket, type Draft, isDue } from './draft.ts';
import { nextFullAt, notePokeCheck } from './pace.ts';
import type { Check } from './state.ts';
import { NEVER, SECOND_MS } from './times.ts';

/** Most caches in one question, and on one socket. */
const PAGE = 100;
const MOST_TOLD = 1000;

/** Begins the check that is due, if any. */
export function planCheck(d: Draft) {
  if (d.check !== null || d.isListing || isOpening(d)) return;
  if (isFullDue(d)) {
    if (!isReady(d)) return;
    if (d.askers.length === 0) return beginFull(d);
    // `check()` asks for all caches, also those that nobody uses now: the store has to list them.
    d.isListing = true;
    d.commands.push({ do: 'list' });
    return;
  }
  const isAdding = d.socket.isTold && d.caches.count('told') < MOST_TOLD;
  const due = dueCaches(d, isAdding);
  if (due.length === 0 || !isReady(d)) return;
  const untold = isAdding ? due.filter(({ isTold }) => !isTold) : [];
  // A poked cache is asked for without naming the socket: naming it would replace the caches that the socket reports.
  const ids = (untold.length > 0 ? untold : due).map(({ id }) => id);
  begin(d, { isFull: false, pages: [{ ids, isTold: untold.length > 0 }], waiters: [] }, true);
}

/** Whether caches are being opened: their reads from the store get a moment, so that one check asks for all of them. */
function isOpening(d: Draft): boolean {
  return d.caches.count('unread') > 0 && !isDue(d, d.openingUntil);
}

function isFullDue(d: Draft): boolean {
  const at = d.askers.length > 0 ? d.now : d.fullAt;
  return isDue(d, Math.max(at, d.fulledAt + SECOND_MS)) && (d.askers.length > 0 || !askable(d).next().done);
}

/** Caches that may be asked for. */
function* askable(d: Draft): Generator<CacheState> {
  for (const cache of d.caches.of('askable')) {
    if (cache.floorAt <= d.now && (cache.isUsed || d.askers.length > 0)) yield cache;
  }
}

/** Used caches first; within each half, the most recently used first. */
function byUse(caches: Iterable<CacheState>): CacheState[] {
  return [...caches].sort((a, b) => Number(b.isUsed) - Number(a.isUsed) || b.usedAt - a.usedAt);
}

/** The first caches to ask for now. `isAdding`: includes those that have to be added to the socket. */
function dueCaches(d: Draft, isAdding: boolean): CacheState[] {
  const due: CacheState[] = [];
  for (const agenda of isAdding ? [d.caches.adding, d.caches.asking] : [d.caches.asking]) {
    for (const id of agenda.due(d.now)) {
      if (due.length === PAGE) return due;
      due.push(d.caches.get(id) as CacheState);
    }
    isDue(d, agenda.next);
  }
  return due;
}

/** Begins a full check. */
export function beginFull(d: Draft): void {
  const caches = byUse(askable(d));
  const told = caches.filter(({ isUsed }) => isUsed).slice(0, MOST_TOLD);
  const waiters = d.askers;
  d.askers = [];
  d.fulledAt = d.now;
  d.fullAt = NEVER;
  // The first page replaces the caches that the socket reports.
  if (d.socket.phase === 'open') changeAll(d, ({ isTold }) => (isTold ? { isTold: false } : null));
  // With no caches to report, the socket is complete without a question; caches that become idle later are added.
  if (d.socket.phase === 'open' && told.length === 0) changeSocket(d, { isTold: true });
  const pages = [...paged(told, true), ...paged(caches.slice(told.length), false)];
  begin(d, { isFull: true, pages, waiters }, false);
}

function paged(caches: readonly CacheState[], isTold: boolean): { ids: string[]; isTold: boolean }[] {
  const pages = [];
  for (let at = 0; at < caches.length; at += PAGE) {
    pages.push({ ids: caches.slice(at, at + PAGE).map(({ id }) => id), isTold });
  }
  return pages;
}

/** Asks the first page. `add`: adds its caches to those that the socket reports. */
export function begin(
  d: Draft,
  { isFull, pages, waiters }: Omit<Check, 'ids' | 'live' | 'startedAt' | 'token'>,
  add: boolean,
) {
  const [page, ...rest] = pages;
  // Caches that have become busy since the pages were made are left out.
  const caches = (page?.ids ?? []).flatMap((id) => d.caches.get(id) ?? []).filter(isIdle);
  const ids = caches.map(({ id }) => id);
  const isTold = page?.isTold === true && d.socket.phase === 'open';
  const live = isTold ? { id: d.socket.id, seq: d.socket.seq + 1, add } : null;
  const check = { isFull, ids, pages: rest, live, waiters, token: d.auth.number, startedAt: d.now };
  const question = caches.map((cache) => {
    const { id, title, parameters, meta, wantsWhole } = cache;
    const etag = wantsWhole ? null : (meta?.etag ?? null);
    change(d, id, { phase: 'asked', askedEtag: etag, askedAt: d.now, askAt: NEVER, item: null, isOpen: false });
    return { id, title, parameters, etag, minRevision: wantedOf(d, cache) };
  });
  if (!isFull && question.some(({ minRevision }) => minRevision > 0)) notePokeCheck(d);
  if (question.length === 0) return endOfPage(d, check);
  if (live !== null) changeSocket(d, { seq: live.seq });
  d.check = check;
  d.commands.push({ do: 'sync', question: { caches: question, live } });
}

function wantedOf(d: Draft, { tag }: CacheState): number {
  return (tag !== null && d.wanted.get(tag)) || 0;
}

/** A page is answered: the next one, or the end of the check. */
export function endOfPage(d: Draft, { isFull, pages, waiters }: Check): void {
  d.check = null;
  if (pages.length > 0) {
    begin(d, { isFull, pages, waiters }, true);
    return;
  }
  if (!isFull) return;
  // A socket may have opened in the meantime; it needs a full check of its own.
  d.fullAt = Math.min(d.fullAt, nextFullAt(d));
  // Revisions of tags that no cache has are no longer needed.
  const tags = new Set([...d.caches.values()].map(({ tag }) => tag));
  for (const tag of d.wanted.keys()) if (!tags.has(tag)) d.wanted.delete(tag);
  if (waiters.length > 0) d.settling = [...d.settling, { waiters, ids: [...d.caches.keys()], at: 0 }];
}

/** Settles the waiters whose answers are all stored. */
export function planSettling(d: Draft): void {
  if (d.settling.length === 0) return;
  d.settling = d.settling.flatMap((settling) => {
    const { waiters, ids } = settling;
    let { at } = settling;
    while (at < ids.length && !isBusy(d, ids[at] as string)) at += 1;
    if (at < ids.length) return { waiters, ids, at };
    settle(d, waiters, null);
    return [];
  });
}

function isBusy(d: Draft, id: string): boolean {
  const cache = d.caches.get(id);
  return cache !== undefined && !isIdle(cache);
}
