/** What happens to the client as a whole. If a rule is missing, it does not compile. */

import { FreshetError, failure } from '../error.ts';
import { dropAll, failDemands, isTaken, mayAsk, requestFailed, requestSucceeded, rest, settle, stop } from './ask.ts';
import { authed, authFailed, resume } from './auth-rules.ts';
import type { Demand } from './cache-state.ts';
import { beginFull } from './check.ts';
import { chance, change, changeSocket, type Draft } from './draft.ts';
import { checked, checkFailed, userKept } from './end-check.ts';
import type { ClientEventName, ClientEvents } from './events.ts';
import { firstCache } from './first-cache.ts';
import { refused, want } from './judge.ts';
import { beginProbing, lead } from './lead-rules.ts';
import { firstFullAt, pokeFloor } from './pace.ts';
import { wakeSocket } from './socket-rules.ts';
import { NEVER, SECOND_MS } from './times.ts';

export const CLIENT_RULES: { readonly [N in ClientEventName]: (d: Draft, event: ClientEvents[N]) => void } = {
  started(d, { device, isInMemory, isVisible, isOnline }) {
    Object.assign(d, { isStarted: true, isInMemory, isVisible, isOnline, user: device.user });
    d.offsetMs = device.clockOffsetMs;
    d.hiddenAt = d.now;
    beginProbing(d);
    d.fullAt = firstFullAt(d);
    for (const { id, phase } of d.caches.values()) if (phase === 'reading') d.commands.push({ do: 'read', cache: id });
  },

  used(d, { cache: id, title, parameters, isUsed }) {
    const known = d.caches.get(id);
    const isNew = known === undefined;
    if (isNew && !isUsed) return;
    const cache = known ?? firstCache(id, title, parameters);
    d.caches.set(id, { ...cache, isUsed, usedAt: isUsed ? d.now : cache.usedAt });
    if (!isUsed) return change(d, id, { askAt: NEVER });
    if (cache.isUsed) return;
    if (!isNew) askBy(d, id);
    // The copy in memory may be older than the store, or gone.
    if (cache.phase !== 'resting') return;
    change(d, id, { phase: 'reading' });
    d.openingUntil = d.now + SECOND_MS;
    if (d.isStarted) d.commands.push({ do: 'read', cache: id });
  },

  checked,
  checkFailed,
  userKept,

  fetchFailed(d, { cache: id, error }) {
    const cache = d.caches.get(id);
    if (cache?.phase !== 'fetching') return;
    const { status, code } = error;
    if (status !== 401 && code !== 'network' && code !== 'timeout') return refused(d, cache, error);
    requestFailed(d, error);
    failDemands(d, { ...cache, demand: null }, error);
    change(d, id, { phase: 'resting', item: null, served: null, isTold: false, askAt: d.now });
  },

  poked(d, { pokes, spreadMs }) {
    const at = Math.max(d.now + chance(d) * spreadMs, pokeFloor(d));
    for (const { tag, revision } of pokes) {
      d.commands.push({ do: 'tell', event: { name: 'poke', cache: tag } });
      // The poke for a new cache may arrive before its tag is known. Tags beyond the limit belong to no cache.
      const ids = d.caches.tagged(tag);
      if (d.wanted.size < MOST_WANTED || ids.size > 0) want(d, tag, revision);
      for (const id of ids) {
        const { revision: held = 0, askAt = NEVER } = d.caches.get(id) ?? {};
        if (held < revision) change(d, id, { behinds: 0, askAt: Math.min(askAt, at) });
      }
    }
  },

  authed,
  authFailed,
  resume,
  signedOut: (d) => dropAll(d, false),

  visible(d, { isVisible }) {
    if (isVisible === d.isVisible) return;
    d.isVisible = isVisible;
    if (!isVisible) {
      d.hiddenAt = d.now;
      return;
    }
    beginProbing(d);
    d.backoffAt = -NEVER;
    if (d.now - d.hiddenAt >= LONG_HIDDEN_MS) return wake(d);
    if (!d.socket.isTold) d.fullAt = d.now;
    askPoked(d);
  },

  online(d, { isOnline }) {
    if (isOnline === d.isOnline) return;
    d.isOnline = isOnline;
    if (!isOnline) return;
    const at = d.now + chance(d) * 2 * SECOND_MS;
    d.backoffAt = Math.min(d.backoffAt, at);
    d.fullAt = Math.min(d.fullAt, at);
    if (d.socket.phase === 'waiting') changeSocket(d, { openAt: Math.min(d.socket.openAt, at) });
  },

  lead,
  leadWanted(d) {
    d.isLeadWanted = true;
  },
  leaderHeard(d) {
    d.heardAt = d.now;
  },

  check(d, { waiter }) {
    if (isTaken(d, waiter)) d.askers = [...d.askers, waiter];
  },

  listed(d, { metas }) {
    if (!d.isListing) return;
    d.isListing = false;
    for (const [id, meta] of metas)
      if (!d.caches.has(id)) d.caches.set(id, firstCache(id, meta.title, meta.parameters, meta));
    beginFull(d);
  },

  refresh(d, { cache, waiter }) {
    if (isTaken(d, waiter)) d.refreshes = [...d.refreshes, { cache, waiter }];
  },

  /** The version that the refresh produced is read, if it is known already. */
  refreshed(d, { cache: id, waiter }) {
    requestSucceeded(d);
    demand(d, id, { maxAgeS: null, afterVersion: (d.caches.get(id)?.meta?.version ?? 0) + 1, waiters: [waiter] });
  },

  refreshFailed(d, { waiter, error }) {
    settle(d, [waiter], error);
    if (error.status === 401 || error.code === 'network') requestFailed(d, error);
  },

  fresh(d, { cache, maxAgeS, waiter }) {
    if (isTaken(d, waiter)) demand(d, cache, { maxAgeS, afterVersion: null, waiters: [waiter] });
  },

  lost(d) {
    d.isInMemory = true;
    d.commands.push({ do: 'tell', event: { name: 'store.lost' } });
  },
  healed(d) {
    d.isInMemory = false;
    d.commands.push({ do: 'tell', event: { name: 'store.healed' } });
    if (!mayAsk(d)) rest(d);
  },

  forgotten(d, { cache: id }) {
    const { isUsed, phase } = d.caches.get(id) ?? {};
    if (!isUsed && (phase === 'resting' || phase === 'denied')) d.caches.delete(id);
  },

  close(d) {
    stop(d, failure('closed'));
    d.isClosed = true;
  },

  /** The timer may fire a little early; then it is set again. */
  tick(d) {
    d.timerAt = -NEVER;
  },
};

/** Revisions kept of tags that no cache has: the socket may already report the caches of a check in progress. */
const MOST_WANTED = 1000;

/** A page that was hidden for longer counts as asleep. */
const LONG_HIDDEN_MS = 60 * SECOND_MS;

/** After sleep: asks now for what was missed, and replaces the socket. */
export function wake(d: Draft): void {
  wakeSocket(d);
  d.backoffAt = -NEVER;
  d.fullAt = d.now;
}

function askPoked(d: Draft): void {
  for (const { id, tag, revision } of d.caches.values()) {
    if (tag !== null && (d.wanted.get(tag) ?? 0) > revision) askBy(d, id);
  }
}

function askBy(d: Draft, id: string): void {
  change(d, id, { askAt: d.now });
}

/** Merges demands of several callers into one question, with the strictest values. */
function demand(d: Draft, id: string, wanted: Demand) {
  const cache = d.caches.get(id);
  if (cache === undefined) return settle(d, wanted.waiters, new FreshetError('closed', 'the cache was dropped'));
  if (cache.phase === 'denied') return settle(d, wanted.waiters, cache.error);
  const { maxAgeS, afterVersion, waiters } = cache.demand ?? { maxAgeS: null, afterVersion: null, waiters: [] };
  const ages = [maxAgeS, wanted.maxAgeS].filter((age) => age !== null);
  change(d, id, {
    demand: {
      maxAgeS: ages.length === 0 ? null : Math.min(...ages),
      afterVersion: Math.max(afterVersion ?? 0, wanted.afterVersion ?? 0) || null,
      waiters: [...waiters, ...wanted.waiters],
    },
  });
}
