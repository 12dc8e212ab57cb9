/** What an answer of the service means for a cache. */

import { FreshetError, isPassing } from '../error.ts';
import type { Item } from '../network/transport.ts';
import { askBy, failDemands, settle } from './ask.ts';
import type { CacheState } from './cache-state.ts';
import { change, changeWanted, type Draft } from './draft.ts';
import { backoff, floorOf, pokeFloor } from './pace.ts';
import { HOUR_MS, MINUTE_MS, NEVER, SECOND_MS } from './times.ts';

/** Waits before each retry of a cache that is older than the revision that the service announced. */
const BEHIND_MS = [2 * SECOND_MS, 10 * SECOND_MS, MINUTE_MS];
const LONGEST_LOAD_MS = MINUTE_MS;

/** Judges an answer, also one that was judged before and met a conflict in its commit. */
export function judge(d: Draft, cache: CacheState, item: Item) {
  const { meta, askedEtag } = cache;
  const isNamed = meta !== null && askedEtag === meta.etag;
  const { status, version } = item;
  change(d, cache.id, { tag: item.tag ?? cache.tag, item });
  const known = d.caches.get(cache.id) ?? cache;
  // If this answer is not stored, the next one must still reach this revision.
  if (item.revision !== null && known.tag !== null) want(d, known.tag, item.revision);
  if (item.error !== null) return refused(d, known, item.error);
  if (status === 202) return wait(d, known, item);
  if (status === 304) {
    if (!isNamed) return again(d, known);
    return meta.hash !== null && item.hash !== null && meta.hash !== item.hash
      ? wrong(d, known)
      : store(d, known, 'note');
  }
  const isLower = meta !== null && version !== null && version < meta.version;
  // A version goes down only after a restore: the service was told the higher one, and returned a whole body.
  if (isLower && (!isNamed || item.delta !== null)) return again(d, known);
  if (item.delta !== null && !(isNamed && item.delta.from === versionIn(meta.etag))) return again(d, known);
  if (item.hasBody) store(d, known, 'apply');
  else change(d, known.id, { phase: 'queued' });
}

/** Notes a revision that was announced: a cache that is below it is asked for. */
export function want(d: Draft, tag: string, revision: number): void {
  changeWanted(d, tag, Math.max(revision, d.wanted.get(tag) ?? 0));
}

/** The version in an ETag. */
function versionIn(etag: string): number {
  return Number(/-v(\d+)$/.exec(etag)?.[1]);
}

function store(d: Draft, { id }: CacheState, how: 'apply' | 'note'): void {
  const item = d.caches.get(id)?.item;
  if (!item) return;
  change(d, id, { phase: 'storing' });
  d.commands.push({ do: how, cache: id, item });
}

/** The copy is now at the version of the answer. */
export function done(d: Draft, cache: CacheState): void {
  const { id, item, served } = cache;
  settle(d, served?.waiters ?? [], null);
  change(d, id, {
    phase: 'resting',
    item: null,
    served: null,
    error: null,
    askAt: NEVER,
    floorAt: -NEVER,
    wantsWhole: false,
    wrongs: 0,
    conflicts: 0,
    fails: 0,
    deniedAt: null,
    revision: Math.max(cache.revision, item?.revision ?? 0),
  });
  catchUp(d, id);
}

/** Asks again, a few times, for a cache that is below the announced revision. */
function catchUp(d: Draft, id: string): void {
  const cache = d.caches.get(id);
  if (!cache?.tag) return;
  const wanted = d.wanted.get(cache.tag) ?? 0;
  const waitMs = BEHIND_MS[cache.behinds];
  if (wanted > cache.revision) {
    // After the last wait the next full check decides; until then the cache does not show as live.
    // Each poke restarts the waits, so the pace of pokes applies to them, too.
    if (waitMs !== undefined)
      change(d, id, { askAt: Math.max(d.now + waitMs, pokeFloor(d)), behinds: cache.behinds + 1 });
    return;
  }
  changeWanted(d, cache.tag, null);
  change(d, id, { behinds: 0 });
}

/** The origin is still being loaded: asks again later. */
function wait(d: Draft, cache: CacheState, item: Item): void {
  const floorAt = d.now + Math.max(1, item.retryAfterS ?? 0) * SECOND_MS;
  const askAt = Math.max(floorAt, d.now + Math.min(LONGEST_LOAD_MS, SECOND_MS * 2 ** cache.fails));
  change(d, cache.id, {
    phase: 'resting',
    item: null,
    demand: cache.demand ?? cache.served,
    served: null,
    error: null,
    askAt,
    floorAt,
    fails: cache.fails + 1,
    deniedAt: null,
  });
}

/** The answer does not fit the held version, which may be nobody's fault: asks again. */
export function again(d: Draft, cache: CacheState): void {
  const { id, fails, floorAt } = cache;
  const askAt = fails === 0 ? d.now : backoff(d, fails);
  // A read that an app demands must not cause a loop.
  change(d, id, { ...unserved(cache), wantsWhole: false, fails: fails + 1, askAt, floorAt: Math.max(floorAt, askAt) });
}

/** The cache rests, and what the app demanded is still to be done. */
export function unserved({ demand, served }: CacheState) {
  const waiters = [...(demand?.waiters ?? []), ...(served?.waiters ?? [])];
  return {
    phase: 'resting',
    item: null,
    demand: served === null ? demand : { ...served, waiters },
    served: null,
  } as const;
}

/** The rows are not those of the service: loads everything once, then rarely. */
export function wrong(d: Draft, cache: CacheState): void {
  const wrongs = cache.wrongs + 1;
  d.commands.push({ do: 'tell', event: { name: 'integrity', cache: cache.id } });
  if (wrongs === 1) {
    again(d, cache);
    change(d, cache.id, { wantsWhole: true, wrongs });
    return;
  }
  fail(d, cache, new FreshetError('integrity', 'the rows are not those of the service', { retryable: true }));
  change(d, cache.id, {
    wantsWhole: true,
    wrongs,
    askAt: backoff(d, wrongs, HOUR_MS, 5 * MINUTE_MS) + 5 * MINUTE_MS,
  });
}

/** Only this cache is tried again later. */
export function fail(d: Draft, cache: CacheState, error: FreshetError): void {
  failDemands(d, { ...cache, demand: null }, error);
  const fails = cache.fails + 1;
  const floorAt = floorOf(d, error);
  const askAt = Math.max(floorAt, backoff(d, fails));
  change(d, cache.id, { phase: 'resting', item: null, served: null, error, fails, floorAt, askAt });
}

/** The service refuses this cache: for now, or until something else changes. */
export function refused(d: Draft, cache: CacheState, error: FreshetError): void {
  if (isPassing(error.status ?? 500)) fail(d, cache, error);
  else denied(d, cache, error);
}

/** The cache is asked for again only after an hour, because the answer is unlikely to change. */
function denied(d: Draft, cache: CacheState, error: FreshetError): void {
  failDemands(d, cache, error);
  const at = d.now + HOUR_MS;
  const deniedAt = cache.deniedAt ?? d.now;
  change(d, cache.id, {
    phase: 'denied',
    item: null,
    demand: null,
    served: null,
    isTold: false,
    error,
    deniedAt,
    askAt: at,
    floorAt: at,
  });
  const isForGood = d.now - deniedAt >= HOUR_MS;
  if (d.settings.denied === 'drop' && isForGood && cache.meta !== null)
    d.commands.push({ do: 'drop', cache: cache.id });
}

/** Asks for a cache for the first time. */
export function askFirst(d: Draft, cache: CacheState): void {
  if (!cache.isUsed || !cache.isRead) return;
  // A held copy waits a moment for the first check of a socket that is being opened.
  const { phase, fails, isTold } = d.socket;
  const isComing = phase !== 'off' && !isTold && fails === 0;
  askBy(d, cache, cache.meta !== null && isComing ? d.now + 3 * SECOND_MS : d.now);
}
