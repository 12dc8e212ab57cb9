/** Which hub a user's sockets are at, and the tickets that name it. */

import { hashOfText, type Shards, shardOf } from '../shards.ts';

/** Number of the hub of a user, of `count` hubs. A number means the same hub under any count. */
export function hubOf(user: string, count: number): number {
  return shardOf(hashOfText(user), count);
}

/** Every hub that may hold sockets of a user: also that of the count before. */
export function hubsOf(user: string, { now, before }: Shards): number[] {
  return [...new Set([hubOf(user, now), hubOf(user, before)])];
}

const TICKET = /^(\d{1,2})\.[0-9a-f]{24}$/;

/** A new ticket of a hub: its number and 96 random bits. */
export function newTicket(hub: number, random: Uint8Array = crypto.getRandomValues(new Uint8Array(12))): string {
  return `${hub}.${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** The hub that a ticket names. */
export function hubInTicket(ticket: string): number {
  return Number.parseInt(ticket, 10);
}

/** The hub that a ticket names, if it is a ticket and there may be such a hub; else null. */
export function hubOfTicket(ticket: string, { now, before }: Shards): number | null {
  const hub = TICKET.exec(ticket)?.[1];
  return hub !== undefined && Number(hub) < Math.max(now, before) ? Number(hub) : null;
}
