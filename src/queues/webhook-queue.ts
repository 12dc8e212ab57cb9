/** Consumer of the `webhooks` queue. */

import * as v from 'valibot';
import { EVENT_TYPES, type WebhookMessage } from '../contract/webhook.ts';
import { deliverEvents } from '../flows/webhooks/deliver-events.ts';
import type { DeliverOptions } from '../flows/webhooks/drain-webhook.ts';
import type { WebhookServices } from '../flows/webhooks/send-events.ts';
import { log } from '../log.ts';

/** Longest pause before a message is retried, seconds. */
const MAX_DELAY_S = 300;
/** Most connections of an invocation that may wait for response headers. The webhooks of a batch share them. */
const CONNECTIONS = 6;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1));

/** Drops members that this release does not know: two releases may run at the same time. */
const Body: v.GenericSchema<unknown, WebhookMessage> = v.object({
  webhook: text,
  event: v.exactOptional(
    v.object({
      type: v.picklist(EVENT_TYPES),
      key: text,
      resource: text,
      at: count,
      revision: count,
      version: v.nullable(count),
      inserted: v.nullable(count),
      deleted: v.nullable(count),
      error: v.nullable(v.object({ type: v.string(), detail: v.string() })),
    }),
  ),
});

type Understood = { message: Message<unknown>; body: WebhookMessage };

/**
 * Handles the webhooks of a batch in parallel. An invalid message is logged and acknowledged; if a store fails, the
 * messages are retried.
 */
export async function handleWebhookBatch(
  batch: MessageBatch<unknown>,
  services: WebhookServices,
  options: DeliverOptions = {},
): Promise<void> {
  const understood = batch.messages.flatMap((message): Understood[] => {
    const { success, output } = v.safeParse(Body, message.body);
    if (success) return [{ message, body: output }];
    log('error', 'webhooks_queue.not_understood', { message_id: message.id });
    message.ack();
    return [];
  });
  const groups = Map.groupBy(understood, ({ body }) => body.webhook);
  if (groups.size === 0) return;
  const width = Math.max(1, Math.floor(CONNECTIONS / groups.size));
  const known = services.webhooks.readAll([...groups.keys()]);
  await Promise.all(
    Array.from(groups, async ([name, group]) => {
      try {
        const events = group.flatMap(({ body: { event } }) => event ?? []);
        await deliverEvents(services, (await known).get(name), events, { width, ...options });
        for (const { message } of group) message.ack();
      } catch (error) {
        log('warn', 'webhooks_queue.store_failed', { webhook: name, messages: group.length, error });
        for (const { message } of group) message.retry({ delaySeconds: Math.min(2 ** message.attempts, MAX_DELAY_S) });
      }
    }),
  );
}
