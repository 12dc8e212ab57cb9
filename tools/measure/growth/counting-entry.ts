/**
 * The Worker of `npm run bench:growth`: the built service, which counts the rows that its statements read and write in
 * D1. It has three more paths: read the counts, run one minute of the cron, and run one batch of the sync queue.
 */

import { env as bindings } from 'cloudflare:workers';
import worker, { CacheObject as Built } from '../../../src/index.ts';
import type { SyncMessage } from '../../../src/ports/messages.ts';
import { recordingDatabase } from '../../../test/support/database.ts';

/** Rows that the statements read and wrote, as D1 reports them. */
export interface Counted {
  read: number;
  written: number;
}

const { db, metas, statements } = recordingDatabase(bindings.DB);

function counted<Environment extends Env>(env: Environment): Environment {
  return { ...env, DB: db };
}

/** Returns the counts since the last call. */
function take(): Counted {
  statements.length = 0;
  return metas
    .splice(0)
    .reduce(
      ({ read, written }, { rows_read, rows_written }) => ({ read: read + rows_read, written: written + rows_written }),
      { read: 0, written: 0 },
    );
}

export { LiveHub, SourceGate } from '../../../src/index.ts';

export class CacheObject extends Built {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, counted(env));
  }
}

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === '/growth/counted') return Response.json(take());
    if (pathname === '/growth/cron') {
      const controller = { scheduledTime: Date.now(), cron: '* * * * *', noRetry() {} } as ScheduledController;
      await worker.scheduled(controller, counted(env), ctx);
      return Response.json({});
    }
    if (pathname === '/growth/sync') {
      const message = { id: '1', timestamp: new Date(), attempts: 1, body: await request.json<SyncMessage>() };
      const answered = { ack() {}, retry: () => Promise.reject(new Error('The batch was not written.')) };
      const batch = { queue: 'freshet-sync', messages: [{ ...message, ...answered }] };
      await worker.queue(batch as unknown as MessageBatch<unknown>, counted(env), ctx);
      return Response.json({});
    }
    return worker.fetch(request, counted(env), ctx);
  },

  queue(batch, env, ctx) {
    // What reads leave to the sync queue would be counted with whatever is measured by then.
    return worker.queue(batch, batch.queue.startsWith('freshet-refresh') ? counted(env) : env, ctx);
  },
} satisfies ExportedHandler<Env>;
