/** Consumer of the `sync` queue. */

import * as v from 'valibot';
import { recordSyncs, type SyncStores } from '../flows/read/record-syncs.ts';
import { log } from '../log.ts';
import { type Metrics, noMetrics } from '../metrics.ts';
import type { SyncMessage } from '../ports/messages.ts';
import type { DeviceName } from '../ports/sync-store.ts';
import { isFirstInMinute } from '../stores/once-a-minute.ts';

/** Longest pause before a message is retried, seconds. */
const MAX_DELAY_S = 300;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1));

/** Drops members that this release does not know: two releases may run at the same time. */
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
  // Absent in messages of earlier releases.
  checks: v.optional(
    v.array(v.object({ user: text, device: text, at: count, tags: v.array(text), adds: v.boolean() })),
    [],
  ),
  refusals: v.optional(
    v.array(
      v.object({ user: text, device: text, resource: text, reason: v.picklist(['group', 'scope']), hour: count }),
    ),
    [],
  ),
});

/**
 * Records a batch, and counts it for the operator. An invalid message is logged and acknowledged; if a store fails, the
 * others are retried.
 */
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
  const again = (message: Message<unknown>) =>
    message.retry({ delaySeconds: Math.min(2 ** message.attempts, MAX_DELAY_S) });
  try {
    const { records, reads, failed, refused } = await recordSyncs(
      understood.map(({ body }) => body),
      stores,
    );
    const unwritten = new Set(failed.map(idOf));
    for (const { message, body } of understood) {
      const names = [...body.records, ...(body.checks ?? []), ...(body.refusals ?? [])].map(idOf);
      if (names.some((name) => unwritten.has(name))) again(message);
      else message.ack();
    }
    metrics.write('sync', {}, { records, reads });
    if (refused.length > 0) tellRefused(refused, metrics);
  } catch (error) {
    log('warn', 'sync_queue.store_failed', { messages: understood.length, error });
    for (const { message } of understood) again(message);
  }
}

/**
 * Counts refused new devices of users who already have MAX_DEVICES_PER_USER. The log names each of these users once a
 * minute.
 */
function tellRefused(refused: readonly DeviceName[], metrics: Metrics): void {
  metrics.write('devices_refused', {}, { devices: refused.length });
  for (const user of new Set(refused.map((device) => device.user))) {
    if (isFirstInMinute(`sync_queue.devices_refused ${user}`, Date.now())) {
      log('warn', 'sync_queue.devices_refused', { user, devices: refused.filter((one) => one.user === user).length });
    }
  }
}

function idOf({ user, device }: DeviceName): string {
  return JSON.stringify([user, device]);
}
