/** What happens to the client, and what it does then. Errors are values here: `reduce` never throws. */

import type { AuthReason, ClientEvent, Parameters } from '../api.ts';
import type { FreshetError } from '../error.ts';
import type { Item, ReadQuestion, SyncEnd, SyncQuestion } from '../network/transport.ts';
import type { DeviceRow, Meta } from '../store/store.ts';

/** What happens to one cache. */
export interface CacheEvents {
  /** The store was read. */
  read: { meta: Meta | null };
  /** A check has answered for this cache; the shell holds the body that came with the answer. */
  item: { item: Item };
  /** A read of this cache alone was answered. */
  fetched: { item: Item };
  stored: { meta: Meta };
  /** Another tab has changed the copy in the meantime. */
  conflict: object;
  /** The rows are not those that the service has. */
  wrong: object;
  /** The store has failed; `isFull`: it has no room, and nothing is left to evict. */
  unstored: { isFull: boolean };
  /** Another tab has stored something. */
  hint: { rev: number };
  /** The copy was dropped. */
  dropped: object;
}
export type CacheEventName = keyof CacheEvents;

/** What happens to the socket. */
export interface SocketEvents {
  ticketed: object;
  unticketed: { error: FreshetError };
  opened: { id: string; checkWithinMs: number };
  ended: { code: number; wasOpen: boolean };
}
export type SocketEventName = keyof SocketEvents;

/** All other events. */
export interface ClientEvents {
  started: { device: DeviceRow; isInMemory: boolean; isVisible: boolean; isOnline: boolean };
  /** A cache is used by at least one tab, or no longer by any. */
  used: { cache: string; title: string; parameters: Parameters; isUsed: boolean };
  checked: { end: SyncEnd };
  checkFailed: { error: FreshetError };
  /** The store keeps the answers of `user`; this answer was given to `told`, for the token with this number. */
  userKept: { user: string; told: string; token: number };
  fetchFailed: { cache: string; error: FreshetError };
  poked: { pokes: readonly { tag: string; version: number; revision: number }[]; spreadMs: number };
  authed: { outcome: 'new' | 'same' | 'none'; expiresAt: number | null };
  authFailed: { error: FreshetError };
  visible: { isVisible: boolean };
  online: { isOnline: boolean };
  lead: { leads: boolean };
  /** Another tab wants to lead. */
  leadWanted: object;
  /** The tab that leads was heard. */
  leaderHeard: object;
  check: { waiter: number };
  listed: { metas: ReadonlyMap<string, Meta> };
  refresh: { cache: string; waiter: number };
  refreshed: { cache: string; waiter: number };
  refreshFailed: { cache: string; waiter: number; error: FreshetError };
  fresh: { cache: string; maxAgeS: number; waiter: number };
  /** No tab uses the cache, and its rows are no longer in memory. */
  forgotten: { cache: string };
  /** Another tab says that the service has signed the user out. */
  signedOut: object;
  resume: object;
  lost: object;
  healed: object;
  close: object;
  tick: object;
}
export type ClientEventName = keyof ClientEvents;

type Tagged<T> = { [N in keyof T]: { type: N } & T[N] }[keyof T];
/** When an event happened. `now`: ms, monotonic; `wall`: ms since the epoch, device clock; `random` within [0, 1). */
export type Moment = { now: number; wall: number; random: number };
/** An event as the shell reports it. */
export type Happening = Tagged<ClientEvents> | Tagged<SocketEvents> | (Tagged<CacheEvents> & { cache: string });
export type Event = Happening & Moment;

/** What the shell has to do. Each command but the last three ends in an event, whatever happens. */
export type Command =
  | { do: 'read'; cache: string }
  | { do: 'list' }
  | { do: 'auth'; why: Exclude<AuthReason, 'user'> }
  | { do: 'sync'; question: SyncQuestion }
  | { do: 'fetch'; cache: string; question: ReadQuestion }
  | { do: 'refresh'; cache: string; waiter: number }
  /** Applies the body that the shell holds to the copy, verifies the result and stores it. */
  | { do: 'apply'; cache: string; item: Item }
  /** Notes an answer without a body. */
  | { do: 'note'; cache: string; item: Item }
  | { do: 'compact'; cache: string }
  /** Drops a copy that the user may not have, or all, in every tab. `isFirst`: the other tabs have to be told. */
  | { do: 'drop'; cache: string }
  | { do: 'dropAll'; caches: readonly string[]; isFirst: boolean }
  | { do: 'keepUser'; user: string; token: number }
  | { do: 'ticket' }
  | { do: 'open' }
  | { do: 'yield' }
  | { do: 'steal' }
  | { do: 'probe' }
  /** Keeps rows in memory from now on. */
  | { do: 'toMemory' }
  | { do: 'close' }
  /** Ends all requests and the socket, without events. */
  | { do: 'abort' }
  | { do: 'endSocket' }
  | { do: 'settle'; waiters: readonly number[]; error: FreshetError | null }
  | { do: 'wake'; at: number }
  | { do: 'tell'; event: ClientEvent };
