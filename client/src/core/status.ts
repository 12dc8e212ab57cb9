/** The status of a cache and of the client, as apps see it. */

import type { ClientStatus, SyncState } from '../api.ts';
import { FreshetError } from '../error.ts';
import type { CacheState } from './cache-state.ts';
import type { State } from './state.ts';
import { SECOND_MS } from './times.ts';

/** The status of a cache that the leading tab sends to the others. */
export interface SyncTold {
  sync: SyncState;
  retryAt: number | null;
  error: FreshetError | null;
}

/** The status of a cache; null: another tab knows it. */
export function syncOf(state: State, cache: CacheState): SyncTold | null {
  const error = cache.error ?? (state.auth.phase === 'refused' ? state.error : null);
  if (!cache.isRead) return { sync: 'reading', retryAt: null, error: null };
  if (state.auth.phase === 'refused') return { sync: 'needs-auth', retryAt: null, error };
  if (!state.leads && !state.isInMemory) return null;
  if (cache.phase === 'denied') return { sync: 'denied', retryAt: wallOf(state, cache.askAt), error };
  const whole = wholeSync(state);
  if (whole !== null) return whole;
  const retryAt = cache.error === null ? null : wallOf(state, Math.max(cache.askAt, cache.floorAt));
  return { sync: ownSync(state, cache), retryAt, error };
}

const SHARED = ['isStarted', 'leads', 'isInMemory', 'isVisible', 'isOnline', 'error', 'backoffAt', 'floorAt'] as const;

/** Whether the client-wide part of a cache's status is the same in both states. */
export function isSameForAll(a: State, b: State): boolean {
  return (
    SHARED.every((name) => a[name] === b[name]) &&
    a.auth.phase === b.auth.phase &&
    a.socket.isTold === b.socket.isTold &&
    a.socket.openAt === b.socket.openAt &&
    Math.abs(a.skewMs - b.skewMs) < SECOND_MS
  );
}

function ownSync(state: State, { phase, meta, isUsed, isTold, tag, revision, error }: CacheState): SyncState {
  if (error !== null) return 'failed';
  if (meta === null && isUsed) return 'loading';
  if (phase === 'fetching') return 'loading';
  if (phase !== 'resting' || (tag !== null && (state.wanted.get(tag) ?? 0) > revision)) return 'checking';
  return isTold && state.socket.isTold ? 'live' : 'idle';
}

/** The same object each time: a new one would count as a change. */
const NO_NETWORK = new FreshetError('network', 'the device has no network', { retryable: true });

/** A status that applies to all caches: no network, or a service that fails. */
function wholeSync(state: State): SyncTold | null {
  const error = state.error ?? (state.isOnline ? null : NO_NETWORK);
  if (error === null) return null;
  // If no request has failed, the socket was cut; only its own retry is planned.
  const retryAt = state.fails > 0 ? Math.max(state.backoffAt, state.floorAt) : state.socket.openAt;
  const isOffline = error.code === 'network' || error.code === 'timeout';
  return { sync: isOffline ? 'offline' : 'failed', retryAt: state.error && wallOf(state, retryAt), error };
}

/** A moment by the device's clock, ms since the epoch; null: never. */
function wallOf({ skewMs }: State, at: number): number | null {
  return Number.isFinite(at + skewMs) ? Math.round(at + skewMs) : null;
}

/** The client as a whole. */
export function statusOf(state: State): Omit<ClientStatus, 'storage'> {
  const { leads, checkedAt, error } = state;
  const rest = { leads, checkedAt };
  if (!state.isStarted) return { ...rest, sync: 'reading', retryAt: null, error: null };
  if (state.auth.phase === 'refused') return { ...rest, sync: 'needs-auth', retryAt: null, error };
  if (!leads && !state.isInMemory) return { ...rest, sync: 'paused', retryAt: null, error: null };
  const whole = wholeSync(state);
  if (whole !== null) return { ...rest, ...whole, sync: whole.sync as 'offline' | 'failed' };
  const sync = state.check !== null ? 'checking' : state.socket.isTold ? 'live' : 'idle';
  return { ...rest, sync, retryAt: null, error: null };
}
