/**
 * Receivers of webhooks: a real HTTP server whose requests the published library verifies, and a consumer that tests
 * play.
 */
import { env } from 'cloudflare:workers';
import { Webhook as Verifier } from 'standardwebhooks';
import type { CacheEvent, StoredWebhook, Webhook, WebhookMessage } from '../../src/contract/webhook.ts';
import { deliverEvents } from '../../src/flows/webhooks/deliver-events.ts';
import type { SendOptions, WebhookServices } from '../../src/flows/webhooks/send-events.ts';
import { noMetrics } from '../../src/metrics.ts';
import type { CacheIdentity } from '../../src/ports/entry.ts';
import type { WebhookQueue } from '../../src/ports/webhook-stores.ts';
import { readSettings, readText } from '../../src/settings.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { d1WebhookWaiting } from '../../src/stores/webhook-waiting.ts';
import { d1Webhooks } from '../../src/stores/webhooks.ts';
import { sampleEntry, unique } from './entries.ts';
import { TestOrigin } from './origin.ts';

/** A queue that records its messages. */
export class NotedQueue implements WebhookQueue {
  readonly sent: { body: WebhookMessage; delayS: number }[] = [];
  /** The error that the next send throws. */
  fault: Error | null = null;

  async send(body: WebhookMessage, { delaySeconds = 0 }: QueueSendOptions = {}) {
    return this.sendBatch([{ body, delaySeconds }]);
  }

  async sendBatch(messages: Iterable<MessageSendRequest<WebhookMessage>>) {
    const fault = this.fault;
    this.fault = null;
    if (fault !== null) throw fault;
    for (const { body, delaySeconds = 0 } of messages) this.sent.push({ body, delayS: delaySeconds });
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } } as QueueSendBatchResponse;
  }

  /** Events sent for a webhook, oldest first. */
  eventsFor(webhook: string): CacheEvent[] {
    return this.sent.flatMap(({ body }) => (body.webhook === webhook ? (body.event ?? []) : []));
  }

  /** Delays of the wake-ups of a webhook, seconds. */
  wakesOf(webhook: string): number[] {
    return this.sent.flatMap(({ body, delayS }) =>
      body.webhook === webhook && body.event === undefined ? delayS : [],
    );
  }
}

export const queue = new NotedQueue();

export const services: WebhookServices = {
  webhooks: d1Webhooks(env.DB),
  webhookWaiting: d1WebhookWaiting(env.DB),
  webhookQueue: queue,
  entries: d1Entries(env.DB),
  settings: readSettings(env),
  secret: (name) => readText(env, name),
  metrics: noMetrics,
};

/** A delivery whose signature the library has verified. */
export interface Received {
  id: string;
  type: string;
  timestamp: string;
  data: { [name: string]: unknown };
}

/** One webhook and its receiver. */
export class Receiver {
  readonly name = unique('hook');
  readonly origin = new TestOrigin();

  static async define(more: Partial<Webhook> = {}): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.origin.answer({ status: 204 });
    const put = await services.webhooks.put(receiver.name, receiver.definition(more), null, 1);
    if (put === null) throw new Error('there are too many webhooks');
    return receiver;
  }

  definition(more: Partial<Webhook> = {}): Webhook {
    return {
      url: `${this.origin.url}/hook?token=in-the-url`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition names a secret
      secrets: ['${ORIGIN_TEST_HOOK}'],
      events: ['cache.changed', 'cache.failing', 'cache.recovered', 'cache.guarded'],
      min_interval_s: 0,
      ...more,
    };
  }

  async stored(): Promise<StoredWebhook> {
    const stored = (await services.webhooks.readAll([this.name])).get(this.name);
    if (stored === undefined) throw new Error('there is no such webhook');
    return stored;
  }

  /** Handles events as the queue's consumer would; without events: a wake-up. */
  async handle(events: readonly CacheEvent[], options: SendOptions & { width?: number } = {}): Promise<void> {
    await deliverEvents(services, await this.stored(), events, options);
  }

  /** What waits, by key. */
  async waiting(): Promise<{ key: string; pending: string | null; tries: number }[]> {
    const sql = 'SELECT key, pending, tries FROM webhook_caches WHERE webhook = ? ORDER BY key';
    return (await env.DB.prepare(sql).bind(this.name).all<{ key: string; pending: string | null; tries: number }>())
      .results;
  }

  /**
   * All deliveries in order, each verified by the library with this secret; `anyTime`: timestamps of another clock are
   * accepted, too.
   */
  async received(secret = env.ORIGIN_TEST_HOOK, { anyTime = false } = {}): Promise<Received[]> {
    const verifier = new Verifier(secret);
    return (await this.origin.requests()).map(({ headers, body }) => {
      const id = headers['webhook-id'] ?? '';
      if (anyTime) {
        const at = new Date(Number(headers['webhook-timestamp']) * 1000);
        if (!headers['webhook-signature']?.split(' ').includes(verifier.sign(id, at, body))) throw new Error('forged');
        return { id, ...(JSON.parse(body) as Omit<Received, 'id'>) };
      }
      return { id, ...(verifier.verify(body, headers) as Omit<Received, 'id'>) };
    });
  }
}

/** A cache that D1 has. */
export async function storedCache(more: Partial<CacheIdentity> = {}): Promise<CacheIdentity> {
  const entry = sampleEntry({ resource: unique('r'), parameters: { year: 1982 }, owner: null, ...more });
  await d1Entries(env.DB).put(entry);
  return entry;
}

/** A change of a cache. */
export function changeOf({ key, resource }: Pick<CacheIdentity, 'key' | 'resource'>, version = 4): CacheEvent {
  return {
    type: 'cache.changed',
    key,
    resource,
    at: Date.now(),
    revision: version * 10,
    version,
    inserted: 2,
    deleted: 1,
    error: null,
  };
}

/** Deletes all webhooks, so that the next test has room for its own. */
export async function removeAll(): Promise<void> {
  for (const { name, changedAt } of await services.webhooks.list()) await services.webhooks.remove(name, changedAt);
}
