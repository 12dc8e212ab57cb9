/**
 * One request for many caches (CONTRACT 3 "Many caches at once"): each is answered like its own read. First yields at
 * once all that is known; then, one by one, what was waited for.
 */

import { MAX_SYNC_HOLD_S, MAX_SYNC_LOADS, SYNC_HOLD_S } from '../../contract/constants.ts';
import type { Identity } from '../../contract/identity.ts';
import type { Resource } from '../../contract/resource.ts';
import { type AskedAnswer, type ChosenAnswer, chooseAnswer } from '../../core/choose-answer.ts';
import { namedVersion } from '../../core/named-version.ts';
import type { Preferences } from '../../core/prefer.ts';
import type { CacheIdentity, Parameters } from '../../ports/entry.ts';
import { type Outcome, sideBySide } from '../../side-by-side.ts';
import { sharedHold } from '../live/held-requests.ts';
import type { LiveCheck } from '../live/live-check.ts';
import type { Services } from '../services.ts';
import { loadAsker, logNotAsked, type PendingTask } from './ask-for-load.ts';
import { unfinishedTask } from './await-load.ts';
import { findEntries, type SearchedItem, type SoughtCache } from './find-entries.ts';
import type { FoundCache } from './find-entry.ts';
import { knownCacheOf } from './known-caches.ts';
import { type CacheRead, type ServedBody, serveAfterLoad, serveAtOnce } from './serve-cache.ts';

/** One requested cache. */
export interface SyncItemRead {
  id: string;
  title: string;
  parameters: Parameters;
  /** What the device has, as `If-None-Match` names it; undefined: nothing. */
  etag: string | undefined;
  minRevision: number;
}

/** Same as `X-Delta: auto`. */
const DELTA = { kind: 'auto' } as const;

/** The request. An invalid item contains its error. */
export interface SyncRead {
  identity: Identity;
  items: readonly { id: string | null; item: Outcome<SyncItemRead> }[];
  preferences: Preferences;
  /** The connection to subscribe to these caches; null: none. */
  live: LiveCheck | null;
  /** No wait lasts longer than this: the end of the reader's token, ms since the epoch. */
  latest: number;
}

/** What is known of the cache that an item means. */
export interface SyncedCache {
  cache: CacheIdentity;
  definition: Resource;
  /** As given in the item, without defaults. */
  parameters: Parameters;
  /** This location knows less than the client was told. */
  isBehind: boolean;
  answer:
    | { kind: 'served'; served: ServedBody; asked: AskedAnswer; chosen: ChosenAnswer }
    /** Null: no task is known yet; a load is requested after the answer. */
    | { kind: 'pending'; task: PendingTask | null };
}

/** An item with its result; `at` is its place in the request. */
export type SyncedItem = ItemPlace & (SyncedCache | FailedItem);
interface ItemPlace {
  id: string | null;
  at: number;
}
/** `cache`: the cache that the item means, if that is known. */
interface FailedItem {
  error: unknown;
  cache: CacheIdentity | null;
}
interface NamedItem extends ItemPlace {
  read: CacheRead & SoughtCache;
  item: SyncItemRead;
}
interface FoundItem extends NamedItem {
  found: FoundCache;
}

/** Yields all that is known at once, then each item that was waited for. */
export async function* syncCaches(services: Services, question: SyncRead): AsyncGenerator<SyncedItem[], void, void> {
  const { failed, named } = await nameItems(services, question);
  const { live } = question;
  const { missed, found } = await findItems(services, named, live);
  const known: SyncedItem[] = [...failed, ...missed];
  const toLoad: FoundItem[] = [];
  for (const item of found) {
    const answer = answerAtOnce(services, item);
    if (answer === 'load') toLoad.push(item);
    else known.push(answer);
  }
  const later = toLoad.splice(MAX_SYNC_LOADS);
  for (const item of later) known.push(pendingItem(item, unfinishedTask(services, item.found)));
  if (known.length > 0) yield known;
  const loaded: SyncedItem[] = [];
  if (toLoad.length > 0) {
    const held = { ...services, hold: sharedHold(services.hold) };
    for await (const some of asCompleted(toLoad.map((item) => answerOnceLoaded(held, item)))) {
      loaded.push(...some);
      yield some;
    }
  }
  await live?.extend([...known, ...loaded].flatMap((item) => (isAccepted(item) ? item.cache.key : [])));
  if (later.length > 0) services.waitUntil(askForLoads(services, later));
}

/** Counts each item as a request. The first was counted when the request was let in. */
async function nameItems({ limits }: Services, { identity, items, preferences, live, ...question }: SyncRead) {
  const latest = heldUntil(question.latest, preferences);
  const failed: (ItemPlace & FailedItem)[] = [];
  const named: NamedItem[] = [];
  const refusals = await limits.countRequests(identity.user, Math.max(0, items.length - 1));
  for (const [at, { id, item }] of items.entries()) {
    const refusal = refusals[at - 1] ?? null;
    if (refusal !== null) {
      live?.lacks();
      failed.push({ id, at, error: refusal, cache: null });
    } else if ('error' in item) failed.push({ id, at, error: item.error, cache: null });
    else named.push({ id, at, item: item.value, read: readOf(identity, item.value, preferences, latest) });
  }
  return { failed, named };
}

function readOf(
  identity: Identity,
  { title, parameters, etag, minRevision }: SyncItemRead,
  preferences: Preferences,
  latest: number,
): NamedItem['read'] {
  const names = { delta: DELTA, ifNoneMatch: etag, ifMatch: undefined, lastEventId: undefined };
  return {
    user: identity.user,
    reader: identity,
    title,
    identify: (definition) => knownCacheOf(definition, identity.user, title, parameters),
    namedVersion: (key) => namedVersion(names, key),
    minRevision,
    delta: DELTA,
    notBefore: null,
    preferences,
    latest,
  };
}

/** Until when the answer may be held, ms since the epoch. */
function heldUntil(latest: number, { waitS }: Preferences): number {
  const heldS = waitS === null ? SYNC_HOLD_S : Math.min(waitS, MAX_SYNC_HOLD_S);
  const now = Date.now();
  return Math.max(now, Math.min(now + heldS * 1000, latest));
}

async function findItems(services: Services, named: readonly NamedItem[], live: LiveCheck | null) {
  const missed: (ItemPlace & FailedItem)[] = [];
  const found: FoundItem[] = [];
  const searched = await findEntries(
    services,
    named.map(({ read }) => read),
    live,
  );
  for (const [index, { id, at, read, item }] of named.entries()) {
    const { cache, found: outcome } = searched[index] as SearchedItem;
    if ('error' in outcome) missed.push({ id, at, error: outcome.error, cache });
    else found.push({ id, at, read, item, found: outcome.value });
  }
  return { missed, found };
}

function answerAtOnce(services: Services, item: FoundItem): SyncedItem | 'load' {
  try {
    const served = serveAtOnce(services, item.read, item.found);
    return served === 'load' ? served : servedItem(item, served);
  } catch (error) {
    return failedItem(item, error);
  }
}

async function answerOnceLoaded(services: Services, item: FoundItem): Promise<SyncedItem> {
  try {
    const served = await serveAfterLoad(services, item.read, item.found);
    return served.outcome === 'pending' ? pendingItem(item, served.task) : servedItem(item, served);
  } catch (error) {
    return failedItem(item, error);
  }
}

function servedItem(item: FoundItem, served: ServedBody): SyncedItem {
  const asked: AskedAnswer = { delta: DELTA, ifNoneMatch: item.item.etag };
  return syncedOf(item, served.entry.revision, { kind: 'served', served, asked, chosen: chooseAnswer(served, asked) });
}

function pendingItem(item: FoundItem, task: PendingTask | null): SyncedItem {
  return syncedOf(item, item.found.looked.entry?.revision ?? 0, { kind: 'pending', task });
}

function syncedOf({ id, at, item, found }: FoundItem, revision: number, answer: SyncedCache['answer']): SyncedItem {
  const { cache, resource } = found;
  // If D1 did not answer, the connection may already have been told something newer.
  const isBehind = revision < item.minRevision || found.looked.isUnconfirmed === true;
  return { id, at, cache, definition: resource.definition, parameters: item.parameters, isBehind, answer };
}

function failedItem({ id, at, found }: FoundItem, error: unknown): SyncedItem {
  return { id, at, error, cache: found.cache };
}

/** Whether the cache exists or will exist: its body is there, or a load was accepted. */
function isAccepted(item: SyncedItem): item is ItemPlace & SyncedCache {
  return 'answer' in item && (item.answer.kind === 'served' || item.answer.task !== null);
}

/** Asks for loads after the answer, for items that it did not wait for: the next request finds their tasks. */
async function askForLoads(services: Services, items: readonly FoundItem[]): Promise<void> {
  const fetched = items.filter(({ found }) => found.looked.fetched);
  await sideBySide(fetched, async ({ read, found }) => {
    await loadAsker(services, read.user)(found, null, 0).catch((error) => logNotAsked(found.cache.key, error));
  });
}

/** Yields results as they complete; the works must not throw. */
async function* asCompleted<Value>(works: readonly Promise<Value>[]): AsyncGenerator<Value[], void, void> {
  const open = new Map(works.map((work, at) => [at, work.then((value) => ({ at, value }))]));
  while (open.size > 0) {
    const { at, value } = await Promise.race(open.values());
    open.delete(at);
    yield [value];
  }
}
