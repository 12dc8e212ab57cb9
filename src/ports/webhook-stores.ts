/** The stores of webhooks as flows see them. Times are ms since the epoch. */

import type {
  CacheEvent,
  Refusal,
  StoredWebhook,
  WaitingEvents,
  Webhook,
  WebhookMessage,
} from '../contract/webhook.ts';

/** The part of an enabled webhook that decides which events are sent to it. */
export interface ActiveWebhook extends Pick<Webhook, 'resources' | 'events'> {
  name: string;
}

/** The queue for messages to receivers. */
export type WebhookQueue = Pick<Queue<WebhookMessage>, 'send' | 'sendBatch'>;

/** Definitions and states of webhooks (table `webhooks`). */
export interface Webhooks {
  /** The enabled webhooks, from the isolate's copy: at most DEFINITION_CACHE_MS old. @throws Problem `overloaded` */
  active(): Promise<readonly ActiveWebhook[]>;
  /** The webhooks of these names that exist, from D1. */
  readAll(names: readonly string[]): Promise<Map<string, StoredWebhook>>;
  /** All, in order of name. */
  list(): Promise<StoredWebhook[]>;
  /**
   * Writes a definition if `expected` is still the stored `changedAt` (null: there is none), and enables the webhook:
   * waiting events are due. Null: another writer was faster, or there are MAX_WEBHOOKS.
   */
  put(name: string, definition: Webhook, expected: number | null, now: number): Promise<StoredWebhook | null>;
  /** Removes a webhook and its waiting events. False: there was none, or `expected` does not match. */
  remove(name: string, expected: number): Promise<boolean>;
  /** Stops sending and drops waiting events. False: it is already disabled, or was written again since it was read. */
  disable(webhook: KnownWebhook, refusal: Refusal, now: number): Promise<boolean>;
  /**
   * Notes the first failed delivery: nothing is sent before `wakeAt`. False: another process has noted it, or the
   * webhook was written again.
   */
  beginFailing(webhook: KnownWebhook, refusal: Refusal, now: number, wakeAt: number): Promise<boolean>;
  /** Takes the right to send waiting events, until `until`; null: nothing is due, or another process has the right. */
  lease(name: string, now: number, until: number): Promise<StoredWebhook | null>;
  /**
   * Returns the lease, with the result of the sending. Result: when to look next; null: nothing waits, or the lease was
   * lost.
   */
  release(name: string, until: number, end: LeaseEnd): Promise<number | null>;
  /** Names of webhooks with events that were due before `dueBefore`: their wake-ups have been lost. */
  overdue(dueBefore: number): Promise<string[]>;
}

/** A webhook as it was when an event was sent for it. The result of that delivery does not count for a later definition. */
export type KnownWebhook = Pick<StoredWebhook, 'name' | 'changedAt'>;

/** The result of sending: events were taken, nothing was sent, or nothing was taken and the next attempt is at `wakeAt`. */
export type LeaseEnd =
  | { outcome: 'taken' }
  | { outcome: 'nothing' }
  | { outcome: 'failed'; refusal: Refusal; failingSince: number; failures: number; wakeAt: number };

/** Events that wait for a webhook, one row for each cache (table `webhook_caches`). */
export interface WebhookWaiting {
  /**
   * Adds events and keeps the newest of each type. Returns when to look at the webhook, and whether this time is new;
   * null: never.
   */
  add(webhook: string, events: readonly CacheEvent[], now: number): Promise<{ wakeAt: number; isNew: boolean } | null>;
  /** Due events, in the order in which they came due. Removes rows that only remember a delivery which is old enough. */
  due(webhook: string, now: number, limit: number): Promise<WaitingEvents[]>;
  /**
   * Stores results: events that were sent are removed, or remembered until `until`; events that were not taken are due
   * again at `dueAt`, unless the lease (`leasedUntil`) was lost. Events that arrived meanwhile stay.
   */
  settle(webhook: string, leasedUntil: number, ends: readonly WaitingEnd[]): Promise<void>;
  /** Makes all events that were not taken due now: the receiver is back. */
  hurry(webhook: string, now: number): Promise<void>;
  /** About how many caches have events waiting for each webhook, at most MAX_WAITING_COUNTED. */
  counts(): Promise<ReadonlyMap<string, number>>;
}

/** The result for the events of one cache. */
export type WaitingEnd = Pick<WaitingEvents, 'key' | 'revision'> &
  ({ outcome: 'sent'; until: number | null } | { outcome: 'refused'; dueAt: number });
