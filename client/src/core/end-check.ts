/** How a check ends, and which answers are accepted. */

import { type FreshetError, unauthenticated } from '../error.ts';
import type { SyncEnd } from '../network/transport.ts';
import { refuse, requestFailed, requestSucceeded, settle } from './ask.ts';
import { endOfPage } from './check.ts';
import { change, changeAuth, changeSocket, type Draft } from './draft.ts';
import type { ClientEvents } from './events.ts';
import { again, judge } from './judge.ts';
import { between } from './pace.ts';
import { restartSocket } from './socket-rules.ts';
import type { Check } from './state.ts';
import { MINUTE_MS } from './times.ts';

/** The last line has come. */
export function checked(d: Draft, { end }: { end: SyncEnd }) {
  const { check } = d;
  if (check === null) return;
  requestSucceeded(d);
  d.offsetMs = end.now - d.wall;
  if (d.user !== null && d.user !== end.user) return otherUser(d);
  d.checkedAt = d.wall;
  for (const id of check.ids) {
    const cache = d.caches.get(id);
    if (cache?.phase === 'asked' && cache.item === null) again(d, { ...cache, fails: cache.fails + 1 });
  }
  d.commands.push({ do: 'keepUser', user: end.user, token: check.token });
  told(d, check, end.live);
  d.commands.push({ do: 'tell', event: { name: 'check', ms: Math.round(d.now - check.startedAt) } });
  endOfPage(d, check);
}

/** The store now keeps answers for this user: answers that waited for that are accepted. */
export function userKept(d: Draft, { user, told: toldUser, token }: ClientEvents['userKept']) {
  // The first answer may have been another tab's, for another user.
  d.user = user;
  if (user !== toldUser) return otherUser(d);
  // A token that arrived in the meantime may be another user's.
  if (token === d.auth.number) changeAuth(d, { isVerified: true });
  takeKept(d);
}

function takeKept(d: Draft): void {
  const asked = new Set(d.check?.ids);
  for (const cache of d.caches.of('asked')) {
    if (cache.item !== null && !asked.has(cache.id)) judge(d, cache, cache.item);
  }
}

/** Stores nothing of another user, and asks for nothing with their token. */
function otherUser(d: Draft): void {
  d.commands.push({ do: 'tell', event: { name: 'auth', why: 'user' } });
  refuse(d, unauthenticated('the token belongs to another user'));
}

/** Notes which caches the socket reports now. */
function told(d: Draft, { live, ids, isFull }: Check, answer: SyncEnd['live']) {
  if (live === null || live.id !== d.socket.id || d.socket.phase !== 'open') return;
  if (answer === 'gone') return restartSocket(d, d.now);
  if (answer === 'full') return restartSocket(d, between(d, 15 * MINUTE_MS, 30 * MINUTE_MS));
  if (isFull) changeSocket(d, { isTold: true });
  for (const id of ids) change(d, id, { isTold: d.caches.get(id)?.isOpen ?? false });
}

/** The last line is missing. What arrived is kept; the rest is asked for again. */
export function checkFailed(d: Draft, { error }: { error: FreshetError }): void {
  const { check } = d;
  if (check === null) return;
  d.check = null;
  requestFailed(d, error);
  settle(d, check.waiters, error);
  if (check.isFull) d.fullAt = d.now;
  for (const id of check.ids) {
    if (d.caches.get(id)?.phase === 'asked')
      change(d, id, { phase: 'resting', item: null, askAt: d.now, askedAt: Number.NEGATIVE_INFINITY });
  }
}
