/**
 * The Worker of the cache object's own tests: the object as deployed, on real stores and a real queue whose consumer
 * only notes the
 * messages. So the tests play the consumer, and nothing else claims their tasks.
 */

import type { IsWatchedRequest, LiveHubVerbs, PokeRequest } from '../../src/contract/live.ts';
import { CacheObject as DeployedObject } from '../../src/object/cache-object.ts';
import type { RefreshMessage } from '../../src/ports/messages.ts';
import { strikeable } from './faults/bindings.ts';

/**
 * The objects' work after their answers: when none is running, everything that a step requested has been done or
 * refused.
 */
export const effects = { underWay: 0 };

/** Tests that remove a rule from D1's statements set this. */
export const statements = { rewrite: (sql: string) => sql };

/** The tests also play the hubs of live sockets: the functions that answer for all hubs about a cache, by its key. */
export const playedHubs = new Map<string, (hub: number) => Pick<LiveHubVerbs, 'poke' | 'isWatched'>>();

const LIVE_HUB = {
  getByName(name: string) {
    const hubOf = (key: string) => {
      const hub = playedHubs.get(key)?.(Number(name));
      if (hub === undefined) throw new Error('nobody plays this hub');
      return hub;
    };
    return {
      poke: async (request: PokeRequest) => hubOf(request.key).poke(request),
      isWatched: async (request: IsWatchedRequest) => hubOf(request.key).isWatched(request),
    };
  },
} as unknown as Env['LIVE_HUB'];

/** The object as deployed; fault tests may strike its calls of the stores. */
export class CacheObject extends DeployedObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, { ...strikeable(env, (sql) => statements.rewrite(sql)), LIVE_HUB });
    const waitUntil = ctx.waitUntil.bind(ctx);
    ctx.waitUntil = (work) => {
      effects.underWay += 1;
      const done = () => {
        effects.underWay -= 1;
      };
      waitUntil(work.then(done, done));
    };
  }
}

export { SourceGate } from '../../src/object/source-gate.ts';

/** Task ids of the messages delivered so far, and the whole messages with the queue of each. */
export const delivered: string[] = [];
export const deliveries: { queue: string; body: RefreshMessage }[] = [];

export default {
  queue(batch) {
    if (!['freshet-refresh', 'freshet-refresh-slow'].includes(batch.queue)) return;
    delivered.push(...batch.messages.map(({ body }) => body.taskId));
    deliveries.push(...batch.messages.map(({ body }) => ({ queue: batch.queue, body })));
  },
} satisfies ExportedHandler<Env, RefreshMessage>;
