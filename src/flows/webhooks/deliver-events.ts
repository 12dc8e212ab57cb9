/**
 * Events that have come for one webhook: sent at once while all is well, else folded into what waits (drain-webhook.ts), so that a
 * slow or dead receiver keeps no consumer from the others.
 */

import type { CacheEvent, StoredWebhook } from '../../contract/webhook.ts';
import { isWanted, retryDelayMs } from '../../core/webhook-events.ts';
import { log } from '../../log.ts';
import { type DeliverOptions, drainWebhook } from './drain-webhook.ts';
import { disableWebhook, GONE, identitiesOf, sendEvent, type WebhookServices, wakeWebhook } from './send-events.ts';

/** So long deliveries are begun one after the other, ms; what is left then waits for one who sends it all. */
const DIRECT_MS = 2000;

/**
 * Deals with what has come for a webhook; without events it is a wake-up.
 *
 * @param webhook as D1 has it; undefined: it is gone, and so are its events
 * @throws what a store throws: then all of it comes again
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

/** Sends one after the other while they are taken. Those that were not sent, or not taken. */
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
    if (await services.webhooks.beginFailing(webhook, result.reason, now(), wakeAt)) {
      log('warn', 'webhook.failing', { webhook: webhook.name, reason: result.reason });
      await wakeWebhook(services, webhook.name, wakeAt, now());
    }
    return events.slice(at);
  }
  return [];
}
