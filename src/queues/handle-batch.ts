/**
 * Selects the consumer of a batch by the end of the queue's name, so that each environment can have its own queues:
 * `freshet-staging-refresh`.
 */

import type { Services } from '../flows/services.ts';
import { log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { handleDeadRefreshBatch, handleDeadSyncBatch, handleDeadWebhookBatch } from './dead-letter.ts';
import { handleRefreshBatch } from './refresh-queue.ts';
import { handleSyncBatch } from './sync-queue.ts';
import { handleWebhookBatch } from './webhook-queue.ts';

const ROLES = ['refresh', 'refresh-slow', 'refresh-dead', 'sync', 'sync-dead', 'webhooks', 'webhooks-dead'] as const;
type Role = (typeof ROLES)[number];

/** How long a batch of an unknown queue waits for a release that knows the queue, seconds. */
const UNKNOWN_S = 60;

/** Returns the role of a queue by its name; null if the name has none. */
export function roleOf(queue: string): Role | null {
  return ROLES.find((role) => queue.endsWith(`-${role}`)) ?? null;
}

/**
 * Hands a batch to its consumer. A batch of an unknown queue is retried, and in the end goes to its dead-letter queue.
 */
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

/**
 * Writes the figures of a batch. Only first deliveries count for the lag: a retried message is late on purpose.
 *
 * @param now when the batch arrived, ms since the epoch
 */
export function writeBatchFigures(metrics: Metrics, { queue, messages }: MessageBatch<unknown>, now: number): void {
  const first = messages.filter(({ attempts }) => attempts === 1);
  const lags = first.map(({ timestamp }) => now - timestamp.getTime());
  metrics.write(
    'batch',
    { queue },
    { messages: messages.length, repeated: messages.length - first.length, longest_lag_ms: Math.max(0, ...lags) },
  );
}
