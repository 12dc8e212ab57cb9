/** The events of the hub's machine, and what a step wants done: losing any of it is made good by the alarm or by the device. */

import type {
  CloseReason,
  HubMessage,
  PokeRequest,
  SubscribeAnswer,
  SubscribeRequest,
  TicketRequest,
  WatchAnswer,
} from '../../contract/live.ts';
import type { Watch } from './hub.ts';

/** Every event: what it brings and what it is answered. */
export interface HubEvents {
  ticket: { request: TicketRequest; answer: undefined };
  /** A device comes with a ticket; the answer is why it gets no socket, null: it has one. */
  open: { request: { id: string }; answer: CloseReason | null };
  subscribe: { request: SubscribeRequest; answer: SubscribeAnswer };
  /** The object of a watched cache has answered. */
  watched: { request: { tag: string; n: number; answer: WatchAnswer }; answer: undefined };
  poke: { request: PokeRequest; answer: boolean };
  isWatched: { request: { key: string; n: number }; answer: boolean };
  signOut: { request: { user: string }; answer: number };
  /** The device has sent something. */
  message: { request: { id: string }; answer: undefined };
  closed: { request: { id: string }; answer: undefined };
  alarm: { request: object; answer: undefined };
}
export type HubEventName = keyof HubEvents;

/** What a step needs of the world. */
export interface HubContext {
  /** The hub's clock, ms. */
  now: number;
  /** The hub's own number, and how many hubs there are. */
  number: number;
  hubs: number;
  /** Most sockets of one user. */
  socketsPerUser: number;
  /** Number of the hub that a user's sockets belong to. */
  hubOf(user: string): number;
  /** When a socket last pinged, ms; null: not yet. */
  pingedAt(id: string): number | null;
}

/** What is to be done after a step, the stored changes first. */
export interface HubEffects {
  /** Sockets whose attachment has changed. */
  attach: Set<string>;
  /** Tags of watches that were set, acknowledged or dropped. */
  keep: Set<string>;
  send: { to: readonly string[]; message: HubMessage }[];
  close: { id: string; reason: CloseReason }[];
  /** Objects to be asked to watch, then the machine is told (`watched`). */
  watch: Watch[];
  /** When the alarm must go off at the latest, ms. */
  wakeBy: number;
}

export function noEffects(): HubEffects {
  return { attach: new Set(), keep: new Set(), send: [], close: [], watch: [], wakeBy: Number.POSITIVE_INFINITY };
}
