/**
 * The state of the client. `reduce` copies what it changes, except the maps, which it takes over: do not use a state
 * after it was reduced. Times are ms of a monotonic clock.
 */

import type { FreshetError } from '../error.ts';
import { Caches } from './caches.ts';
import { NEVER } from './times.ts';

/** The settings that result from `Options`. */
export interface Settings {
  live: 'socket' | 'poll' | 'off';
  pollMs: number;
  pokeFloorMs: number;
  denied: 'keep' | 'drop';
}

/** A check in progress: one page of it. */
export interface Check {
  isFull: boolean;
  ids: readonly string[];
  /** Pages that follow; `isTold`: the socket is to report their caches. */
  pages: readonly { ids: readonly string[]; isTold: boolean }[];
  live: { id: string; seq: number; add: boolean } | null;
  waiters: readonly number[];
  /** Number of the token that the check was made with. */
  token: number;
  startedAt: number;
}

/** Callers that wait until each of these caches has been idle; the caches before `at` already have. */
export interface Settling {
  waiters: readonly number[];
  ids: readonly string[];
  at: number;
}

export type SocketPhase = 'off' | 'waiting' | 'ticket' | 'opening' | 'open';
export interface SocketState {
  phase: SocketPhase;
  /** When a socket is tried again. */
  openAt: number;
  /** Id of the connection. */
  id: string;
  seq: number;
  openedAt: number;
  /** Whether a full check has told the service which caches the socket reports. */
  isTold: boolean;
  /** In a row: sockets that did not last, upgrades that failed, tickets that were refused. */
  fails: number;
  upgrades: number;
  tickets: number;
}

/** `refused`: no request until `resume()`. */
export type AuthPhase = 'none' | 'asking' | 'ready' | 'refused';
export interface AuthState {
  phase: AuthPhase;
  /** Counts tokens. */
  number: number;
  why: 'start' | 'expiring' | 'rejected';
  /** By the service's clock, ms since the epoch; null: unknown. */
  expiresAt: number | null;
  /** A newer token was asked for already, and none was returned. */
  isOld: boolean;
  /** The service has confirmed whose token it is. */
  isVerified: boolean;
  /** It was returned after a refusal, and nothing has succeeded since. */
  isSecond: boolean;
}

export interface State {
  readonly settings: Settings;
  readonly isStarted: boolean;
  readonly isClosed: boolean;
  readonly caches: Caches;
  /** Revisions that the service announced, by tag. */
  readonly wanted: Map<string, number>;
  readonly check: Check | null;
  /** Callers that wait until the answers of a check are stored. */
  readonly settling: readonly Settling[];
  /** Callers that asked for a check of all caches since the last one began. */
  readonly askers: readonly number[];
  /** The store is listing its copies for those callers. */
  readonly isListing: boolean;
  /** Until when checks wait for the first reads of caches, so that caches opened together are asked for together. */
  readonly openingUntil: number;
  readonly refreshes: readonly { cache: string; waiter: number }[];
  readonly fullAt: number;
  readonly fulledAt: number;
  readonly auth: AuthState;
  readonly socket: SocketState;
  /** The user whose answers the store keeps; null: nobody's yet. */
  readonly user: string | null;
  /** The service's clock minus the device's, ms. */
  readonly offsetMs: number;
  /** Requests in a row that failed. No request before `backoffAt`, and never one before `floorAt`. */
  readonly fails: number;
  readonly backoffAt: number;
  readonly floorAt: number;
  readonly error: FreshetError | null;
  readonly checkedAt: number | null;
  /** Pace of the checks that pokes cause. */
  readonly pokeGapMs: number;
  readonly pokeAt: number;
  readonly pokedAt: number;
  readonly isVisible: boolean;
  readonly isOnline: boolean;
  readonly hiddenAt: number;
  readonly leads: boolean;
  /** Another tab wants to lead. */
  readonly isLeadWanted: boolean;
  /** When the leader was last heard, and when it is probed next. */
  readonly heardAt: number;
  readonly probeAt: number;
  /** Rows are kept in memory only, where no other tab sees them. */
  readonly isInMemory: boolean;
  /** When the timer fires, and the device's clock minus the monotonic one. */
  readonly timerAt: number;
  readonly skewMs: number;
}

const NO_SOCKET: SocketState = {
  phase: 'off',
  openAt: 0,
  id: '',
  seq: 0,
  openedAt: 0,
  isTold: false,
  fails: 0,
  upgrades: 0,
  tickets: 0,
};

/** A client that has not read its store yet. */
export function firstState(settings: Settings): State {
  return {
    settings,
    isStarted: false,
    isClosed: false,
    caches: new Caches(),
    wanted: new Map(),
    check: null,
    settling: [],
    askers: [],
    isListing: false,
    openingUntil: -NEVER,
    refreshes: [],
    fullAt: NEVER,
    fulledAt: -NEVER,
    auth: { phase: 'none', number: 0, why: 'start', expiresAt: null, isOld: false, isVerified: false, isSecond: false },
    socket: { ...NO_SOCKET, phase: settings.live === 'socket' ? 'waiting' : 'off' },
    user: null,
    offsetMs: 0,
    fails: 0,
    backoffAt: -NEVER,
    floorAt: -NEVER,
    error: null,
    checkedAt: null,
    pokeGapMs: settings.pokeFloorMs,
    pokeAt: -NEVER,
    pokedAt: -NEVER,
    isVisible: true,
    isOnline: true,
    hiddenAt: NEVER,
    leads: false,
    isLeadWanted: false,
    heardAt: -NEVER,
    probeAt: -NEVER,
    isInMemory: false,
    timerAt: NEVER,
    skewMs: Number.NaN,
  };
}
