/**
 * What the machine of the client knows. `reduce` copies what it changes, but for the maps, which it takes over: a state that
 * was reduced is not used again. Times are ms of a clock that is never set.
 */

import type { Parameters } from '../api.ts';
import type { FreshetError } from '../error.ts';
import type { Item } from '../network/transport.ts';
import type { Meta } from '../store/store.ts';
import { Caches } from './caches.ts';
import { NEVER } from './times.ts';

/** What `Options` come to. */
export interface Settings {
  live: 'socket' | 'poll' | 'off';
  pollMs: number;
  pokeFloorMs: number;
  denied: 'keep' | 'drop';
}

/**
 * Where a cache stands. `reading`: its copy is read from the store. `resting`: nothing is under way. `asked`: it is in the check
 * under way. `queued`, `fetching`: its body is to be read, is being read. `storing`: an answer is being stored. `discarding`: the
 * same, of a user whom the service has signed out meanwhile. `denied`: it may not be read.
 */
export type Phase = 'reading' | 'resting' | 'asked' | 'queued' | 'fetching' | 'storing' | 'discarding' | 'denied';

/** A read that an app has asked for: what was loaded lately, or what a refresh has brought. */
export interface Demand {
  maxAgeS: number | null;
  /** A version that the answer must know of; null: none. */
  afterVersion: number | null;
  /** Who waits for it. */
  waiters: readonly number[];
}

/** A cache, without its rows. */
export interface CacheState {
  readonly id: string;
  readonly title: string;
  readonly parameters: Parameters;
  readonly phase: Phase;
  /** Whether some tab uses it. */
  readonly isUsed: boolean;
  /** Grows with use. */
  readonly usedAt: number;
  /** What the store has. */
  readonly meta: Meta | null;
  /** Whether the store was read once. */
  readonly isRead: boolean;
  readonly tag: string | null;
  readonly revision: number;
  /** Whether the socket is told of it, and whether the last answer was one after which it is. */
  readonly isTold: boolean;
  readonly isOpen: boolean;
  /** When it is asked again before the next full check. */
  readonly askAt: number;
  /** Before this it is not asked, whatever happens: the service said so. */
  readonly floorAt: number;
  /** When it was last asked. */
  readonly askedAt: number;
  /** The version that the question names. */
  readonly askedEtag: string | null;
  /** The next question names no version: what is held did not verify. */
  readonly wantsWhole: boolean;
  /** Answers in a row that did not verify, commits in a row that met another, and questions in a row that failed. */
  readonly wrongs: number;
  readonly conflicts: number;
  readonly fails: number;
  /** How often it was asked again for a revision that was told. */
  readonly behinds: number;
  /** The answer that is read or stored. */
  readonly item: Item | null;
  readonly demand: Demand | null;
  /** The demand that the read under way serves. */
  readonly served: Demand | null;
  /** When its copy may be written anew. */
  readonly compactAt: number;
  readonly error: FreshetError | null;
  /** When it was first denied. */
  readonly deniedAt: number | null;
}

/** A check under way: one page of it. */
export interface Check {
  isFull: boolean;
  ids: readonly string[];
  /** Pages that follow; `isTold`: the socket is told of them. */
  pages: readonly { ids: readonly string[]; isTold: boolean }[];
  live: { id: string; seq: number; add: boolean } | null;
  waiters: readonly number[];
  /** Number of the token that it was made with. */
  token: number;
  startedAt: number;
}

/** Who waits until each of these caches has had nothing under way; those before `at` have. */
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
  /** Whether a full check has told it its caches. */
  isTold: boolean;
  /** Sockets in a row that did not last, upgrades in a row that failed, and tickets in a row that were refused. */
  fails: number;
  upgrades: number;
  tickets: number;
}

/** `refused`: no request until `resume()`. */
export type AuthPhase = 'none' | 'asking' | 'ready' | 'refused';
export interface AuthState {
  phase: AuthPhase;
  /** Counts the tokens. */
  number: number;
  why: 'start' | 'expiring' | 'rejected';
  /** By the service's clock, ms since the epoch; null: not told. */
  expiresAt: number | null;
  /** A newer token was asked for already: what came was no newer. */
  isOld: boolean;
  /** The service has told whose it is. */
  isVerified: boolean;
  /** It is the answer to a refusal, and nothing has succeeded since. */
  isSecond: boolean;
}

export interface State {
  readonly settings: Settings;
  readonly isStarted: boolean;
  readonly isClosed: boolean;
  readonly caches: Caches;
  /** Revisions that were told, by tag. */
  readonly wanted: Map<string, number>;
  readonly check: Check | null;
  /** Who waits for the answers of a check to be stored. */
  readonly settling: readonly Settling[];
  /** Who asked for a check of all since the last one began. */
  readonly askers: readonly number[];
  /** The list of the store is awaited for those. */
  readonly isListing: boolean;
  /** Until when checks wait for the first reading of caches: what is opened together is asked for together. */
  readonly openingUntil: number;
  readonly refreshes: readonly { cache: string; waiter: number }[];
  readonly fullAt: number;
  readonly fulledAt: number;
  readonly auth: AuthState;
  readonly socket: SocketState;
  /** Whose answers the store keeps; null: nobody's yet. */
  readonly user: string | null;
  /** The service's clock minus the device's. */
  readonly offsetMs: number;
  /** Requests in a row that failed; none before `backoffAt`, nor whatever happens before `floorAt`. */
  readonly fails: number;
  readonly backoffAt: number;
  readonly floorAt: number;
  readonly error: FreshetError | null;
  readonly checkedAt: number | null;
  /** Pace of the checks that pokes set off. */
  readonly pokeGapMs: number;
  readonly pokeAt: number;
  readonly pokedAt: number;
  readonly isVisible: boolean;
  readonly isOnline: boolean;
  readonly hiddenAt: number;
  readonly leads: boolean;
  /** Another tab wants to lead. */
  readonly isLeadWanted: boolean;
  /** When the leader was last heard, and when it is asked next. */
  readonly heardAt: number;
  readonly probeAt: number;
  /** Rows are kept in memory only, which no other tab sees. */
  readonly isInMemory: boolean;
  /** When the timer goes off, and by how much the clock of the device differs from ours. */
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
