/** The stores of webhooks as flows see them. Times are ms since the epoch. */

import type { CacheEvent, StoredWebhook, WaitingEvents, Webhook, WebhookMessage } from '../contract/webhook.ts';

/** What of an enabled webhook tells which events it is told of. */
export interface ActiveWebhook extends Pick<Webhook, 'resources' | 'events'> {
  name: string;
}

/** Where messages for receivers go in. */
export type WebhookQueue = Pick<Queue<WebhookMessage>, 'send' | 'sendBatch'>;

/** Definitions and states of webhooks (table `webhooks`). */
export interface Webhooks {
  /** Those that are enabled, from the isolate: at most DEFINITION_CACHE_MS old. @throws Problem `overloaded` */
  active(): Promise<readonly ActiveWebhook[]>;
  /** Those of the names that exist, from D1. */
  readAll(names: readonly string[]): Promise<Map<string, StoredWebhook>>;
  /** All, in order of name. */
  list(): Promise<StoredWebhook[]>;
  /**
   * Writes a definition if `expected` is still the stored `changedAt` (null: there is none), and enables the webhook: what waits
   * is due. Null: somebody else was faster, or there are MAX_WEBHOOKS.
   */
  put(name: string, definition: Webhook, expected: number | null, now: number): Promise<StoredWebhook | null>;
  /** Removes a webhook and what waits for it. False: there was none (or `expected` does not hold). */
  remove(name: string, expected: number): Promise<boolean>;
  /** Nothing is sent any more, and what waits is dropped. False: it is disabled already, or was put again since it was read. */
  disable(webhook: KnownWebhook, reason: string, now: number): Promise<boolean>;
  /** The first delivery that was not taken: nothing is tried before `wakeAt`. False: others have noted that, or it was put again. */
  beginFailing(webhook: KnownWebhook, reason: string, now: number, wakeAt: number): Promise<boolean>;
  /** The right to send what waits, until `until`; null: nothing is due, or somebody else has it. */
  lease(name: string, now: number, until: number): Promise<StoredWebhook | null>;
  /** Gives it back, with what came of it. When somebody is to look next; null: nothing waits, or the lease was lost. */
  release(name: string, until: number, end: LeaseEnd): Promise<number | null>;
  /** Names of those for which something was due before `dueBefore`: their wake-ups have been lost. */
  overdue(dueBefore: number): Promise<string[]>;
}

/** A webhook as it was when something was sent for it: what comes of that says nothing of a later definition. */
export type KnownWebhook = Pick<StoredWebhook, 'name' | 'changedAt'>;

/** What came of sending what waits: taken, nothing was sent, or nothing was taken and the next try is at `wakeAt`. */
export type LeaseEnd =
  | { outcome: 'taken' }
  | { outcome: 'nothing' }
  | { outcome: 'failed'; reason: string; failingSince: number; failures: number; wakeAt: number };

/** What waits for a webhook, one row a cache (table `webhook_caches`). */
export interface WebhookWaiting {
  /** Adds events to what waits, the newest of each type. When somebody is to look at the webhook, and whether that is new; null: never. */
  add(webhook: string, events: readonly CacheEvent[], now: number): Promise<{ wakeAt: number; isNew: boolean } | null>;
  /** What is due, in the order in which it became so. What only remembers a delivery that is old enough goes. */
  due(webhook: string, now: number, limit: number): Promise<WaitingEvents[]>;
  /**
   * Notes what became of some: what was sent goes, or is remembered until `until`; what was not taken is due again at `dueAt`, unless
   * the lease (`leasedUntil`) was lost. Events that came meanwhile stay.
   */
  settle(webhook: string, leasedUntil: number, ends: readonly WaitingEnd[]): Promise<void>;
  /** All that was not taken is due now: the receiver is back. */
  hurry(webhook: string, now: number): Promise<void>;
  /** About how many caches each webhook is still to be told, MAX_WAITING_COUNTED at most. */
  counts(): Promise<ReadonlyMap<string, number>>;
}

/** What became of the events of one cache. */
export type WaitingEnd = Pick<WaitingEvents, 'key' | 'revision'> &
  ({ outcome: 'sent'; until: number | null } | { outcome: 'refused'; dueAt: number });
