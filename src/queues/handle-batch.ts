/** Which consumer a batch is for. Queues are told by the end of their names, so that each environment has its own: `freshet-staging-refresh`. */

import type { Services } from '../flows/services.ts';
import { log } from '../log.ts';
import { handleDeadRefreshBatch, handleDeadSyncBatch, handleDeadWebhookBatch } from './dead-letter.ts';
import { handleRefreshBatch } from './refresh-queue.ts';
import { handleSyncBatch } from './sync-queue.ts';
import { handleWebhookBatch } from './webhook-queue.ts';

const ROLES = ['refresh', 'refresh-slow', 'refresh-dead', 'sync', 'sync-dead', 'webhooks', 'webhooks-dead'] as const;
type Role = (typeof ROLES)[number];

/** How long a batch that nobody here understands waits for a release that does, seconds. */
const UNKNOWN_S = 60;

/** What a queue is for; null: its name does not say. */
export function roleOf(queue: string): Role | null {
  return ROLES.find((role) => queue.endsWith(`-${role}`)) ?? null;
}

/** Hands a batch to its consumer. One of an unknown queue comes again, and in the end goes to its dead-letter queue. */
export async function handleBatch(batch: MessageBatch<unknown>, services: Services): Promise<void> {
  switch (roleOf(batch.queue)) {
    case 'refresh':
      return handleRefreshBatch(batch, services);
    case 'refresh-slow':
      return handleRefreshBatch(batch, services, { slow: true });
    case 'refresh-dead':
      return handleDeadRefreshBatch(batch, services.objects);
    case 'sync':
      return handleSyncBatch(batch, services, services.metrics);
    case 'sync-dead':
      return handleDeadSyncBatch(batch, services, services.metrics);
    case 'webhooks':
      return handleWebhookBatch(batch, services);
    case 'webhooks-dead':
      return handleDeadWebhookBatch(batch, services);
    case null:
      log('error', 'queue.unknown', { queue: batch.queue });
      batch.retryAll({ delaySeconds: UNKNOWN_S });
  }
}
