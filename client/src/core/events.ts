/** What happens to the client, and what it then does. Errors are values here: `reduce` never throws. */

import type { AuthReason, ClientEvent, Parameters } from '../api.ts';
import type { FreshetError } from '../error.ts';
import type { Item, ReadQuestion, SyncEnd, SyncQuestion } from '../network/transport.ts';
import type { DeviceRow, Meta } from '../store/store.ts';

/** What happens to one cache. */
export interface CacheEvents {
  /** The store was read. */
  read: { meta: Meta | null };
  /** A check has answered; the shell holds the body that has come along. */
  item: { item: Item };
  /** A read of this cache alone has answered. */
  fetched: { item: Item };
  stored: { meta: Meta };
  /** Somebody else has changed the copy meanwhile. */
  conflict: object;
  /** The rows are not those that the service has. */
  wrong: object;
  /** The store has failed; `isFull`: for want of room, and nothing is left to evict. */
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

/** All else that happens. */
export interface ClientEvents {
  started: { device: DeviceRow; isInMemory: boolean; isVisible: boolean; isOnline: boolean };
  /** A cache is used by some tab, or by none any more. */
  used: { cache: string; title: string; parameters: Parameters; isUsed: boolean };
  checked: { end: SyncEnd };
  checkFailed: { error: FreshetError };
  /** The store keeps the answers of `user`; the answer was for `told`, by the token of this number. */
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
  /** Nobody uses it, and its rows are not in memory any more. */
  forgotten: { cache: string };
  /** The service has signed the user out, as another tab tells. */
  signedOut: object;
  resume: object;
  lost: object;
  healed: object;
  close: object;
  tick: object;
}
export type ClientEventName = keyof ClientEvents;

type Tagged<T> = { [N in keyof T]: { type: N } & T[N] }[keyof T];
/** An event with its moment: `now` by a clock that is never set, `wall` by the device's clock; `random` within [0, 1). */
export type Moment = { now: number; wall: number; random: number };
/** An event as the shell tells it. */
export type Happening = Tagged<ClientEvents> | Tagged<SocketEvents> | (Tagged<CacheEvents> & { cache: string });
export type Event = Happening & Moment;

/** What the shell is to do. Each but the last three ends in an event, whatever happens. */
export type Command =
  | { do: 'read'; cache: string }
  | { do: 'list' }
  | { do: 'auth'; why: Exclude<AuthReason, 'user'> }
  | { do: 'sync'; question: SyncQuestion }
  | { do: 'fetch'; cache: string; question: ReadQuestion }
  | { do: 'refresh'; cache: string; waiter: number }
  /** Folds the body that the shell holds into the copy, verifies and stores it. */
  | { do: 'apply'; cache: string; item: Item }
  /** Notes an answer without a body. */
  | { do: 'note'; cache: string; item: Item }
  | { do: 'compact'; cache: string }
  /** Drops a copy that the user may not have, or these and all that the store holds; also where other tabs show it. `isFirst`: they do not know yet. */
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
