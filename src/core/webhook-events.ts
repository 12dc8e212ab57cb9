/** What webhooks are told of a cache (CONTRACT 4 "Webhooks"): which events there were, for whom, and how they read. */

import { codeOf, type ProblemCode } from '../contract/problem.ts';
import type { CacheEvent, EventType, WebhookMessage } from '../contract/webhook.ts';
import type { CacheIdentity, Entry } from '../ports/entry.ts';
import { NAMELESS } from '../ports/entry.ts';
import type { Task } from '../ports/task.ts';
import type { ActiveWebhook } from '../ports/webhook-stores.ts';
import { growingGapMs } from './backoff.ts';
import { etagOf, tagOfKey } from './etag.ts';
import { timestamp } from './timestamp.ts';

/** A load that was taken for half of one: `cache.guarded`. */
const GUARDED: ReadonlySet<ProblemCode> = new Set(['origin-guard', 'origin-pages', 'origin-refused']);

/** The gap after the first delivery that was not taken, and the longest one; chance adds up to half of it: 12 h at most. */
const FIRST_GAP_MS = 5000;
const LONGEST_GAP_MS = 28_800_000;
/** Longest pause before a delivery is tried again, ms; a longer `Retry-After` is cut to it. The longest delay of a queue, too. */
export const LONGEST_DELAY_MS = 43_200_000;

/** What the end of a task was for its cache. The entry may be a later one: then that is told, which is the newest. */
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

/** A purge: nothing is loaded any more. The entry is that after it. */
export function eventOfPurge(entry: Entry, now: number): CacheEvent {
  return eventOf('cache.changed', entry, now);
}

function eventOf(type: EventType, { key, resource, revision, loaded }: Entry, at: number): CacheEvent {
  const version = loaded?.changed ?? null;
  return { type, key, resource, at, revision, version, inserted: null, deleted: null, error: null };
}

/** Whether a webhook is told of an event. */
export function isWanted(
  event: CacheEvent,
  { resources, events }: Pick<ActiveWebhook, 'resources' | 'events'>,
): boolean {
  return events.includes(event.type) && (resources?.includes(event.resource) ?? true);
}

/** One message for each webhook and event that it is told of. */
export function messagesOf(events: readonly CacheEvent[], webhooks: readonly ActiveWebhook[]): WebhookMessage[] {
  return webhooks.flatMap((webhook) =>
    events.filter((event) => isWanted(event, webhook)).map((event) => ({ webhook: webhook.name, event })),
  );
}

/** `webhook-id`: the same for the same event, however often it is sent. Without full stops, which separate what is signed. */
export function webhookIdOf({ key, revision, type }: CacheEvent): string {
  return `${tagOfKey(key)}-r${revision}-${type.slice('cache.'.length)}`;
}

/** The body that is sent: no rows, no secrets. */
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
 * The pause before what was not taken is tried again, ms.
 *
 * @param tries how often it was not, at least 1
 * @param floorMs `Retry-After` of the receiver
 * @param random from 0 up to 1
 */
export function retryDelayMs(tries: number, floorMs: number, random: number): number {
  const gapMs = growingGapMs(tries - 1, FIRST_GAP_MS, LONGEST_GAP_MS);
  return Math.min(Math.max(Math.floor(gapMs * (1 + random / 2)), floorMs), LONGEST_DELAY_MS);
}
