/** What all requests share: whether a request may be made, and what a failed request means for the others. */

import { type FreshetError, failure } from '../error.ts';
import type { CacheState } from './cache-state.ts';
import { change, changeAll, changeAuth, changeSocket, type Draft, isDue } from './draft.ts';
import { backoff, floorOf } from './pace.ts';
import { MINUTE_MS, NEVER } from './times.ts';

/** Whether this tab talks to the network: it leads, or its rows are in memory, where no other tab sees them. */
export function mayAsk(d: Draft): boolean {
  return d.isStarted && !d.isClosed && (d.leads || d.isInMemory) && d.auth.phase !== 'refused';
}

/** Whether requests may be made now, given back-off and token. If the token is missing or expiring, asks for one. */
export function isReady(d: Draft): boolean {
  if (!isDue(d, Math.max(d.backoffAt, d.floorAt))) return false;
  const { phase, isOld } = d.auth;
  if (phase === 'ready' && (isOld || !isExpiring(d))) return true;
  if (phase === 'none') askToken(d, 'start');
  else if (phase === 'ready') askToken(d, 'expiring');
  return false;
}

/** Whether the token ends within a minute, by the service's clock. */
export function isExpiring(d: Draft): boolean {
  return expiresSoonAt(d) <= d.now;
}

export function expiresSoonAt(d: Draft): number {
  const { expiresAt } = d.auth;
  return expiresAt === null ? NEVER : expiresAt - d.offsetMs - d.wall + d.now - MINUTE_MS;
}

export function askToken(d: Draft, why: 'start' | 'expiring' | 'rejected'): void {
  changeAuth(d, { phase: 'asking', why });
  d.commands.push({ do: 'auth', why }, { do: 'tell', event: { name: 'auth', why } });
}

/** Whether an app's request is accepted: if so, it does not wait for back-off; if not, its waiter gets the error. */
export function isTaken(d: Draft, waiter: number): boolean {
  if (!mayAsk(d)) settle(d, [waiter], d.error ?? failure('closed'));
  else d.backoffAt = -NEVER;
  return mayAsk(d);
}

/** Stops all requests until `resume()`. */
export function refuse(d: Draft, error: FreshetError): void {
  changeAuth(d, { phase: 'refused' });
  d.error = error;
  stop(d, error);
}

/** Drops all copies of a user whom the service has signed out. `isFirst`: the other tabs have to be told. */
export function dropAll(d: Draft, isFirst: boolean): void {
  d.commands.push({ do: 'dropAll', caches: [...d.caches.keys()], isFirst });
  changeAll(d, ({ phase }) => (phase === 'storing' ? { phase: 'discarding' } : null));
}

/** Ends all requests, and tells their waiters. */
export function stop(d: Draft, error: FreshetError | null): void {
  for (const { waiter } of d.refreshes) d.commands.push({ do: 'settle', waiters: [waiter], error });
  settle(d, [...(d.check?.waiters ?? []), ...d.askers, ...d.settling.flatMap(({ waiters }) => waiters)], error);
  for (const cache of d.caches.values()) failDemands(d, cache, error);
  rest(d);
}

/** Ends all requests, because another tab makes them now. Waiters keep waiting, for that tab. */
export function rest(d: Draft): void {
  d.commands.push({ do: 'abort' });
  d.refreshes = d.askers = d.settling = [];
  d.check = null;
  d.isListing = false;
  if (d.socket.phase !== 'off') changeSocket(d, { phase: 'waiting', openAt: d.now, isTold: false });
  if (d.auth.phase === 'asking') changeAuth(d, { phase: 'none' });
  changeAll(d, (cache) => {
    const isAsking = cache.phase === 'asked' || cache.phase === 'queued' || cache.phase === 'fetching';
    const rest = { demand: null, served: null, isTold: false };
    return isAsking ? { ...rest, phase: 'resting', item: null, askAt: d.now } : rest;
  });
}

export function failDemands(d: Draft, { demand, served }: CacheState, error: FreshetError | null): void {
  settle(d, [...(demand?.waiters ?? []), ...(served?.waiters ?? [])], error);
}

export function settle(d: Draft, waiters: readonly number[], error: FreshetError | null): void {
  if (waiters.length > 0) d.commands.push({ do: 'settle', waiters, error });
}

/** A request as a whole has failed. */
export function requestFailed(d: Draft, error: FreshetError): void {
  if (error.status === 401) {
    if (d.auth.phase !== 'ready') return;
    // One refusal leads to one new token: if that is refused too, there is no better one.
    if (d.auth.isSecond) refuse(d, error);
    else askToken(d, 'rejected');
    return;
  }
  d.fails += 1;
  d.error = error;
  d.backoffAt = backoff(d, d.fails);
  d.floorAt = Math.max(d.floorAt, floorOf(d, error));
  d.commands.push({ do: 'tell', event: { name: 'retry', why: error.code, ...idOf(error) } });
}

/** The service has answered. */
export function requestSucceeded(d: Draft): void {
  d.fails = 0;
  d.error = null;
  d.backoffAt = -NEVER;
  changeAuth(d, { isSecond: false });
}

export function idOf(error: FreshetError | null): { requestId?: string } {
  return error?.requestId === undefined ? {} : { requestId: error.requestId };
}

/** Asks for a cache at a moment, or earlier if it was already planned earlier. */
export function askBy(d: Draft, { id, askAt }: CacheState, at: number): void {
  if (at < askAt) change(d, id, { askAt: at });
}
