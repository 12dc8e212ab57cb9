/**
 * The alarm of a hub: owed watches, expired tokens, devices that have disappeared, and users that belong to another hub
 * now.
 */

import { PING_S } from '../../contract/live.ts';
import type { HubContext, HubEffects } from './events.ts';
import { type Hub, NO_TAGS, type Socket } from './hub.ts';
import { CALM_MS, end } from './sockets.ts';
import { askDue, NEXT_TURN_MS } from './watches.ts';

/** Sockets that one alarm looks at; the others follow a second later. */
export const LOOKED_AT = 2_000;
/** How soon the alarm looks again while a device has missed a ping or sockets must move, ms. */
export const BUSY_MS = 60_000;
/** Time since the last ping, ms: of a device that has missed one, and of a device that counts as gone. */
const MISSED_MS = PING_S * 1000 + 20_000;
export const GONE_MS = 2 * PING_S * 1000 + 20_000;
/** One of this many sockets that belong to another hub is closed in a turn, so that they do not all reconnect at the same time. */
const MOVED_SHARE = 50;

/** Looks at all watches, and at the next sockets of the round. */
export function alarm(hub: Hub, _: object, context: HubContext, effects: HubEffects): undefined {
  const { now } = context;
  askDue(hub, context, effects);
  if (hub.unseen.length === 0 && now >= hub.nextRoundAt) {
    hub.unseen = [...hub.sockets.keys()];
    hub.nextRoundAt = now + CALM_MS;
  }
  const moved: string[] = [];
  for (const id of hub.unseen.splice(0, LOOKED_AT)) {
    const socket = hub.sockets.get(id);
    if (socket === undefined || endIfOver(hub, socket, context, effects)) continue;
    if (socket.toldUntil <= now) hub.tell(id, NO_TAGS);
    const belongsElsewhere = context.hubOf(socket.user) !== context.number;
    if (belongsElsewhere) moved.push(id);
    if (belongsElsewhere || pingedAt(socket, context) <= now - MISSED_MS) {
      hub.nextRoundAt = Math.min(hub.nextRoundAt, now + BUSY_MS);
    }
  }
  for (const id of moved.slice(0, Math.ceil(moved.length / MOVED_SHARE))) end(hub, id, 'moved', effects);
  if (hub.sockets.size === 0) return;
  effects.wakeBy = Math.min(effects.wakeBy, hub.unseen.length > 0 ? now + NEXT_TURN_MS : hub.nextRoundAt);
}

function endIfOver(hub: Hub, socket: Socket, context: HubContext, effects: HubEffects): boolean {
  if (socket.expiresAt <= context.now) end(hub, socket.id, 'expired', effects);
  else if (pingedAt(socket, context) <= context.now - GONE_MS) end(hub, socket.id, 'silent', effects);
  else return false;
  return true;
}

function pingedAt({ id, openedAt }: Socket, context: HubContext): number {
  return Math.max(context.pingedAt(id) ?? 0, openedAt);
}
