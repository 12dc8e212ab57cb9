/**
 * A read that waits for a load (DESIGN "Who asks for a load"). The request that fetched the entry from D1 asks the
 * object, which holds that call for a moment. All other requests, and after that moment this one too, look at this
 * location's copy of the entry until it has changed. So many readers together cost one object call a second, and a wait
 * costs the object nothing.
 */

import { freshnessRules, isAwaited, lastFailure } from '../../core/freshness.ts';
import { overloaded } from '../../stores/overloaded.ts';
import { growingPauses, looks } from '../../waiting.ts';
import { demandAvailable } from '../ask-object.ts';
import type { Services } from '../services.ts';
import { type AskForLoad, type LoadAnswer, loadAsker, type PendingTask } from './ask-for-load.ts';
import { type FoundCache, versionOf } from './find-entry.ts';

type LoadServices = Pick<Services, 'settings' | 'lookup' | 'objects' | 'limits' | 'hold' | 'waitUntil'>;

/** How a wait ends. */
export type LoadEnd = Extract<LoadAnswer, { outcome: 'loaded' | 'failed' | 'pending' }>;

/** Between two looks at the copy. The platform counts each look as a call. */
const PAUSES = growingPauses(100, 800);

/** What to wait for, and how long. */
export interface LoadWait {
  user: string;
  /** Data loaded before this time is not accepted, ms since the epoch; null: of any age. */
  notBefore: number | null;
  /** When the wait ends, ms since the epoch. */
  until: number;
  /** Whether a stale body may replace a load that fails: then the wait ends after the load has failed once. */
  standsIn: boolean;
}

/**
 * Waits for a load that is newer than the entry found. If too many requests are held already, returns at once the task
 * to wait for.
 *
 * @throws Problem `rate-limited`, `overloaded`
 */
export async function awaitLoad(services: LoadServices, found: FoundCache, wait: LoadWait): Promise<LoadEnd> {
  const hold = services.hold({ user: wait.user, kind: 'load', until: wait.until });
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
): Promise<LoadEnd> {
  const ask = loadAsker(services, user);
  let asks = isToAsk(found, notBefore);
  let current = found;
  let task: PendingTask | null = null;
  for await (const look of looks(until, PAUSES)) {
    if (look > 0) {
      current = { ...found, looked: await services.lookup.find(found.cache.key, found.cache.resource) };
      const change = changeSince(found, current, notBefore);
      if (change !== null) return change;
      asks = current.looked.fetched && task === null;
    }
    if (asks) {
      const answer = await ask(current, notBefore, until);
      if (answer.outcome === 'loaded' || answer.outcome === 'failed') return answer;
      task = answer.outcome === 'pending' ? answer.task : null;
    }
    if (standsIn && isInRetry(services, current)) break;
  }
  task ??= unfinishedTask(services, current);
  // If no request of this isolate knows a task, the object returns one or creates it.
  return task === null ? askAtOnce(ask, current, notBefore) : { outcome: 'pending', task };
}

/** Only a request that would ask anyway calls the object. The others, however many, retry once there is a task. */
async function withoutWaiting(
  services: LoadServices,
  found: FoundCache,
  { user, notBefore }: LoadWait,
): Promise<LoadEnd> {
  if (isToAsk(found, notBefore)) return askAtOnce(loadAsker(services, user), found, notBefore);
  const task = unfinishedTask(services, found);
  if (task === null) throw overloaded('Too many requests are already waiting here. Try again in a moment.');
  return { outcome: 'pending', task };
}

/**
 * Whether this request asks the object. If data is too old only because of `max-age`, no other request asks for it, so
 * this one does.
 */
function isToAsk({ looked }: FoundCache, notBefore: number | null): boolean {
  return looked.fetched || notBefore !== null;
}

async function askAtOnce(ask: AskForLoad, found: FoundCache, notBefore: number | null): Promise<LoadEnd> {
  const answer = demandAvailable(await ask(found, notBefore, 0));
  if (answer.outcome !== 'nothing') return answer;
  throw new Error('a load asked for without waiting has ended at once');
}

/** What has happened to the entry since the wait began; null if nothing ends the wait. */
function changeSince(before: FoundCache, { resource, looked }: FoundCache, notBefore: number | null): LoadEnd | null {
  const { entry, mark } = looked;
  if (entry === null) return null;
  const rules = freshnessRules(resource, mark, notBefore);
  if (isAwaited(entry, versionOf(before.looked.entry), rules)) return { outcome: 'loaded', entry };
  const failure = lastFailure(entry);
  const isNew = failure !== null && failure.retryAt > (before.looked.entry?.retryAt ?? 0);
  return isNew ? { outcome: 'failed', entry, failure } : null;
}

/**
 * Returns the task that another request of this isolate noted, unless the entry shows that it has ended. Only an object
 * call would tell its state, so the state is PENDING, Celery's word for tasks that wait or are not known.
 */
export function unfinishedTask(
  { lookup }: Pick<Services, 'lookup'>,
  { cache, looked }: FoundCache,
): PendingTask | null {
  const noted = lookup.notedTask(cache.key);
  if (noted === null || noted.taskId === looked.entry?.lastTaskId) return null;
  return { taskId: noted.taskId, state: 'PENDING', error: null, dueAt: null };
}

/** Whether the awaited load has failed and will be retried, as far as this isolate knows. */
export function isInRetry({ lookup }: Pick<Services, 'lookup'>, { cache, looked }: FoundCache): boolean {
  const noted = lookup.notedTask(cache.key);
  return noted?.isInRetry === true && noted.taskId !== looked.entry?.lastTaskId;
}
