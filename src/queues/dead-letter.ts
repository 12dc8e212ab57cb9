/**
 * Consumers of the dead-letter queues. A dead letter is one more wake-up; it does not mean that its work has failed.
 */

import type { SyncStores } from '../flows/read/record-syncs.ts';
import type { WebhookServices } from '../flows/webhooks/send-events.ts';
import { log } from '../log.ts';
import { type Metrics, noMetrics } from '../metrics.ts';
import type { CacheObjectVerbs } from '../ports/object.ts';
import { readRefreshMessage } from './refresh-queue.ts';
import { handleSyncBatch } from './sync-queue.ts';
import { handleWebhookBatch } from './webhook-queue.ts';

const RETRY_S = 60;

/** Dead letters of the `refresh` queue: the objects of their tasks check what is due. */
export async function handleDeadRefreshBatch(
  batch: MessageBatch<unknown>,
  objects: Pick<CacheObjectVerbs, 'wake'>,
): Promise<void> {
  await Promise.all(batch.messages.map((message) => wake(message, objects)));
}

async function wake(message: Message<unknown>, objects: Pick<CacheObjectVerbs, 'wake'>): Promise<void> {
  const body = readRefreshMessage(message, 'refresh_dead_queue');
  if (body === null) return;
  log('warn', 'refresh_dead_queue.wake', { task_id: body.taskId });
  try {
    await objects.wake(body.taskId);
    message.ack();
  } catch (error) {
    log('warn', 'refresh_dead_queue.wake_failed', { task_id: body.taskId, error });
    message.retry({ delaySeconds: RETRY_S });
  }
}

/** Writes dead letters of the `sync` queue to D1, like other messages. */
export async function handleDeadSyncBatch(
  batch: MessageBatch<unknown>,
  stores: SyncStores,
  metrics: Metrics = noMetrics,
): Promise<void> {
  log('warn', 'sync_dead_queue.write', { messages: batch.messages.length });
  await handleSyncBatch(batch, stores, metrics);
}

/** Handles dead letters of the `webhooks` queue like other messages. */
export async function handleDeadWebhookBatch(batch: MessageBatch<unknown>, services: WebhookServices): Promise<void> {
  log('warn', 'webhooks_dead_queue.deliver', { messages: batch.messages.length });
  await handleWebhookBatch(batch, services);
}
