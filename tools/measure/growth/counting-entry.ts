/**
 * The Worker of `npm run bench:growth`: the built service, with counts of each statement on D1 by the part that runs
 * it. It has three
 * more paths: read the counts, run one minute of the cron, and run one batch of the sync queue.
 */

import { env as bindings } from 'cloudflare:workers';
import worker, { CacheObject as Built } from '../../../src/index.ts';
import type { SyncMessage } from '../../../src/ports/messages.ts';
import { roleOf } from '../../../src/queues/handle-batch.ts';
import { recordingDatabase } from '../../../test/support/database.ts';

/**
 * The parts that run statements: a client's request, the cache's object, the consumer of refreshes, the cron, a batch
 * of records, another queue.
 */
export type Runner = 'request' | 'object' | 'load' | 'cron' | 'sync' | 'queue';

/** Rows that each statement read and wrote, as D1 reports them, by the part that ran it. */
export type Counted = Partial<Record<Runner, { read: number; written: number }[]>>;

const recordings = new Map<Runner, ReturnType<typeof recordingDatabase>>();

/** The environment of one part. */
function counted<Environment extends Env>(env: Environment, runner: Runner): Environment {
  const recording = recordings.get(runner) ?? recordingDatabase(bindings.DB);
  recordings.set(runner, recording);
  return { ...env, DB: recording.db };
}

/** Returns the counts since the last call. */
function take(): Counted {
  return Object.fromEntries(
    Array.from(recordings, ([runner, { metas, statements }]) => {
      statements.length = 0;
      return [
        runner,
        metas.splice(0).map(({ rows_read, rows_written }) => ({ read: rows_read, written: rows_written })),
      ];
    }),
  );
}

export { LiveHub, SourceGate } from '../../../src/index.ts';

export class CacheObject extends Built {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, counted(env, 'object'));
  }
}

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === '/growth/counted') return Response.json(take());
    if (pathname === '/growth/cron') {
      const controller = { scheduledTime: Date.now(), cron: '* * * * *', noRetry() {} } as ScheduledController;
      await worker.scheduled(controller, counted(env, 'cron'), ctx);
      return Response.json({});
    }
    if (pathname === '/growth/sync') {
      const message = { id: '1', timestamp: new Date(), attempts: 1, body: await request.json<SyncMessage>() };
      const answered = { ack() {}, retry: () => Promise.reject(new Error('The batch was not written.')) };
      const batch = { queue: 'freshet-sync', messages: [{ ...message, ...answered }] };
      await worker.queue(batch as unknown as MessageBatch<unknown>, counted(env, 'sync'), ctx);
      return Response.json({});
    }
    return worker.fetch(request, counted(env, 'request'), ctx);
  },

  queue(batch, env, ctx) {
    return worker.queue(batch, counted(env, roleOf(batch.queue)?.startsWith('refresh') ? 'load' : 'queue'), ctx);
  },
} satisfies ExportedHandler<Env>;
