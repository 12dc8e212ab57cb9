/**
 * Sends the events that wait for one webhook. A lease in D1 allows one drain at a time: a slow or unreachable receiver
 * blocks at most one consumer, and gets only one delivery that tests whether it works again.
 */

import type { Refusal, StoredWebhook, WaitingEvents } from '../../contract/webhook.ts';
import { retryDelayMs } from '../../core/webhook-events.ts';
import { log } from '../../log.ts';
import type { LeaseEnd, WaitingEnd } from '../../ports/webhook-stores.ts';
import type { Services } from '../services.ts';
import {
  disableWebhook,
  GIVE_UP_MS,
  GONE,
  identitiesOf,
  nothingTaken,
  type SendOptions,
  sendEvent,
  type WebhookServices,
  wakeWebhook,
} from './send-events.ts';

/** How long new pages are started, ms; and how long the lease lasts: until after the last delivery of the last page. */
const DRAIN_MS = 15_000;
const LEASE_MS = 60_000;
/** Caches of a page for each parallel delivery. */
const PAGE_PER_LANE = 4;
/** Connections of an invocation. */
const USUAL_WIDTH = 6;

/** Options, all with defaults. */
export interface DeliverOptions extends SendOptions {
  /** Most parallel deliveries. An invocation has six connections for all its webhooks. */
  width?: number;
}

/**
 * The result of a page: whether some events were accepted, and a refusal if there was one. `isNew`: first refusal of
 * its cache's events. `gone`: 410.
 */
interface PageEnd {
  taken: boolean;
  refused: { refusal: Refusal; retryAfterMs: number; isNew: boolean } | null;
  gone: boolean;
}

/** Sends what is due, unless another drain does. @throws what a store throws: the cron looks again */
export async function drainWebhook(
  services: WebhookServices,
  name: string,
  options: DeliverOptions = {},
): Promise<void> {
  const { now = Date.now, random = Math.random, width = USUAL_WIDTH } = options;
  const startedAt = now();
  const leasedUntil = startedAt + LEASE_MS;
  const until = startedAt + DRAIN_MS;
  const webhook = await services.webhooks.lease(name, startedAt, leasedUntil);
  if (webhook === null) return;
  let { failingSince, failures } = webhook;
  let end: LeaseEnd = { outcome: 'nothing' };
  while (now() < until) {
    const page = await services.webhookWaiting.due(name, now(), failingSince === null ? width * PAGE_PER_LANE : 1);
    if (page.length === 0) break;
    const { taken, refused, gone } = await sendPage(services, webhook, page, { until, leasedUntil }, options);
    if (gone) return void (await disableWebhook(services, webhook, GONE, now()));
    if (taken) {
      if (failingSince !== null) await welcomeBack(services, name, now());
      failingSince = null;
      failures = 0;
      end = { outcome: 'taken' };
    } else if (refused !== null) {
      // A receiver that has just accepted others, or that repeats an earlier refusal of single events, is not down:
      // those events wait on their own.
      if (end.outcome === 'taken' || (failingSince === null && !refused.isNew)) break;
      const { refusal } = refused;
      if (failingSince === null) log('warn', 'webhook.failing', { webhook: name, ...refusal });
      failingSince ??= now();
      failures += 1;
      if (now() - failingSince >= GIVE_UP_MS) {
        return void (await disableWebhook(services, webhook, nothingTaken(refusal), now()));
      }
      const wakeAt = now() + retryDelayMs(failures, refused.retryAfterMs, random());
      end = { outcome: 'failed', refusal, failingSince, failures, wakeAt };
      break;
    }
  }
  const wakeAt = await services.webhooks.release(name, leasedUntil, end);
  if (wakeAt !== null) await wakeWebhook(services, name, wakeAt, now());
}

/**
 * After the first accepted delivery since a failure: makes everything due that was not accepted before, however late
 * its retry was planned.
 */
async function welcomeBack({ webhookWaiting }: WebhookServices, webhook: string, now: number): Promise<void> {
  await webhookWaiting.hurry(webhook, now);
  log('notice', 'webhook.recovered', { webhook });
}

async function sendPage(
  services: WebhookServices,
  webhook: StoredWebhook,
  page: readonly WaitingEvents[],
  { until, leasedUntil }: { until: number; leasedUntil: number },
  options: DeliverOptions,
): Promise<PageEnd> {
  const { now = Date.now, random = Math.random, width = USUAL_WIDTH } = options;
  const keys = page.map(({ key }) => key);
  const { caches, unread } = await identitiesOf(services, keys);
  const ends: WaitingEnd[] = [];
  const all: PageEnd = { taken: false, refused: null, gone: false };
  const waiting = page.values();
  const lane = async () => {
    for (const { key, revision, events, tries, since } of waiting) {
      if (all.gone || now() >= until) return;
      if (unread.has(key)) continue;
      const cache = caches.get(key);
      const sent = { key, revision, outcome: 'sent' } as const;
      if (cache === undefined) {
        ends.push({ ...sent, until: null });
        continue;
      }
      const refused = await sendAll(services, webhook, events, cache, options);
      if (refused === null) {
        all.taken = true;
        const intervalMs = webhook.definition.min_interval_s * 1000;
        ends.push({ ...sent, until: intervalMs === 0 ? null : now() + intervalMs });
      } else if (refused.status === 410) {
        all.gone = true;
      } else if (now() - since >= GIVE_UP_MS) {
        log('warn', 'webhook.dropped', { webhook: webhook.name, key, ...refused.refusal });
        ends.push({ ...sent, until: null });
        all.refused = { ...refused, isNew: false };
      } else {
        const dueAt = now() + retryDelayMs(tries + 1, refused.retryAfterMs, random());
        ends.push({ key, revision, outcome: 'refused', dueAt });
        all.refused = { ...refused, isNew: tries === 0 || all.refused?.isNew === true };
        // If the receiver accepts nothing, the other deliveries need not find that out too.
        if (!all.taken) return;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, page.length) }, lane));
  await services.webhookWaiting.settle(webhook.name, leasedUntil, ends);
  return all;
}

/** Sends the events of one cache, oldest first. Returns the first refusal, or null. */
async function sendAll(
  services: WebhookServices,
  webhook: StoredWebhook,
  events: WaitingEvents['events'],
  cache: Parameters<typeof sendEvent>[3],
  options: DeliverOptions,
) {
  for (const event of events) {
    const result = await sendEvent(services, webhook, event, cache, options);
    if (result.outcome === 'refused') return result;
  }
  return null;
}

/** A wake-up counts as lost this long after its time, ms: longer than a lease. */
const LATE_MS = 90_000;

/**
 * The second clock of webhooks: wakes those whose events were due some time ago and not handled, because a message or a
 * consumer was lost. `now` in ms since the epoch.
 */
export async function wakeOverdue(
  { webhooks, webhookQueue }: Pick<Services, 'webhooks' | 'webhookQueue'>,
  now: number,
): Promise<void> {
  const names = await webhooks.overdue(now - LATE_MS);
  if (names.length > 0) await webhookQueue.sendBatch(names.map((webhook) => ({ body: { webhook } })));
}
