/**
 * Live sockets: the messages between a hub and a device, and the verbs of a hub (class LiveHub). A hub holds the
 * sockets of some users and tells each device which of the caches that it checked have changed. It sends no rows;
 * `/rpc/` and `/sync/` do.
 */

import * as v from 'valibot';
import { about } from './about.ts';
import { Whole } from './values.ts';

/** The subprotocol of the socket, and the prefix of a ticket in the second subprotocol that a device offers. */
export const LIVE_PROTOCOL = 'freshet.v1';
export const TICKET_PROTOCOL = 'ticket.';

/**
 * What a device sends to show that it is there, the answer to it, and the interval, s. Any other message ends the
 * connection.
 */
export const PING = 'ping';
export const PONG = 'pong';
export const PING_S = 55;

/** How long a ticket is valid, s. */
export const TICKET_S = 30;

/** `POST /live/`. */
export const LiveTicket = v.strictObject({
  live: about(v.string(), 'The ticket, valid for one socket; afterwards the id of the connection.'),
  expires_in: about(Whole, 'How long the ticket is valid, seconds.'),
});
export type LiveTicket = v.InferOutput<typeof LiveTicket>;

/** Close codes of a hub (RFC 6455 section 7.4; codes from 4000 on are defined here). */
export const CLOSE = {
  /** The user's sockets now belong to another hub: open a new one. */
  moved: 4000,
  /** The token has expired: open a new one with a new token. */
  expired: 4401,
  /** The user was signed out: open a new one only with a new token. */
  signedOut: 4403,
  /** The ticket is unknown or already used: ask for a new one. */
  unknownTicket: 4408,
  /** The device has since opened other sockets. */
  replaced: 4409,
  /** The user has too many sockets, or opens them too often. */
  tooMany: 4429,
  /** The device sent a message other than a ping (RFC 6455: policy violation). */
  notAPing: 1008,
  /** The device has not pinged for too long (RFC 6455: going away). */
  silent: 1001,
} as const;
export type CloseReason = keyof typeof CLOSE;

/** The hub's answer to an upgrade that it refuses. */
export const Refusal = v.object({ refused: v.picklist(Object.keys(CLOSE) as CloseReason[]) });
export type Refusal = v.InferOutput<typeof Refusal>;

/** A changed cache: its tag, the last version that changed its body (0: purged), and the revision of its entry. */
export type Poke = readonly [tag: string, version: number, revision: number];

/** A message of a hub: first the id of the connection, then pokes. Times are ms, except `ping_s`, which is s. */
export type HubMessage =
  | { live: string; check_within_ms: number; ping_s: number }
  | { poke: readonly Poke[]; spread_ms: number };

/** A ticket for a connection of this user and device. Times are ms since the epoch. */
export interface TicketRequest {
  /** The ticket, which then is the id of the connection (core/live-hub/ticket.ts). */
  id: string;
  user: string;
  /** Empty: the device has no name. */
  device: string;
  /** When the token expires, ms since the epoch. */
  expiresAt: number;
}

/** A full check of a device: the caches of which its connection is told from now on. */
export interface SubscribeRequest {
  id: string;
  user: string;
  device: string;
  /** Number of the check, increasing within a connection. A check that arrives after a later one changes nothing. */
  seq: number;
  /** Add these caches to those of which the connection is told, instead of replacing them. */
  add: boolean;
  /** When the token of this check expires, ms since the epoch. */
  expiresAt: number;
  /** Cache keys. */
  keys: readonly string[];
}
/**
 * `gone`: this user has no such connection here. `full`: the hub has no room, or too many caches are new to it, so the
 * device polls instead.
 */
export type SubscribeAnswer = 'ok' | 'gone' | 'full';

/** Tells the connections of a hub that a cache has changed. */
export interface PokeRequest {
  key: string;
  /** The number of the watch that the hub set. */
  n: number;
  version: number;
  revision: number;
  /** How many hubs are told at the same time. */
  hubs: number;
}

/** Asks whether a cache that has expired must be loaded. */
export interface IsWatchedRequest {
  key: string;
  /** The number of the watch that the hub set. */
  n: number;
  /** If no connection is told, the watch `n` stays. Absent: it ends, as objects of an earlier release expect. */
  keeps?: true;
}

/** The hub as its callers see it. */
export interface LiveHubVerbs {
  ticket(request: TicketRequest): Promise<void>;
  subscribe(request: SubscribeRequest): Promise<SubscribeAnswer>;
  /** Whether any connection is told. If none is, the watch `n` ends. */
  poke(request: PokeRequest): Promise<boolean>;
  /** Whether any connection would be told, without telling it. */
  isWatched(request: IsWatchedRequest): Promise<boolean>;
  /** Ends all connections of a user; returns how many. */
  signOut(user: string): Promise<number>;
}

/** Access to the hubs, by number. */
export interface LiveHubs {
  verbs(hub: number): LiveHubVerbs;
  /** A keyed hash of a text, which only this service can compute. */
  seal(text: string): string;
  /** Passes an upgrade to the hub that the ticket names. Returns the hub's answer, or the reason for its refusal. */
  open(hub: number, ticket: string, request: Request): Promise<Response | CloseReason>;
}

/** A hub asks to be told of a cache. `n` increases; a request that arrives after a later one changes nothing. */
export interface WatchRequest {
  key: string;
  hub: number;
  n: number;
}
/** `revision`: what D1 has of the cache when the watch begins. The object tells of every later revision. */
export type WatchAnswer =
  | { outcome: 'watched'; version: number; revision: number }
  /** The object does not know the cache, and has written nothing. */
  | { outcome: 'unknown' }
  | { outcome: 'unavailable' };
