/**
 * Handles new events for one webhook: sends them at once while its receiver works, otherwise adds them to the waiting
 * events (drain-webhook.ts), so that a slow or unreachable receiver does not block the consumer for others.
 *
 *   new events --> sendAtOnce --> receiver
 *       |  receiver fails, events wait, or a least interval is set
 *       +--> waiting events (D1) --> drainWebhook --> receiver
 */

import type { CacheEvent, StoredWebhook } from '../../contract/webhook.ts';
import { isWanted, retryDelayMs } from '../../core/webhook-events.ts';
import { log } from '../../log.ts';
import { type DeliverOptions, drainWebhook } from './drain-webhook.ts';
import { disableWebhook, GONE, identitiesOf, sendEvent, type WebhookServices, wakeWebhook } from './send-events.ts';

/** How long new deliveries are started one after the other, ms. The rest then waits for `drainWebhook`. */
const DIRECT_MS = 2000;

/**
 * Handles new events for a webhook; a call without events is a wake-up.
 *
 * @param webhook as stored in D1; undefined: it is gone, and its events are dropped
 * @throws what a store throws: then the whole message is retried
 */
export async function deliverEvents(
  services: WebhookServices,
  webhook: StoredWebhook | undefined,
  events: readonly CacheEvent[],
  options: DeliverOptions = {},
): Promise<void> {
  if (webhook === undefined || webhook.disabledAt !== null) return;
  const { now = Date.now } = options;
  const { name, definition } = webhook;
  const wanted = events.filter((event) => isWanted(event, definition));
  const isOpen = webhook.failingSince === null && webhook.wakeAt === null && definition.min_interval_s === 0;
  const left = isOpen ? await sendAtOnce(services, webhook, wanted, options) : wanted;
  if (left.length > 0) {
    const wake = await services.webhookWaiting.add(name, left, now());
    if (wake === null) return;
    if (wake.wakeAt > now()) {
      if (wake.isNew) await wakeWebhook(services, name, wake.wakeAt, now());
      return;
    }
  } else if (events.length > 0) return;
  await drainWebhook(services, name, options);
}

/**
 * Sends one event after the other while the receiver accepts them. Returns those that were not sent or not accepted.
 */
async function sendAtOnce(
  services: WebhookServices,
  webhook: StoredWebhook,
  events: readonly CacheEvent[],
  options: DeliverOptions,
): Promise<readonly CacheEvent[]> {
  const { now = Date.now, random = Math.random } = options;
  const until = now() + DIRECT_MS;
  const keys = events.map(({ key }) => key);
  const { caches, unread } = await identitiesOf(services, keys);
  for (const [at, event] of events.entries()) {
    if (now() >= until) return events.slice(at);
    const cache = caches.get(event.key);
    if (cache === undefined) {
      if (unread.has(event.key)) return events.slice(at);
      continue;
    }
    const result = await sendEvent(services, webhook, event, cache, options);
    if (result.outcome === 'taken') continue;
    if (result.status === 410) {
      return (await disableWebhook(services, webhook, GONE, now())) ? [] : events.slice(at);
    }
    const wakeAt = now() + retryDelayMs(1, result.retryAfterMs, random());
    if (await services.webhooks.beginFailing(webhook, result.refusal, now(), wakeAt)) {
      log('warn', 'webhook.failing', { webhook: webhook.name, ...result.refusal });
      await wakeWebhook(services, webhook.name, wakeAt, now());
    }
    return events.slice(at);
  }
  return [];
}
