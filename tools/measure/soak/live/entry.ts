/**
 * The Worker of the campaign of live sockets: the service, with a hub that can also just send a text (`POST
 * /floor/<text>`), and that reports how often it was constructed since the Worker's start (`GET /floor/`): a hub that
 * has slept is constructed again.
 */

import built, { LiveHub as Built } from '../../../../src/index.ts';

let made = 0;

/** How often the hub was constructed, and how many sockets it has. */
export interface HubState {
  made: number;
  sockets: number;
}

export class LiveHub extends Built {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    made += 1;
  }

  /** The least that any code that tells many sockets must do. */
  sayToAll(text: string): void {
    for (const webSocket of this.ctx.getWebSockets()) webSocket.send(text);
  }

  state(): HubState {
    return { made, sockets: this.ctx.getWebSockets().length };
  }
}

export { CacheObject, SourceGate } from '../../../../src/index.ts';

export default {
  ...built,

  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith('/floor/')) return built.fetch(request, env, ctx);
    const hub = env.LIVE_HUB.getByName('0') as unknown as DurableObjectStub<LiveHub>;
    if (request.method === 'GET') return Response.json(await hub.state());
    await hub.sayToAll(await request.text());
    return Response.json({});
  },
} satisfies ExportedHandler<Env>;
