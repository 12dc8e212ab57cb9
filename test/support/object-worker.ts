/**
 * The Worker of the cache object's own tests: the object as deployed, on real stores and a real queue whose consumer
 * only notes what came. So the tests play the consumer, and nobody else claims their tasks.
 */

import type { RefreshMessage } from '../../src/contract/messages.ts';

export { CacheObject } from '../../src/object/cache-object.ts';

/** Task ids of the messages delivered so far. */
export const delivered: string[] = [];

export default {
  queue(batch) {
    if (batch.queue === 'freshet-refresh') delivered.push(...batch.messages.map(({ body }) => body.taskId));
  },
} satisfies ExportedHandler<Env, RefreshMessage>;
