/** A hub of live sockets, counted, also how often it is made again. */

import { LiveHub as Deployed } from '../../../../src/object/live-hub.ts';
import { passedSinceStart } from './clock.ts';
import { countedClass, define } from './object.ts';
import { tally } from './tally.ts';

const VERBS = ['ticket', 'subscribe', 'poke', 'isWatched', 'signOut', 'fetch', 'alarm'];
/** What sockets bring: a message is a twentieth of a request, their end is none. */
const EVENTS = ['webSocketMessage', 'webSocketClose', 'webSocketError'];
const MESSAGE_REQUESTS = 1 / 20;

export class LiveHub extends countedClass(Deployed, [...VERBS, ...EVENTS]) {
  constructor(ctx: DurableObjectState, env: Env) {
    const pingedAt = ctx.getWebSocketAutoResponseTimestamp.bind(ctx);
    // The platform notes pings by its own clock, which nothing puts forward.
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
