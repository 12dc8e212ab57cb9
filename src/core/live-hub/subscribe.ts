/** The full check of a device: sets which caches its socket is told of. */

import type { SubscribeAnswer, SubscribeRequest } from '../../contract/live.ts';
import { tagOfKey } from '../etag.ts';
import type { HubContext, HubEffects } from './events.ts';
import { type Hub, MAX_PAIRS, MAX_PAIRS_PER_USER, MAX_TAGS, NO_TAGS, type Socket } from './hub.ts';
import { end } from './sockets.ts';
import { canWatch, owe, unwatched } from './watches.ts';

/** How long a socket may be told of the caches of a check, ms; after that the user's rights must be checked again. */
export const TOLD_MS = 45 * 60_000;

/**
 * Keys of a check that need a new watch; they count against the user's limit, like loads. A check that changes nothing
 * has none.
 */
export function newWatches(hub: Hub, request: SubscribeRequest, now: number): readonly string[] {
  const socket = socketOf(hub, request);
  return socket === null || request.seq < socket.seq ? [] : unwatched(hub, request.keys, now);
}

/** The socket of a check; null: this user and device have no such socket. */
function socketOf(hub: Hub, { id, user, device }: SubscribeRequest): Socket | null {
  const socket = hub.sockets.get(id);
  return socket?.user === user && socket.device === device ? socket : null;
}

/**
 * Sets what a socket is told of, at once, so that it is told of a change that occurs while the check still looks up its
 * caches. A check that arrives after a later one of the same socket changes nothing.
 */
export function subscribe(
  hub: Hub,
  request: SubscribeRequest,
  context: HubContext,
  effects: HubEffects,
): SubscribeAnswer {
  const socket = socketOf(hub, request);
  if (socket === null) return 'gone';
  const expiresAt = Math.max(socket.expiresAt, request.expiresAt);
  if (expiresAt <= context.now) {
    end(hub, socket.id, 'expired', effects);
    return 'gone';
  }
  if (request.seq < socket.seq) return 'ok';
  const before = request.add ? told(socket, context.now) : NO_TAGS;
  const tags = new Set(before);
  for (const key of request.keys) tags.add(tagOfKey(key));
  if (tags.size > MAX_TAGS) return 'full';
  const more = tags.size - socket.tags.size;
  if (hub.pairs + more > MAX_PAIRS || hub.pairsOf(socket.user) + more > MAX_PAIRS_PER_USER) return 'full';
  if (!canWatch(hub, tags, effects)) return 'full';
  hub.tell(socket.id, tags);
  const checked = Math.min(request.expiresAt, context.now + TOLD_MS);
  const toldUntil = before.size > 0 ? Math.min(socket.toldUntil, checked) : checked;
  hub.update(socket.id, { expiresAt, seq: request.seq, toldUntil });
  effects.attach.add(socket.id);
  owe(hub, request.keys, context, effects);
  return 'ok';
}

/** The caches that a socket may still be told of. */
function told({ tags, toldUntil }: Socket, now: number): ReadonlySet<string> {
  return toldUntil > now ? tags : NO_TAGS;
}
