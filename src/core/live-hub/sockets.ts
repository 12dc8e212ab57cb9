/** Sockets of a hub: tickets, opening and closing. */

import { type CloseReason, PING_S, TICKET_S, type TicketRequest } from '../../contract/live.ts';
import type { HubContext, HubEffects } from './events.ts';
import { type Hub, NO_TAGS } from './hub.ts';
import { checkWithinMs } from './pace.ts';

/** Most unused tickets. Beyond it the oldest is dropped, and its device must ask for another one. */
export const MAX_TICKETS = 10_000;
/** Most sockets of one device: a tab or two, and one that the network has lost. */
export const SOCKETS_PER_DEVICE = 3;
/** How often the alarm looks at all sockets, ms. */
export const CALM_MS = 5 * 60_000;

/** Keeps a ticket in memory. */
export function ticket(hub: Hub, { id, user, device, expiresAt }: TicketRequest, { now }: HubContext): undefined {
  for (const [known, { goodUntil }] of hub.tickets) {
    if (goodUntil > now && hub.tickets.size < MAX_TICKETS) break;
    hub.tickets.delete(known);
  }
  hub.tickets.set(id, { user, device, expiresAt, goodUntil: now + TICKET_S * 1000 });
}

/** Opens a socket for a ticket, which is valid once. Ends the oldest sockets of the device beyond SOCKETS_PER_DEVICE. */
export function open(hub: Hub, { id }: { id: string }, context: HubContext, effects: HubEffects): CloseReason | null {
  const { now } = context;
  const held = hub.tickets.get(id);
  hub.tickets.delete(id);
  if (held === undefined || held.goodUntil <= now || held.expiresAt <= now) return 'unknownTicket';
  const { user, device, expiresAt } = held;
  const others = [...hub.ofUser(user)].map((other) => hub.sockets.get(other)).filter((other) => other !== undefined);
  // Sorted, since a hub that wakes restores its sockets in any order. Devices without a name cannot be distinguished.
  const ofDevice = others
    .filter((other) => device !== '' && other.device === device)
    .sort((a, b) => a.openedAt - b.openedAt);
  const replaced = ofDevice.slice(0, Math.max(0, ofDevice.length + 1 - SOCKETS_PER_DEVICE));
  if (others.length - replaced.length >= context.socketsPerUser) return 'tooMany';
  for (const other of replaced) end(hub, other.id, 'replaced', effects);
  hub.add({ id, user, device, openedAt: now, expiresAt, seq: 0, toldUntil: 0, tags: NO_TAGS });
  effects.wakeBy = Math.min(effects.wakeBy, now + CALM_MS);
  effects.attach.add(id);
  effects.send.push({
    to: [id],
    message: { live: id, check_within_ms: checkWithinMs(hub, id, context), ping_s: PING_S },
  });
  return null;
}

/** Ends all sockets of a user. */
export function signOut(hub: Hub, { user }: { user: string }, _: HubContext, effects: HubEffects): number {
  for (const [id, held] of hub.tickets) if (held.user === user) hub.tickets.delete(id);
  const ids = [...hub.ofUser(user)];
  for (const id of ids) end(hub, id, 'signedOut', effects);
  return ids.length;
}

/** The platform answers pings while the hub sleeps, so any message that wakes the hub is not a ping. */
export function message(hub: Hub, { id }: { id: string }, _: HubContext, effects: HubEffects): undefined {
  end(hub, id, 'notAPing', effects);
}

export function closed(hub: Hub, { id }: { id: string }): undefined {
  hub.remove(id);
}

/** Ends a socket from the hub's side. It is removed here, because the platform may report its end later, or never. */
export function end(hub: Hub, id: string, reason: CloseReason, effects: HubEffects): void {
  hub.remove(id);
  effects.close.push({ id, reason });
}
