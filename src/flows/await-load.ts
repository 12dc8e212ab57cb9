/**
 * Waiting for a load (DESIGN "Who asks for a load"). Whoever fetched the entry from D1 asks the object, which holds that
 * call for a moment; everybody else, and the asker after that moment, looks at this location's copy of the entry until it
 * has changed. So a herd costs one object call a second, and a wait costs the object nothing.
 */

import { growingGapMs } from '../core/backoff.ts';
import { type FreshnessRules, freshnessRules, isAwaited, lastFailure } from '../core/freshness.ts';
import { overloaded } from '../stores/overloaded.ts';
import { sleep } from '../waiting.ts';
import { askForLoad, type LoadAnswer, type PendingTask } from './ask-for-load.ts';
import { available } from './available.ts';
import { type FoundCache, versionOf } from './find-entry.ts';
import { heldRequests } from './held-requests.ts';
import type { Services } from './services.ts';

type LoadServices = Pick<Services, 'settings' | 'lookup' | 'objects' | 'limits' | 'waitUntil'>;

/** How a wait ends. */
export type Awaited = Extract<LoadAnswer, { outcome: 'loaded' | 'failed' | 'pending' }>;

/** Pauses between two looks at the copy, ms: the first, doubled each time, and the longest. Each is a call that the platform counts. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 800;

/** Who waits for what, and how long. */
export interface LoadWait {
  /** Who waits. */
  user: string;
  /** What was loaded before this moment is not accepted, ms since the epoch; null: of any age. */
  notBefore: number | null;
  /** When the wait is given up, ms since the epoch. */
  until: number;
  /** Whether a stale body may stand in for a load that fails: then one that has failed once is not waited for. */
  standsIn: boolean;
}

/**
 * Waits for a load that is newer than the entry found. Where too many requests are held already, it tells at once of the
 * task that is to be waited for.
 *
 * @throws Problem `rate-limited`, `overloaded`
 */
export async function awaitLoad(services: LoadServices, found: FoundCache, wait: LoadWait): Promise<Awaited> {
  const hold = heldRequests.enter(wait.until, Date.now());
  if (hold === null) return withoutWaiting(services, found, wait);
  try {
    return await lookUntilLoaded(services, found, wait);
  } finally {
    hold.release();
  }
}

async function lookUntilLoaded(
  services: LoadServices,
  found: FoundCache,
  { user, notBefore, until, standsIn }: LoadWait,
): Promise<Awaited> {
  // Others do not ask for what only `max-age` finds too old, so whoever sent it asks.
  let asks = found.looked.fetched || notBefore !== null;
  let isCounted = false;
  let current = found;
  let task: PendingTask | null = null;
  for (let looks = 0; ; looks += 1) {
    if (asks) {
      if (!isCounted) await services.limits.load(user, found.cache.key);
      isCounted = true;
      const heldMs = Math.min(services.settings.refreshWaitMs, Math.max(0, until - Date.now()));
      const answer = await askForLoad(services, current, rulesOf(current, notBefore), heldMs);
      if (answer.outcome === 'loaded' || answer.outcome === 'failed') return answer;
      task = answer.outcome === 'pending' ? answer.task : null;
    }
    const leftMs = until - Date.now();
    if (leftMs <= 0 || (standsIn && isInRetry(services, current))) break;
    await sleep(Math.min(growingGapMs(looks, FIRST_PAUSE_MS, LONGEST_PAUSE_MS), leftMs));

    const looked = await services.lookup.find(found.cache.key, found.cache.resource);
    current = { ...current, looked };
    const change = changeSince(found, current, rulesOf(current, notBefore));
    if (change !== null) return change;
    asks = looked.fetched && task === null;
  }
  const pending = task ?? unfinishedTask(services, current);
  if (pending !== null) return { outcome: 'pending', task: pending };
  // Nobody of this isolate knows a task: the object tells one, or makes it.
  if (!isCounted) await services.limits.load(user, found.cache.key);
  return askAtOnce(services, current, notBefore);
}

/** Only whoever is to ask anyway costs the object a call: the others, however many, come back when there is a task. */
async function withoutWaiting(
  services: LoadServices,
  found: FoundCache,
  { user, notBefore }: LoadWait,
): Promise<Awaited> {
  if (found.looked.fetched || notBefore !== null) {
    await services.limits.load(user, found.cache.key);
    return askAtOnce(services, found, notBefore);
  }
  const task = unfinishedTask(services, found);
  if (task === null) throw overloaded('Too many requests wait here already. Try again in a moment.');
  return { outcome: 'pending', task };
}

function rulesOf({ resource, looked }: FoundCache, notBefore: number | null): FreshnessRules {
  return freshnessRules(resource, looked.mark, notBefore);
}

/** What has become of the entry since the wait began; null: nothing that ends it. */
function changeSince(before: FoundCache, { looked }: FoundCache, rules: FreshnessRules): Awaited | null {
  const { entry } = looked;
  if (entry === null) return null;
  if (isAwaited(entry, versionOf(before.looked.entry), rules)) return { outcome: 'loaded', entry };
  const failure = lastFailure(entry);
  const isNew = failure !== null && failure.retryAt > (before.looked.entry?.retryAt ?? 0);
  return isNew ? { outcome: 'failed', entry, failure } : null;
}

/**
 * The task that somebody of this isolate was told of, unless the entry shows that it has ended. It may yet have: to know,
 * every waiter would cost an object call, so the state told is PENDING, Celery's word for what waits or is not known.
 */
function unfinishedTask({ lookup }: LoadServices, { cache, looked }: FoundCache): PendingTask | null {
  const noted = lookup.notedTask(cache.key);
  if (noted === null || noted.taskId === looked.entry?.lastTaskId) return null;
  return { taskId: noted.taskId, state: 'PENDING', error: null, dueAt: null };
}

/** Whether the load that is waited for has failed and is to be tried again, as far as this isolate was told. */
export function isInRetry({ lookup }: Pick<Services, 'lookup'>, { cache, looked }: FoundCache): boolean {
  const noted = lookup.notedTask(cache.key);
  return noted?.isInRetry === true && noted.taskId !== looked.entry?.lastTaskId;
}

async function askAtOnce(services: LoadServices, found: FoundCache, notBefore: number | null): Promise<Awaited> {
  const answer = available(await askForLoad(services, found, rulesOf(found, notBefore), 0));
  if (answer.outcome !== 'nothing') return answer;
  throw new Error('a load asked for without waiting has ended at once');
}
