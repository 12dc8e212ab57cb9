/** Consumer of the `sync` queue. */

import * as v from 'valibot';
import type { SyncMessage } from '../contract/messages.ts';
import { recordSyncs, type SyncStores } from '../flows/record-syncs.ts';
import { log } from '../log.ts';
import { type Metrics, noMetrics } from '../metrics.ts';

/** Longest pause before a message is delivered again, seconds. */
const MAX_DELAY_S = 300;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1));

/** Members that this release does not know are dropped: two releases may run at once. */
const Body: v.GenericSchema<unknown, SyncMessage> = v.object({
  records: v.array(
    v.object({
      user: text,
      device: text,
      resource: text,
      key: text,
      syncedAt: count,
      version: count,
      changed: count,
    }),
  ),
  read: v.array(v.object({ key: text, hour: count })),
});

/** Records a batch at once, and tells the operator how much it was. What is not understood is logged and acknowledged; when a store fails, the rest comes again. */
export async function handleSyncBatch(
  batch: MessageBatch<unknown>,
  stores: SyncStores,
  metrics: Metrics = noMetrics,
): Promise<void> {
  const understood: { message: Message<unknown>; body: SyncMessage }[] = [];
  for (const message of batch.messages) {
    const { success, output } = v.safeParse(Body, message.body);
    if (success) {
      understood.push({ message, body: output });
    } else {
      log('error', 'sync_queue.not_understood', { message_id: message.id });
      message.ack();
    }
  }
  try {
    const { records, reads } = await recordSyncs(
      understood.map(({ body }) => body),
      stores,
    );
    for (const { message } of understood) message.ack();
    metrics.write('sync', {}, { records, reads });
  } catch (error) {
    log('warn', 'sync_queue.store_failed', { messages: understood.length, error });
    for (const { message } of understood) message.retry({ delaySeconds: Math.min(2 ** message.attempts, MAX_DELAY_S) });
  }
}
