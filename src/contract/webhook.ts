/**
 * Webhooks (CONTRACT 4 "Webhooks"): what `PUT /webhooks/<name>/` accepts, what a receiver is sent, and what is stored
 * of both.
 */

import * as v from 'valibot';
import { about } from './about.ts';
import { type ProblemCode, TaskError } from './problem.ts';
import { ResourceTitle, Timestamp, Warnings, Whole } from './values.ts';

/** Events of a cache that receivers can be told of. */
export const EVENT_TYPES = ['cache.changed', 'cache.failing', 'cache.recovered', 'cache.guarded'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Most webhooks of a service: an isolate holds all of them, and compares each event with each. */
export const MAX_WEBHOOKS = 32;
/** Waiting rows of a webhook are counted only up to this number, since counting reads each row. */
export const MAX_WAITING_COUNTED = 1000;
/** Most characters of a definition as JSON. */
export const MAX_WEBHOOK_CHARACTERS = 4096;

/** Names occur in paths and logs, as titles of resources do. */
export const WebhookName = ResourceTitle;

/** A definition as `PUT /webhooks/<name>/` accepts it. */
export const Webhook = v.strictObject({
  url: about(
    v.pipe(v.string(), v.minLength(1), v.maxLength(2048)),
    'The URL to which events are posted. `ORIGIN_HOSTS` must name its host.',
  ),
  secrets: about(
    v.pipe(
      v.array(v.pipe(v.string(), v.regex(/^\$\{[^{}]*\}$/, `must be the name of a secret, such as \${ORIGIN_HOOK}`))),
      v.minLength(1),
      v.maxLength(4),
      v.check((items) => new Set(items).size === items.length, 'must not repeat a secret'),
    ),
    `Secrets of the service that sign each delivery, written \`\${ORIGIN_NAME}\`. A value is \`whsec_\` and 24 to 64 bytes in base64. Each secret adds one signature; use two while keys rotate.`,
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
    'Titles of the resources whose events are sent. Left out: all.',
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
    'Events that are sent: `cache.changed`, a version that changed the body, or a purge; `cache.failing` and `cache.recovered`, the first load that fails and the first that succeeds afterwards; `cache.guarded`, a load that failed with `origin-guard`, `origin-pages` or `origin-refused`.',
  ),
  min_interval_s: about(
    v.optional(v.pipe(v.number(), v.integer('must be an integer'), v.minValue(0), v.maxValue(86_400)), 0),
    'Least time between two deliveries about one cache, seconds; events in between are sent as one.',
  ),
});
/** A definition with its defaults. */
export type Webhook = v.InferOutput<typeof Webhook>;

/** The state of a webhook. */
export const WebhookState = v.strictObject({
  status: about(
    v.picklist(['ok', 'failing', 'disabled']),
    '`failing`: the receiver does not accept deliveries, which are retried. `disabled`: nothing is sent until the webhook is put again.',
  ),
  failing_since: about(
    v.nullable(Timestamp),
    'Since when deliveries have failed; null: the last delivery was accepted.',
  ),
  next_try: about(v.nullable(Timestamp), 'While deliveries fail: when the next one is attempted; otherwise null.'),
  disabled_since: about(v.nullable(Timestamp), 'Since when it has been disabled; null: it is enabled.'),
  type: about(
    v.nullable(TaskError.entries.type),
    'The problem type of an origin with the same answer: `/docs/problems#<code>`. Null if `reason` is null, or if an earlier release recorded it.',
  ),
  reason: about(
    v.nullable(v.string()),
    'Why the last delivery failed, or why the webhook is disabled; null: neither is the case.',
  ),
  waiting: about(
    v.optional(Whole),
    `About how many caches have events that wait for delivery, at most ${MAX_WAITING_COUNTED}; only in the list.`,
  ),
});
/** A webhook in an answer: name, definition with its defaults, state. */
export const WebhookAnswer = v.strictObject({
  name: about(WebhookName, 'Name of the webhook.'),
  ...Webhook.entries,
  state: WebhookState,
  warnings: Warnings,
});
export type WebhookAnswer = v.InferOutput<typeof WebhookAnswer>;

/** The body of `PUT /webhooks/<name>/`, for the OpenAPI text; it accepts what GET answered. */
export const WebhookDefinition = v.strictObject({
  name: about(v.optional(WebhookName), 'Optional; must be the name in the path.'),
  ...Webhook.entries,
  state: about(v.optional(WebhookState), 'Ignored.'),
  warnings: about(v.optional(v.array(v.string())), 'Ignored.'),
});

/** The result of one delivery, as in the answer of `POST /webhooks/<name>/test/`. */
export const WebhookTest = v.strictObject({
  delivered: about(v.boolean(), 'Whether the receiver answered with 2xx.'),
  webhook_id: about(v.string(), 'The `webhook-id` that was sent.'),
  status: about(v.nullable(Whole), 'Status of the answer of the receiver; null: there was no answer.'),
  ms: about(Whole, 'How long the delivery took, ms.'),
  type: about(v.nullable(TaskError.entries.type), 'The problem, as in `state`; null: it was delivered.'),
  reason: about(v.nullable(v.string()), 'Why it was not delivered; null: it was delivered.'),
});
export type WebhookTest = v.InferOutput<typeof WebhookTest>;

/**
 * One event of a cache. The user and the parameters are looked up when it is sent, so that no queue holds them after a
 * user has left.
 */
export interface CacheEvent {
  type: EventType;
  key: string;
  resource: string;
  /** ms since the epoch. */
  at: number;
  /** Revision of the entry after the event. */
  revision: number;
  /** Last version that changed the body; null: nothing is loaded, as after a purge. */
  version: number | null;
  /** Rows that the version added and removed, compared with the version before; null: not known. */
  inserted: number | null;
  deleted: number | null;
  /** Why loads fail: `type` and `detail` of a problem, as readers see them. */
  error: { type: string; detail: string } | null;
}

/** `webhooks` queue: an event for one webhook, or, without an event, a wake-up to send what waits for it. */
export interface WebhookMessage {
  webhook: string;
  event?: CacheEvent;
}

/** The stored definition and state of a webhook. Times are ms since the epoch. */
export interface StoredWebhook {
  name: string;
  definition: Webhook;
  /** Grows with each change of the definition; the next write must expect this value. */
  changedAt: number;
  failingSince: number | null;
  /** Failed deliveries in a row. */
  failures: number;
  /** When to look next whether events are due; null: none wait. */
  wakeAt: number | null;
  disabledAt: number | null;
  /** Why the last delivery failed, or why it is disabled. */
  refusal: Refusal | null;
}

/** Why a receiver did not accept a delivery, for an administrator: it names hosts and secrets, never their values. */
export interface Refusal {
  /** The problem code of an origin with the same answer. Null: an earlier release recorded only the reason. */
  problem: ProblemCode | null;
  reason: string;
}

/** Events of one cache that wait for a webhook. */
export interface WaitingEvents {
  key: string;
  /** The newest of each type, oldest first. */
  events: CacheEvent[];
  /** The highest revision among them. */
  revision: number;
  /** How many deliveries of them have failed. */
  tries: number;
  /** Since when the oldest event waits, ms. */
  since: number;
}
