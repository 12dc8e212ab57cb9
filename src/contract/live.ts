/**
 * Live sockets: what a hub and a device say to each other, and the verbs of a hub (class LiveHub). A hub holds the sockets of some
 * users and tells each which of the caches that it checked has changed. It sends no rows: those stay behind `/rpc/` and `/sync/`.
 */

import * as v from 'valibot';
import { about } from './about.ts';
import { Whole } from './values.ts';

/** The subprotocol of the socket, and what stands before a ticket in the second one that a device offers. */
export const LIVE_PROTOCOL = 'freshet.v1';
export const TICKET_PROTOCOL = 'ticket.';

/** What a device sends to show that it is there, and how often, s; anything else ends the connection. */
export const PING = 'ping';
export const PONG = 'pong';
export const PING_S = 55;

/** How long a ticket is good for, s. */
export const TICKET_S = 30;

/** `POST /live/`. */
export const LiveTicket = v.strictObject({
  live: about(v.string(), 'The ticket, good for one socket; then the id of the connection.'),
  expires_in: about(Whole, 'How long it is good for, seconds.'),
});
export type LiveTicket = v.InferOutput<typeof LiveTicket>;

/** Why a hub closes a socket (RFC 6455 section 7.4; 4000 and above are ours). */
export const CLOSE = {
  /** The user's sockets are at another hub now: open a new one. */
  moved: 4000,
  /** The token has expired: open a new one with a new token. */
  expired: 4401,
  /** The user was signed out: not before a new token. */
  signedOut: 4403,
  /** The ticket is unknown or was used: ask for a new one. */
  unknownTicket: 4408,
  /** The device has opened other sockets since. */
  replaced: 4409,
  /** The user has too many sockets, or asks for them too often. */
  tooMany: 4429,
  /** The device sent something else than a ping (RFC 6455: policy violation). */
  notAPing: 1008,
  /** The device has not pinged for too long (RFC 6455: going away). */
  silent: 1001,
} as const;
export type CloseReason = keyof typeof CLOSE;

/** What a hub answers to an upgrade that it refuses. */
export const Refusal = v.object({ refused: v.picklist(Object.keys(CLOSE) as CloseReason[]) });
export type Refusal = v.InferOutput<typeof Refusal>;

/** A cache that has changed: its tag, the last version that changed its body (0: purged), and the revision of its entry. */
export type Poke = readonly [tag: string, version: number, revision: number];

/** What a hub says: first who the connection is, then pokes. Times are ms, `ping_s` is s. */
export type HubMessage =
  | { live: string; check_within_ms: number; ping_s: number }
  | { poke: readonly Poke[]; spread_ms: number };

/** A ticket for a connection of this user and device. Times are ms since the epoch. */
export interface TicketRequest {
  /** The ticket, and then the id of the connection (core/live-hub/ticket.ts). */
  id: string;
  user: string;
  /** Empty: the device gave no name. */
  device: string;
  /** Until when the token is accepted, ms since the epoch. */
  expiresAt: number;
}

/** A full check of a device: the caches that its connection is told of from now on. */
export interface SubscribeRequest {
  id: string;
  user: string;
  device: string;
  /** Number of the check, growing over a connection: one that was overtaken by a later one changes nothing. */
  seq: number;
  /** Adds to what the connection is told of, instead of replacing it. */
  add: boolean;
  /** Until when the token of this check is accepted, ms since the epoch. */
  expiresAt: number;
  /** Cache keys. */
  keys: readonly string[];
}
/** `gone`: this user has no such connection here. `full`: the hub has no room for so many, or too many are new to it; the device polls instead. */
export type SubscribeAnswer = 'ok' | 'gone' | 'full';

/** Tells the connections of a hub that a cache has changed. */
export interface PokeRequest {
  key: string;
  /** The number of the watch that the hub set. */
  n: number;
  version: number;
  revision: number;
  /** How many hubs are told. */
  hubs: number;
}

/** The hub as its callers see it. */
export interface LiveHubVerbs {
  ticket(request: TicketRequest): Promise<void>;
  subscribe(request: SubscribeRequest): Promise<SubscribeAnswer>;
  /** Whether somebody is told; when nobody is left, the watch `n` is over. */
  poke(request: PokeRequest): Promise<boolean>;
  /** The same without telling anybody. */
  isWatched(request: { key: string; n: number }): Promise<boolean>;
  /** Ends all connections of a user; how many. */
  signOut(user: string): Promise<number>;
}

/** A hub by its number. */
export interface LiveHubs {
  verbs(hub: number): LiveHubVerbs;
  /** A keyed hash of a text, which nobody else can make. */
  seal(text: string): string;
  /** Hands an upgrade over to the hub that the ticket names: the answer to it, or why there is no socket. */
  open(hub: number, ticket: string, request: Request): Promise<Response | CloseReason>;
}

/** A hub wants to be told of a cache. `n` grows: a request that was overtaken by a later one changes nothing. */
export interface WatchRequest {
  key: string;
  hub: number;
  n: number;
}
/** `revision`: what D1 has of the cache when the watch begins; what it gets after that is told. */
export type WatchAnswer =
  | { outcome: 'watched'; version: number; revision: number }
  /** The object has never heard of the cache, and has written nothing. */
  | { outcome: 'unknown' }
  | { outcome: 'unavailable' };
