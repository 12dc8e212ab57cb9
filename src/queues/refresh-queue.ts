/**
 * Consumer of the `refresh` queue. It waits but 2 s for its loads: a queue may run one batch at a time, and a hung origin
 * would hold up all the others. What still runs goes on under `waitUntil`; its message is handed back and finds out.
 */

import type { Lease } from '../contract/object.ts';
import { type RefreshServices, type RunOptions, runRefresh } from '../flows/run-refresh.ts';
import type { Services } from '../flows/services.ts';
import { withLogFields } from '../log.ts';
import { within } from '../waiting.ts';
import { readRefreshMessage } from './refresh-message.ts';

const WAIT_MS = 2000;
/** Longest delay of a message that queues take, seconds. */
const MAX_DELAY_S = 43_200;

/** What of the services the consumer works with. */
export type QueueServices = RefreshServices & Pick<Services, 'waitUntil'>;

/** Runs the messages of a batch side by side. `options` are those of the runs. */
export async function handleRefreshBatch(
  batch: MessageBatch<unknown>,
  services: QueueServices,
  options: RunOptions = {},
): Promise<void> {
  await Promise.all(batch.messages.map((message) => handle(message, services, options)));
}

async function handle(message: Message<unknown>, services: QueueServices, options: RunOptions): Promise<void> {
  const body = readRefreshMessage(message, 'refresh_queue');
  if (body === null) return;
  const leased: { lease?: Lease; until: number } = { until: 0 };
  const onLease = (lease: Lease, until: number) => Object.assign(leased, { lease, until });
  const delivery = { ...body, deliveryId: `${message.id}:${message.attempts}` };
  const work = withLogFields({ task_id: body.taskId, request_id: body.requestId }, () =>
    runRefresh(services, delivery, { roomMs: WAIT_MS, ...options, onLease }),
  );
  // A run never throws: what is thrown here is that the time has passed.
  let end = await within(work, WAIT_MS).catch(() => null);
  // Its consumer may have been cut short under `waitUntil`; it must not go on so for ever.
  if (end === null && leased.lease?.awaited) end = await work;
  if (end === null) {
    services.waitUntil(work);
    // Until its lease ends there is nothing to find out that the object's alarm does not tell sooner.
    end = { ack: false, delayS: Math.ceil((leased.until - Date.now()) / 1000) };
  }
  if (end.ack) message.ack();
  else message.retry({ delaySeconds: Math.min(Math.max(end.delayS, 1), MAX_DELAY_S) });
}
