/** One delivery of events of a cache to one webhook: look-up, request, log. */

import type { CacheEvent, Refusal, StoredWebhook, WebhookMessage } from '../../contract/webhook.ts';
import { isWanted, payloadOf, webhookIdOf } from '../../core/webhook-events.ts';
import { log } from '../../log.ts';
import { type DeliveryOptions, type DeliveryResult, deliverWebhook } from '../../origin/deliver-webhook.ts';
import { acceptsTcp } from '../../origin/tcp.ts';
import type { CacheIdentity } from '../../ports/entry.ts';
import { NAMELESS } from '../../ports/entry.ts';
import type { Fetch } from '../../ports/network.ts';
import type { KnownWebhook } from '../../ports/webhook-stores.ts';
import type { Services } from '../services.ts';

/** The services that deliveries use. */
export type WebhookServices = Pick<
  Services,
  'webhooks' | 'webhookWaiting' | 'webhookQueue' | 'entries' | 'settings' | 'secret' | 'metrics'
>;

/** Options, all with defaults. */
export interface SendOptions {
  fetch?: Fetch;
  /** Clock, ms since the epoch. */
  now?: () => number;
  /** From 0 up to 1. */
  random?: () => number;
  /** How long a receiver may take, ms. */
  timeoutMs?: number;
}

/** After this time without an accepted delivery the webhook is disabled, ms. */
export const GIVE_UP_MS = 5 * 86_400_000;
const NOTHING_TAKEN = 'The receiver accepted nothing for 5 days.';
export const GONE: Refusal = {
  problem: 'origin-status',
  reason: 'The receiver answered with status 410: it wants no more events.',
};

/** Why a webhook is disabled after GIVE_UP_MS. @param refusal the last one */
export function nothingTaken({ problem, reason }: Refusal): Refusal {
  return { problem, reason: `${NOTHING_TAKEN} ${reason}` };
}

/** Longest delay of a message, seconds. */
const MAX_DELAY_S = 43_200;

/**
 * Returns the identities of caches by key, without caches that are gone or whose user was forgotten. `unread`: keys
 * that D1 did not return this time.
 */
export async function identitiesOf(
  { entries }: Pick<Services, 'entries'>,
  keys: readonly string[],
): Promise<{ caches: Map<string, CacheIdentity>; unread: ReadonlySet<string> }> {
  if (keys.length === 0) return { caches: new Map(), unread: new Set() };
  const found = await entries.findAll([...new Set(keys)]);
  const named = found.entries.filter(({ resource }) => resource !== NAMELESS);
  return { caches: new Map(named.map((entry) => [entry.key, entry])), unread: new Set(found.unread) };
}

/** Sends an event once. An event that the webhook no longer wants counts as accepted. */
export async function sendEvent(
  services: WebhookServices,
  { name, definition }: StoredWebhook,
  event: CacheEvent,
  cache: CacheIdentity,
  options: SendOptions,
): Promise<DeliveryResult> {
  if (!isWanted(event, definition)) return { outcome: 'taken', status: 204 };
  const { now = Date.now } = options;
  const startedAt = now();
  const delivery = { id: webhookIdOf(event), body: payloadOf(event, cache) };
  const result = await deliverWebhook(definition, delivery, deliveryOptions(services, options));
  const outcome = result.outcome === 'taken' ? 'taken' : String(result.status ?? 'unreached');
  services.metrics.write(
    'webhook',
    { webhook: name, outcome },
    { ms: now() - startedAt, late_ms: startedAt - event.at },
  );
  return result;
}

/** How to reach receivers. */
export function deliveryOptions(
  { settings, secret }: Pick<Services, 'settings' | 'secret'>,
  { fetch = (url, init) => globalThis.fetch(url, init), now = Date.now, timeoutMs }: SendOptions,
): DeliveryOptions {
  return { hosts: settings.originHosts, secret, fetch, accepts: acceptsTcp, now: now(), timeoutMs };
}

/** Disables the webhook until it is put again. False: it was disabled or put again meanwhile. */
export async function disableWebhook(
  { webhooks, metrics }: Pick<Services, 'webhooks' | 'metrics'>,
  webhook: KnownWebhook,
  refusal: Refusal,
  now: number,
): Promise<boolean> {
  if (!(await webhooks.disable(webhook, refusal, now))) return false;
  metrics.write('webhook', { webhook: webhook.name, outcome: 'disabled' }, { ms: 0, late_ms: 0 });
  log('error', 'webhook.disabled', { webhook: webhook.name, ...refusal });
  return true;
}

/** Sends a wake-up for `wakeAt` (ms since the epoch). If that fails, the cron takes over. */
export async function wakeWebhook(
  { webhookQueue }: Pick<Services, 'webhookQueue'>,
  webhook: string,
  wakeAt: number,
  now: number,
): Promise<void> {
  const delaySeconds = Math.min(Math.max(Math.ceil((wakeAt - now) / 1000), 0), MAX_DELAY_S);
  const message: WebhookMessage = { webhook };
  try {
    await webhookQueue.send(message, { delaySeconds });
  } catch (error) {
    log('warn', 'webhook.not_woken', { webhook, error });
  }
}
