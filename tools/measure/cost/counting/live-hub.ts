/** A hub of live sockets, with counts, also of how often it is constructed. */

import { LiveHub as Deployed } from '../../../../src/object/live-hub.ts';
import { passedSinceStart } from './clock.ts';
import { countedClass, define } from './object.ts';
import { tally } from './tally.ts';

const VERBS = ['ticket', 'subscribe', 'poke', 'isWatched', 'signOut', 'fetch', 'alarm'];
/** Events of sockets: a message is billed as a twentieth of a request, the end of a socket is free. */
const EVENTS = ['webSocketMessage', 'webSocketClose', 'webSocketError'];
const MESSAGE_REQUESTS = 1 / 20;

export class LiveHub extends countedClass(Deployed, [...VERBS, ...EVENTS]) {
  constructor(ctx: DurableObjectState, env: Env) {
    const pingedAt = ctx.getWebSocketAutoResponseTimestamp.bind(ctx);
    // The platform records pings with its own clock, which the tests cannot move.
    define(ctx, 'getWebSocketAutoResponseTimestamp', (webSocket: WebSocket) => {
      const at = pingedAt(webSocket);
      return at && new Date(at.getTime() + passedSinceStart());
    });
    super(ctx, env);
    tally.hubWakes += 1;
  }

  override async webSocketMessage(webSocket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    tally.objectRequests += MESSAGE_REQUESTS;
    await super.webSocketMessage(webSocket, message);
  }
}
