/**
 * One cache in the answer to `/sync/`: its members are what its own read would send as headers
 * (CONTRACT 3 "Many caches at once").
 */

import type { Context } from 'hono';
import type { SyncItemAnswer } from '../contract/sync.ts';
import type { ChosenAnswer, GivenVersion } from '../core/choose-answer.ts';
import { etagOf, tagOfKey } from '../core/etag.ts';
import { readPath } from '../core/read-path.ts';
import { timestamp } from '../core/timestamp.ts';
import type { InlineBody, ServedCache } from '../flows/read/inline-bodies.ts';
import type { SyncedItem } from '../flows/read/sync-caches.ts';
import type { AppEnv } from './factory.ts';
import { problemFor } from './problems.ts';
import { pendingTaskAnswer, retryAfterS } from './task-answer.ts';

/** `retry_after` of an item whose load is asked for after the answer, s. */
const NOT_ASKED_YET_S = 2;

/** Whether an item is answered with data, or with the fact that the device has it. */
export function isServed(item: SyncedItem): item is SyncedItem & ServedCache {
  return 'answer' in item && item.answer.kind === 'served';
}

/** Returns an item without a body: that nothing has changed, where to read its body, its task, or its problem. */
export function withoutBody(c: Context<AppEnv>, item: SyncedItem): SyncItemAnswer {
  if ('error' in item) return failed(c, item);
  if (!isServed(item)) return pending(c, item);
  const { chosen } = item.answer;
  if (chosen.kind !== 'not-modified') return promised(c, item, chosen);
  return facts(item, 304, chosen.given, `v${chosen.given.version}`);
}

/** An item that has a new version, and where to read it. */
function promised(c: Context<AppEnv>, item: SyncedItem & ServedCache, chosen: ChosenAnswer): SyncItemAnswer {
  const { served } = item.answer;
  const path = readPath(item.cache, item.parameters, item.definition, c.get('identity').user);
  const { contentType, bytes } = served.loaded;
  // Only the read itself finds out whether there is a delta and whether it is smaller than the table.
  const isDelta = chosen.kind === 'delta';
  return {
    ...facts(item, 200, chosen.given, isDelta ? undefined : `v${chosen.given.version}`),
    ...(isDelta ? {} : { content_type: contentType, bytes }),
    ...(path === null ? { post: true } : { href: path }),
  };
}

/** The members of an item in addition to its body. */
export function besideBody(item: SyncedItem & ServedCache, { given, delta }: InlineBody): SyncItemAnswer {
  return facts(item, 200, given, delta === null ? `v${given.version}` : `delta v${delta.from}-v${delta.to}`);
}

function facts(
  { id, cache, isBehind, answer: { served } }: SyncedItem & ServedCache,
  status: 200 | 304,
  given: GivenVersion,
  contentVersion: string | undefined,
): SyncItemAnswer {
  const { entry, loaded, expiresAt, forwarded } = served;
  // JSON has no members that are undefined.
  return {
    id,
    tag: tagOfKey(cache.key),
    status,
    etag: etagOf(entry.key, given.changed),
    version: given.version,
    revision: entry.revision,
    content_version: contentVersion,
    hash: given.hash ?? undefined,
    last_modified: given.changedAt === null ? undefined : timestamp(given.changedAt),
    loaded: timestamp(loaded.loadedAt),
    expires: timestamp(expiresAt),
    forwarded: forwarded ?? undefined,
    behind: isBehind || undefined,
  };
}

function pending(c: Context<AppEnv>, item: Exclude<SyncedItem, { error: unknown }>): SyncItemAnswer {
  const task = item.answer.kind === 'pending' ? item.answer.task : null;
  return {
    id: item.id,
    tag: tagOfKey(item.cache.key),
    status: 202,
    ...(item.isBehind ? { behind: true } : {}),
    ...(task === null ? {} : { task: pendingTaskAnswer(task, c.get('identity')) }),
    retry_after: task === null ? NOT_ASKED_YET_S : retryAfterS(task, Date.now()),
  };
}

function failed(c: Context<AppEnv>, { id, error, cache }: Extract<SyncedItem, { error: unknown }>): SyncItemAnswer {
  const { body, headers } = problemFor(error, c);
  const retryAfter = Number(headers['Retry-After']);
  return {
    id,
    ...(cache === null ? {} : { tag: tagOfKey(cache.key) }),
    status: body.status,
    problem: body,
    ...(Number.isFinite(retryAfter) ? { retry_after: retryAfter } : {}),
  };
}
