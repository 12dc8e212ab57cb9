/** Tokens: one refusal leads to one new token, then to silence. */

import { FreshetError, unauthenticated } from '../error.ts';
import { isExpiring, refuse, requestFailed } from './ask.ts';
import { changeAll, changeAuth, type Draft } from './draft.ts';
import type { ClientEvents } from './events.ts';
import { unserved } from './judge.ts';
import { NEVER } from './times.ts';

/** `auth` has returned a token, the same token as before, or none. */
export function authed(d: Draft, { outcome, expiresAt }: ClientEvents['authed']) {
  const { why, phase } = d.auth;
  if (phase !== 'asking') return;
  if (outcome === 'none') return refuse(d, unauthenticated('auth() returned no token'));
  if (outcome === 'same' && why === 'rejected')
    return refuse(d, unauthenticated('auth() returned the refused token again'));
  const isNew = outcome === 'new';
  changeAuth(d, {
    phase: 'ready',
    number: d.auth.number + (isNew ? 1 : 0),
    expiresAt,
    isVerified: d.auth.isVerified && !isNew,
    isSecond: why === 'rejected',
    isOld: !isNew,
  });
  // A new token that already expires: the clock is wrong, or there is no better token.
  if (isExpiring(d)) changeAuth(d, { isOld: true });
  if (!isNew) return;
  changeAll(d, (cache) => {
    if (cache.phase === 'denied') return { askAt: d.now, floorAt: -NEVER };
    // Only a check tells whose token it is, and a cache whose body waits to be read is part of no check.
    return cache.phase === 'queued' ? { ...unserved(cache), askAt: d.now } : null;
  });
  // The service closes the socket when the token of its last check expires.
  if (d.socket.isTold) d.fullAt = d.now;
}

/** `auth` has thrown: treated as a network failure. */
export function authFailed(d: Draft, { error }: ClientEvents['authFailed']): void {
  if (d.auth.phase !== 'asking') return;
  const { why, expiresAt } = d.auth;
  const isHeld = why === 'expiring' && expiresAt !== null;
  // The old token may still be valid for a while.
  changeAuth(d, { phase: isHeld ? 'ready' : 'none', isOld: isHeld, isSecond: false });
  // Whatever `auth` has thrown, even a FreshetError of its own: without a wait it would be called in a loop.
  requestFailed(d, new FreshetError(error.code, error.message, { retryable: true, retryAfterS: error.retryAfterS }));
}

/** Continues after a refusal. */
export function resume(d: Draft): void {
  if (d.auth.phase === 'refused') {
    changeAuth(d, { phase: 'none', isSecond: false, isOld: false, isVerified: false });
    d.error = null;
    d.backoffAt = -NEVER;
  }
  changeAll(d, ({ phase }) => (phase === 'denied' ? { askAt: d.now, floorAt: -NEVER } : null));
  d.fullAt = d.now;
}
