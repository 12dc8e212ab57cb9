/**
 * Watches: a cache is watched only once its object has acknowledged. Until then the watch is owed: it is in the hub's
 * storage, and the alarm asks the object again.
 */

import type { IsWatchedRequest, PokeRequest, WatchAnswer } from '../../contract/live.ts';
import { tagOfKey } from '../etag.ts';
import type { HubContext, HubEffects } from './events.ts';
import { type Hub, MAX_WATCHES, NO_TAGS, type Watch } from './hub.ts';
import { spreadMs } from './pace.ts';
import { end } from './sockets.ts';

/** When an object that has not acknowledged is asked again, ms: the first time, and later. */
export const WATCH_RETRY_MS = 10_000;
export const WATCH_RETRY_MOST_MS = 60_000;
/** Most objects that one step asks; the alarm asks the others soon after (NEXT_TURN_MS). */
export const WATCHES_A_STEP = 200;
/** A check asks again for a watch that was acknowledged this long ago, ms, since its object may have lost its rows. */
export const RENEW_MS = 24 * 3_600_000;
/** A watch that no socket needs is kept for this time, ms, so that devices that come back after some days need no new one. */
export const KEEP_MS = 7 * RENEW_MS;
/** When the alarm does the work that did not fit into a step, ms. */
export const NEXT_TURN_MS = 1_000;

/** The keys that have no watch, an old one, or one that rests; each costs a call of its object. */
export function unwatched(hub: Hub, keys: readonly string[], now: number): string[] {
  return [...new Set(keys)].filter((key) => {
    const watch = hub.watches.get(tagOfKey(key));
    return watch === undefined || (watch.dueAt === null && (watch.rests || watch.acknowledgedAt <= now - RENEW_MS));
  });
}

/**
 * Asks for a watch of each key that has none. A watch that is old or rests is asked for again under its number, which
 * writes no row: if that is lost, the watch still stands.
 */
export function owe(hub: Hub, keys: readonly string[], { now }: HubContext, effects: HubEffects): void {
  for (const key of unwatched(hub, keys, now)) {
    const watch = hub.watches.get(tagOfKey(key)) ?? newWatch(hub, key, now, effects);
    ask(hub, watch, now + WATCH_RETRY_MS, now, effects);
  }
}

function newWatch(hub: Hub, key: string, now: number, effects: HubEffects): Watch {
  const tag = tagOfKey(key);
  // At least the time, so that a hub that lost its rows repeats no number.
  hub.lastN = Math.max(hub.lastN + 1, now);
  effects.keep.add(tag);
  return { tag, key, n: hub.lastN, dueAt: now, acknowledgedAt: 0, rests: false };
}

/**
 * Whether these caches can be watched too. A device may go through any number of caches, so watches that no socket
 * needs make room. Their objects tell the hub once more, and then learn that it no longer needs the cache.
 */
export function canWatch(hub: Hub, tags: ReadonlySet<string>, effects: HubEffects): boolean {
  let added = 0;
  let needed = hub.toldCount;
  for (const tag of tags) {
    if (!hub.watches.has(tag)) added += 1;
    if (!hub.isTold(tag)) needed += 1;
  }
  if (hub.watches.size + added <= MAX_WATCHES) return true;
  if (needed > MAX_WATCHES) return false;
  for (const tag of hub.watches.keys()) if (!hub.isTold(tag)) drop(hub, tag, effects);
  return true;
}

/**
 * Asks the objects of watches that are due. A watch that no socket needs is not asked for, and is dropped once it has
 * been kept long enough; one that was never acknowledged, at once.
 */
export function askDue(hub: Hub, { now }: HubContext, effects: HubEffects): void {
  for (const watch of hub.watches.values()) {
    const isNeeded = hub.isTold(watch.tag);
    const at = isNeeded || watch.acknowledgedAt === 0 ? watch.dueAt : watch.acknowledgedAt + KEEP_MS;
    // Its next check asks again.
    if (!isNeeded && watch.acknowledgedAt > 0 && watch.dueAt !== null) rest(hub, watch.tag);
    if (at === null) continue;
    if (at > now) effects.wakeBy = Math.min(effects.wakeBy, at);
    else if (!isNeeded) drop(hub, watch.tag, effects);
    else ask(hub, watch, now + WATCH_RETRY_MOST_MS, now, effects);
  }
}

/**
 * The time of the next try is kept only in memory: a hub that wakes tries at once. A watch that stands needs no alarm of
 * its own, which would be a row: the next one tries again.
 */
function ask(hub: Hub, watch: Watch, retryAt: number, now: number, effects: HubEffects): void {
  const asks = effects.watch.length < WATCHES_A_STEP;
  const dueAt = asks ? retryAt : now + NEXT_TURN_MS;
  // Moves the watch behind those that were not asked yet: otherwise many that never answer would keep the others
  // waiting.
  if (asks) hub.watches.delete(watch.tag);
  hub.watches.set(watch.tag, { ...watch, dueAt });
  if (watch.acknowledgedAt === 0 || !asks) effects.wakeBy = Math.min(effects.wakeBy, dueAt);
  if (asks) effects.watch.push(watch);
}

/**
 * An object has answered. It will tell of revisions after the one in its answer; this step tells the sockets of that
 * one. An object that does not know the cache yet is asked again, because a load of it was accepted.
 */
export function watched(
  hub: Hub,
  { tag, n, answer }: { tag: string; n: number; answer: WatchAnswer },
  context: HubContext,
  effects: HubEffects,
): undefined {
  const watch = hub.watches.get(tag);
  if (watch === undefined || watch.n !== n || watch.dueAt === null || answer.outcome !== 'watched') return;
  hub.watches.set(tag, { ...watch, dueAt: null, acknowledgedAt: context.now, rests: false });
  effects.keep.add(tag);
  if (answer.revision > 0)
    tell(hub, { tag, version: answer.version, revision: answer.revision, hubs: 1 }, context, effects);
}

/**
 * Tells the sockets of a cache what has changed, and returns whether there are any. If there are none, the watch ends
 * on both sides.
 */
export function poke(hub: Hub, { key, ...change }: PokeRequest, context: HubContext, effects: HubEffects): boolean {
  const tag = tagOfKey(key);
  return tell(hub, { tag, ...change }, context, effects) || isOver(hub, tag, effects);
}

/**
 * Whether any socket needs a cache. If none does, its object lets it expire but still tells of changes, so that no row
 * is written, here or there, when the devices of a hub go and come back.
 */
export function isWatched(
  hub: Hub,
  { key, keeps }: IsWatchedRequest,
  context: HubContext,
  effects: HubEffects,
): boolean {
  const tag = tagOfKey(key);
  if (live(hub, tag, context, effects).length > 0) return true;
  return keeps === true ? rest(hub, tag) : isOver(hub, tag, effects);
}

/** The next check that names the cache asks its object again. Known only in memory: docs/live.md says why that suffices. */
function rest(hub: Hub, tag: string): false {
  const watch = hub.watches.get(tag);
  if (watch !== undefined && watch.acknowledgedAt > 0) hub.watches.set(tag, { ...watch, dueAt: null, rests: true });
  return false;
}

function isOver(hub: Hub, tag: string, effects: HubEffects): false {
  drop(hub, tag, effects);
  return false;
}

function drop(hub: Hub, tag: string, effects: HubEffects): void {
  if (hub.watches.delete(tag)) effects.keep.add(tag);
}

function tell(
  hub: Hub,
  { tag, version, revision, hubs }: Omit<PokeRequest, 'key' | 'n'> & { tag: string },
  context: HubContext,
  effects: HubEffects,
): boolean {
  const to = live(hub, tag, context, effects);
  if (to.length === 0) return false;
  const message = { poke: [[tag, version, revision] as const], spread_ms: spreadMs(hub, to.length, hubs, context) };
  effects.send.push({ to, message });
  return true;
}

/**
 * The sockets that may be told of a cache now. Ends those whose token has expired; those whose check is too old are
 * told nothing more.
 */
function live(hub: Hub, tag: string, { now }: HubContext, effects: HubEffects): string[] {
  const may: string[] = [];
  for (const id of [...hub.toldOf(tag)]) {
    const socket = hub.sockets.get(id);
    if (socket === undefined) continue;
    if (socket.expiresAt <= now) end(hub, id, 'expired', effects);
    else if (socket.toldUntil <= now) hub.tell(id, NO_TAGS);
    else may.push(id);
  }
  return may;
}
