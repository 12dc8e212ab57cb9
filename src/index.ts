/**
 * Worker entry. The path of one refresh through the folders: http/routes/refresh.ts receives it.
 * flows/load/request-refresh.ts checks it and asks the cache's object (object/, rules in core/task-machine/), which
 * sends a message. For that message, queues/refresh-queue.ts calls flows/load/run-refresh.ts, which loads the origin
 * (origin/), compares rows (tables/) and writes to R2 (stores/). The object makes the version current and writes the
 * entry to D1, where http/routes/rpc.ts reads it for a device.
 */

import { app } from './app.ts';
import { runCron } from './cron.ts';
import { handleBatch, writeBatchFigures } from './queues/handle-batch.ts';
import { makeServices } from './services.ts';

export { CacheObject } from './object/cache-object.ts';
export { LiveHub } from './object/live-hub.ts';
export { SourceGate } from './object/source-gate.ts';

export default {
  fetch: app.fetch,

  async queue(batch, env, ctx) {
    const cameAt = Date.now();
    const services = makeServices(env, (work) => ctx.waitUntil(work));
    await handleBatch(batch, services);
    writeBatchFigures(services.metrics, batch, cameAt);
  },

  async scheduled(controller, env, ctx) {
    await runCron(
      makeServices(env, (work) => ctx.waitUntil(work)),
      controller.scheduledTime,
    );
  },
} satisfies ExportedHandler<Env>;
