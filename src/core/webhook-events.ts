/** Events of caches for webhooks (CONTRACT 4 "Webhooks"): which events occurred, which webhooks get them, and their bodies. */

import { codeOf, type ProblemCode } from '../contract/problem.ts';
import type { CacheEvent, EventType, WebhookMessage } from '../contract/webhook.ts';
import type { CacheIdentity, Entry } from '../ports/entry.ts';
import { NAMELESS } from '../ports/entry.ts';
import type { Task } from '../ports/task.ts';
import type { ActiveWebhook } from '../ports/webhook-stores.ts';
import { growingGapMs } from './backoff.ts';
import { etagOf, tagOfKey } from './etag.ts';
import { timestamp } from './timestamp.ts';

/** Loads that were refused because they look incomplete: `cache.guarded`. */
const GUARDED: ReadonlySet<ProblemCode> = new Set(['origin-guard', 'origin-pages', 'origin-refused']);

/** The gap after the first failed delivery, and the longest gap, ms; a random addition of up to half makes it 12 h at most. */
const FIRST_GAP_MS = 5000;
const LONGEST_GAP_MS = 28_800_000;
/**
 * Longest pause before a delivery is retried, ms, and longest `Retry-After` that is respected; also the longest delay
 * of a queue.
 */
export const LONGEST_DELAY_MS = 43_200_000;

/** The events of a task's end. If the entry is already a later one, the events carry that, since it is the newest. */
export function eventsOfTask(
  { cache, state, endedAt, version, etag, error, turned }: Task,
  entry: Entry,
): CacheEvent[] {
  if (cache.resource === NAMELESS || endedAt === null) return [];
  const event = (type: EventType, more: Partial<CacheEvent> = {}): CacheEvent => ({
    ...eventOf(type, entry, endedAt),
    key: cache.key,
    resource: cache.resource,
    ...more,
  });
  if (state === 'SUCCESS') {
    const isChanged = version !== null && etag === etagOf(cache.key, version);
    const link = entry.loaded?.changed === version ? entry.chain.at(-1) : undefined;
    return [
      ...(turned === true ? [event('cache.recovered')] : []),
      ...(isChanged ? [event('cache.changed', link?.rowChanges)] : []),
    ];
  }
  if (state !== 'FAILURE' || error === null) return [];
  const why = { error: { type: error.type, detail: error.detail } };
  return [
    ...(turned === true ? [event('cache.failing', why)] : []),
    ...(GUARDED.has(codeOf(error)) ? [event('cache.guarded', why)] : []),
  ];
}

/** The event of a purge: nothing is loaded any more. `entry` is the one after the purge. */
export function eventOfPurge(entry: Entry, now: number): CacheEvent {
  return eventOf('cache.changed', entry, now);
}

function eventOf(type: EventType, { key, resource, revision, loaded }: Entry, at: number): CacheEvent {
  const version = loaded?.changed ?? null;
  return { type, key, resource, at, revision, version, inserted: null, deleted: null, error: null };
}

/** Whether a webhook gets an event. */
export function isWanted(
  event: CacheEvent,
  { resources, events }: Pick<ActiveWebhook, 'resources' | 'events'>,
): boolean {
  return events.includes(event.type) && (resources?.includes(event.resource) ?? true);
}

/** One message for each pair of a webhook and an event that it gets. */
export function messagesOf(events: readonly CacheEvent[], webhooks: readonly ActiveWebhook[]): WebhookMessage[] {
  return webhooks.flatMap((webhook) =>
    events.filter((event) => isWanted(event, webhook)).map((event) => ({ webhook: webhook.name, event })),
  );
}

/** `webhook-id`: the same for each delivery of an event. It has no full stop, which separates the signed parts. */
export function webhookIdOf({ key, revision, type }: CacheEvent): string {
  return `${tagOfKey(key)}-r${revision}-${type.slice('cache.'.length)}`;
}

/** The body of a delivery, without rows and secrets. */
export function payloadOf(
  event: CacheEvent,
  { parameters, owner }: Pick<CacheIdentity, 'parameters' | 'owner'>,
): string {
  const { type, at, key, resource, version, revision, inserted, deleted, error } = event;
  return JSON.stringify({
    type,
    timestamp: timestamp(at),
    data: {
      resource_title: resource,
      parameters,
      owner,
      key,
      tag: tagOfKey(key),
      version,
      revision,
      inserted,
      deleted,
      ...(error === null ? {} : { error }),
    },
  });
}

/**
 * The pause before a failed delivery is retried, ms.
 *
 * @param tries how many deliveries failed, at least 1
 * @param floorMs `Retry-After` of the receiver
 * @param random from 0 up to 1
 */
export function retryDelayMs(tries: number, floorMs: number, random: number): number {
  const gapMs = growingGapMs(tries - 1, FIRST_GAP_MS, LONGEST_GAP_MS);
  return Math.min(Math.max(Math.floor(gapMs * (1 + random / 2)), floorMs), LONGEST_DELAY_MS);
}
