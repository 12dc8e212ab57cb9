/** The events of the hub's machine, and the effects of a step. If an effect is lost, the alarm or the device repeats it. */

import type {
  CloseReason,
  HubMessage,
  IsWatchedRequest,
  PokeRequest,
  SubscribeAnswer,
  SubscribeRequest,
  TicketRequest,
  WatchAnswer,
} from '../../contract/live.ts';
import type { Watch } from './hub.ts';

/** Every event, with its request and answer. */
export interface HubEvents {
  ticket: { request: TicketRequest; answer: undefined };
  /** A device presents a ticket. The answer is why it gets no socket; null: it has one. */
  open: { request: { id: string }; answer: CloseReason | null };
  subscribe: { request: SubscribeRequest; answer: SubscribeAnswer };
  /** The object of a watched cache has answered. */
  watched: { request: { tag: string; n: number; answer: WatchAnswer }; answer: undefined };
  poke: { request: PokeRequest; answer: boolean };
  isWatched: { request: IsWatchedRequest; answer: boolean };
  signOut: { request: { user: string }; answer: number };
  /** The device has sent a message. */
  message: { request: { id: string }; answer: undefined };
  closed: { request: { id: string }; answer: undefined };
  alarm: { request: object; answer: undefined };
}
export type HubEventName = keyof HubEvents;

/** What a step needs from outside. */
export interface HubContext {
  /** The hub's clock, ms. */
  now: number;
  /** The hub's own number, and the number of hubs. */
  number: number;
  hubs: number;
  /** Most sockets of one user. */
  socketsPerUser: number;
  /** Number of the hub to which a user's sockets belong. */
  hubOf(user: string): number;
  /** When a socket last pinged, ms; null: not yet. */
  pingedAt(id: string): number | null;
}

/** What must be done after a step; stored changes are written first. */
export interface HubEffects {
  /** Sockets whose attachment has changed. */
  attach: Set<string>;
  /** Tags of watches that were set, acknowledged or dropped. */
  keep: Set<string>;
  send: { to: readonly string[]; message: HubMessage }[];
  close: { id: string; reason: CloseReason }[];
  /** Watches to set at their objects; each object's answer then goes to the machine (`watched`). */
  watch: Watch[];
  /** When the alarm must go off at the latest, ms. */
  wakeBy: number;
}

export function noEffects(): HubEffects {
  return { attach: new Set(), keep: new Set(), send: [], close: [], watch: [], wakeBy: Number.POSITIVE_INFINITY };
}
