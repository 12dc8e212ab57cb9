/**
 * The Worker of the cache object's own tests: the object as deployed, on real stores and a real queue whose consumer
 * only notes what came. So the tests play the consumer, and nobody else claims their tasks.
 */

import type { RefreshMessage } from '../../src/contract/messages.ts';
import { CacheObject as DeployedObject } from '../../src/object/cache-object.ts';
import { strikeable } from './faults/bindings.ts';

/** The object as deployed; tests of faults may strike its calls of the stores. */
export class CacheObject extends DeployedObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, strikeable(env));
  }
}

/** Task ids of the messages delivered so far. */
export const delivered: string[] = [];

export default {
  queue(batch) {
    if (batch.queue === 'freshet-refresh') delivered.push(...batch.messages.map(({ body }) => body.taskId));
  },
} satisfies ExportedHandler<Env, RefreshMessage>;
