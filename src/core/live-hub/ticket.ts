/**
 * Tickets of live sockets, `<hub>.<96 random bits>.<hash of the user><end>.<seal>`. Only the hub knows which tickets it
 * gave, but anybody may send any text: by the seal, the Worker recognises forged and expired tickets without waking a
 * hub.
 */

import { hashOfText, type Shards } from '../shards.ts';
import { hubOf } from './place.ts';

/** A keyed hash of a text, hex digits; only this service can compute it. */
export type Seal = (text: string) => string;

/** Length of a seal, hex digits. */
export const SEAL_DIGITS = 16;

const TICKET = /^((\d{1,2})\.[0-9a-f]{24}\.([0-9a-f]{8})([0-9a-f]{8}))\.([0-9a-f]{16})$/;

/** The user of a new ticket, and its end, ms since the epoch. */
export interface TicketTerms {
  user: string;
  goodUntil: number;
  seal: Seal;
}

/** A new ticket of the user's hub, of `count` hubs. */
export function newTicket(
  { user, goodUntil, seal }: TicketTerms,
  count: number,
  random: Uint8Array = crypto.getRandomValues(new Uint8Array(12)),
): { hub: number; id: string } {
  const hub = hubOf(user, count);
  const digits = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const text = `${hub}.${digits}.${eightDigits(hashOfText(user))}${eightDigits(Math.ceil(goodUntil / 1000))}`;
  return { hub, id: `${text}.${seal(text)}` };
}

/** The hub that a ticket names and the hash of its user; null: the ticket is forged or expired, or there is no such hub. */
export function readTicket(
  ticket: string,
  shards: Shards,
  seal: Seal,
  now: number,
): { hub: number; user: string } | null {
  const [, text = '', hub = '', user = '', until = '', sealed] = TICKET.exec(ticket) ?? [];
  if (sealed === undefined || !isThere(hub, shards)) return null;
  return Number.parseInt(until, 16) * 1000 < now || seal(text) !== sealed ? null : { hub: Number(hub), user };
}

/** The hub that a ticket, or the connection opened with it, names; null: it is not a ticket, or there is no such hub. */
export function hubOfTicket(ticket: string, shards: Shards): number | null {
  const hub = TICKET.exec(ticket)?.[2];
  return hub !== undefined && isThere(hub, shards) ? Number(hub) : null;
}

function isThere(hub: string, { now, before }: Shards): boolean {
  return Number(hub) < Math.max(now, before);
}

/** The hub of an id that is known to have been a ticket. */
export function hubInTicket(ticket: string): number {
  return Number.parseInt(ticket, 10);
}

function eightDigits(number: number): string {
  return number.toString(16).padStart(8, '0');
}
