/** Webhooks (CONTRACT 4 "Webhooks"): what `PUT /webhooks/<name>/` takes, what a receiver is sent, and what is kept of both. */

import * as v from 'valibot';
import { about } from './about.ts';
import { ResourceTitle } from './resource.ts';
import { Timestamp } from './timestamp.ts';
import { Warnings, Whole } from './values.ts';

/** What can happen to a cache, as receivers are told of it. */
export const EVENT_TYPES = ['cache.changed', 'cache.failing', 'cache.recovered', 'cache.guarded'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Most webhooks of a service: an isolate holds all of them, and each event is compared with each. */
export const MAX_WEBHOOKS = 32;
/** Most of what waits for a webhook that is counted: to count all would read as many rows. */
export const MAX_WAITING_COUNTED = 1000;
/** Most characters of a definition as JSON. */
export const MAX_WEBHOOK_CHARACTERS = 4096;

/** Names stand in paths and logs, as titles of resources do. */
export const WebhookName = ResourceTitle;

/** A definition as `PUT /webhooks/<name>/` takes it. */
export const Webhook = v.strictObject({
  url: about(
    v.pipe(v.string(), v.minLength(1), v.maxLength(2048)),
    'Where events are posted to. `ORIGIN_HOSTS` must name its host.',
  ),
  secrets: about(
    v.pipe(
      v.array(v.pipe(v.string(), v.regex(/^\$\{[^{}]*\}$/, `must be the name of a secret, such as \${ORIGIN_HOOK}`))),
      v.minLength(1),
      v.maxLength(4),
      v.check((items) => new Set(items).size === items.length, 'must not repeat a secret'),
    ),
    `Secrets of the service that sign what is sent, each written \`\${ORIGIN_NAME}\`; its value is \`whsec_\` and 24 to 64 bytes in base64. One signature each: two while keys rotate.`,
  ),
  resources: about(
    v.optional(
      v.pipe(
        v.array(ResourceTitle),
        v.minLength(1, 'must name a resource; left out, all are meant'),
        v.maxLength(64),
        v.check((items) => new Set(items).size === items.length, 'must not repeat a resource'),
      ),
    ),
    'Titles of the resources whose caches are told of. Left out: all.',
  ),
  events: about(
    v.optional(
      v.pipe(
        v.array(v.picklist(EVENT_TYPES)),
        v.minLength(1),
        v.maxLength(EVENT_TYPES.length),
        v.check((items) => new Set(items).size === items.length, 'must not repeat an event'),
      ),
      ['cache.changed'],
    ),
    'What is told: `cache.changed`, a version that changed the body, or a purge; `cache.failing` and `cache.recovered`, the first load that fails and the first that succeeds again; `cache.guarded`, a load that was refused as `origin-guard`, `origin-pages` or `origin-refused`.',
  ),
  min_interval_s: about(
    v.optional(v.pipe(v.number(), v.integer('must be an integer'), v.minValue(0), v.maxValue(86_400)), 0),
    'Least time between two deliveries about one cache, seconds; what happens meanwhile is told as one.',
  ),
});
/** A definition with its defaults. */
export type Webhook = v.InferOutput<typeof Webhook>;

/** How a webhook is doing. */
export const WebhookState = v.strictObject({
  status: about(
    v.picklist(['ok', 'failing', 'disabled']),
    '`failing`: the receiver does not take what is sent, which is tried again. `disabled`: nothing is sent until the webhook is put again.',
  ),
  failing_since: about(v.nullable(Timestamp), 'Since when nothing was taken; null: the last delivery was.'),
  next_try: about(v.nullable(Timestamp), 'While it fails: when the next delivery is tried; else null.'),
  disabled_since: about(v.nullable(Timestamp), 'Since when it is disabled; null: it is not.'),
  reason: about(
    v.nullable(v.string()),
    'Why the last delivery was not taken, or why it is disabled; null: neither is so.',
  ),
  waiting: about(
    v.optional(Whole),
    `About how many caches it is still to be told, ${MAX_WAITING_COUNTED} at most; in the list alone.`,
  ),
});
/** A webhook as it is answered: name, definition with its defaults, state. */
export const WebhookAnswer = v.strictObject({
  name: about(WebhookName, 'Names the webhook.'),
  ...Webhook.entries,
  state: WebhookState,
  warnings: Warnings,
});
export type WebhookAnswer = v.InferOutput<typeof WebhookAnswer>;

/** The body of `PUT /webhooks/<name>/`, for the OpenAPI text: what GET gave can be put back. */
export const WebhookDefinition = v.strictObject({
  name: about(v.optional(WebhookName), 'If it is there, the name in the path.'),
  ...Webhook.entries,
  state: about(v.optional(WebhookState), 'Is ignored.'),
  warnings: about(v.optional(v.array(v.string())), 'Is ignored.'),
});

/** What became of one delivery, as `POST /webhooks/<name>/test/` tells it. */
export const WebhookTest = v.strictObject({
  delivered: about(v.boolean(), 'Whether the receiver answered with 2xx.'),
  webhook_id: about(v.string(), 'The `webhook-id` that was sent.'),
  status: about(v.nullable(Whole), 'The status that it answered with; null: it gave no answer.'),
  ms: about(Whole, 'How long that took, ms.'),
  reason: about(v.nullable(v.string()), 'Why it was not delivered; null: it was.'),
});
export type WebhookTest = v.InferOutput<typeof WebhookTest>;

/** One event of a cache on its way. What names a user or parameters is looked up when it is sent: a leaver is in no queue. */
export interface CacheEvent {
  type: EventType;
  key: string;
  resource: string;
  /** ms since the epoch. */
  at: number;
  /** Of the entry after the event. */
  revision: number;
  /** Last version that changed the body; null: nothing is loaded, as after a purge. */
  version: number | null;
  /** Rows that the version has and the one before lacked, and the other way round; null: not known. */
  inserted: number | null;
  deleted: number | null;
  /** Why loads fail: `type` and `detail` of a problem, as readers are told. */
  error: { type: string; detail: string } | null;
}

/** `webhooks` queue: an event for one webhook, or (without one) a wake-up to send what waits for it. */
export interface WebhookMessage {
  webhook: string;
  event?: CacheEvent;
}

/** What is kept of a webhook beside its definition. Times are ms since the epoch. */
export interface StoredWebhook {
  name: string;
  definition: Webhook;
  /** Grows with each change of the definition: the expected value of the next write. */
  changedAt: number;
  failingSince: number | null;
  /** Deliveries in a row that were not taken. */
  failures: number;
  /** When somebody is to look what waits for it; null: nothing waits. */
  wakeAt: number | null;
  disabledAt: number | null;
  reason: string | null;
}

/** What waits for a webhook of one cache. */
export interface WaitingEvents {
  key: string;
  /** The newest of each type, oldest first. */
  events: CacheEvent[];
  /** The highest revision noted. */
  revision: number;
  /** How often they were not taken. */
  tries: number;
  /** Since when the oldest waits, ms. */
  since: number;
}
