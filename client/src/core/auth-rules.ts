/** Tokens: one new one for one refusal, then silence. */

import { FreshetError, unauthenticated } from '../error.ts';
import { isExpiring, refuse, requestFailed } from './ask.ts';
import { changeAll, changeAuth, type Draft } from './draft.ts';
import type { ClientEvents } from './events.ts';
import { unserved } from './judge.ts';
import { NEVER } from './times.ts';

/** `auth` has given a token, the same one, or none. */
export function authed(d: Draft, { outcome, expiresAt }: ClientEvents['authed']) {
  const { why, phase } = d.auth;
  if (phase !== 'asking') return;
  if (outcome === 'none') return refuse(d, unauthenticated('auth() gave no token'));
  if (outcome === 'same' && why === 'rejected')
    return refuse(d, unauthenticated('auth() gave the refused token again'));
  const isNew = outcome === 'new';
  changeAuth(d, {
    phase: 'ready',
    number: d.auth.number + (isNew ? 1 : 0),
    expiresAt,
    isVerified: d.auth.isVerified && !isNew,
    isSecond: why === 'rejected',
    isOld: !isNew,
  });
  // By our clock it has expired at once: the clock is wrong, or there is no better one.
  if (isExpiring(d)) changeAuth(d, { isOld: true });
  if (!isNew) return;
  changeAll(d, (cache) => {
    if (cache.phase === 'denied') return { askAt: d.now, floorAt: -NEVER };
    // Whose token it is only a check tells, and what waits for its read is in none.
    return cache.phase === 'queued' ? { ...unserved(cache), askAt: d.now } : null;
  });
  // The socket ends with the token of its last check.
  if (d.socket.isTold) d.fullAt = d.now;
}

/** `auth` has thrown: as if the network had failed. */
export function authFailed(d: Draft, { error }: ClientEvents['authFailed']): void {
  if (d.auth.phase !== 'asking') return;
  const { why, expiresAt } = d.auth;
  const isHeld = why === 'expiring' && expiresAt !== null;
  // The old one may do for a while.
  changeAuth(d, { phase: isHeld ? 'ready' : 'none', isOld: isHeld, isSecond: false });
  // Whatever it has thrown, be it a refusal of somebody else: without a wait it would be called again and again.
  requestFailed(d, new FreshetError(error.code, error.message, { retryable: true, retryAfterS: error.retryAfterS }));
}

/** Goes on after a refusal. */
export function resume(d: Draft): void {
  if (d.auth.phase === 'refused') {
    changeAuth(d, { phase: 'none', isSecond: false, isOld: false, isVerified: false });
    d.error = null;
    d.backoffAt = -NEVER;
  }
  changeAll(d, ({ phase }) => (phase === 'denied' ? { askAt: d.now, floorAt: -NEVER } : null));
  d.fullAt = d.now;
}
