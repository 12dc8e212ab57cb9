/**
 * Asks the object for the load that a read needs: one call, which joins a load that runs or waits already. From then on
 * this location knows what the answer says.
 */

import { type KeptError, Problem } from '../../contract/problem.ts';
import { hasEnded, type TaskState } from '../../contract/task.ts';
import { type FreshnessRules, freshnessRules, isAwaited, type LastFailure, lastFailure } from '../../core/freshness.ts';
import { policyOf } from '../../core/task-policy.ts';
import { log } from '../../log.ts';
import type { Entry } from '../../ports/entry.ts';
import type { EnqueueAnswer } from '../../ports/object.ts';
import type { LookedUp } from '../../ports/stores.ts';
import type { Services } from '../services.ts';
import { type FoundCache, versionOf } from './find-entry.ts';

/** A task as a reader sees it. */
export interface PendingTask {
  taskId: string;
  state: TaskState;
  error: KeptError | null;
  /** When it is next due, ms since the epoch; null if it runs, or if that is not known here. */
  dueAt: number | null;
}

/** The result of asking for a load. */
export type LoadAnswer =
  | { outcome: 'loaded'; entry: Entry }
  | { outcome: 'failed'; entry: Entry | null; failure: LastFailure }
  | { outcome: 'pending'; task: PendingTask }
  /** The task was revoked, or its data was purged meanwhile: ask again. */
  | { outcome: 'nothing' }
  | { outcome: 'unavailable' };

/**
 * How long after a load D1 must have its entry, ms. If it does not, D1 has lost the entry: it was restored to an
 * earlier time.
 */
const LOST_AFTER_MS = 60_000;

type AskServices = Pick<Services, 'settings' | 'lookup' | 'objects' | 'limits' | 'waitUntil'>;

/**
 * Asks for data newer than the entry found, and newer than `notBefore` (ms since the epoch; null: of any age). The
 * object may hold its answer until the task ends: at most REFRESH_WAIT_MS, and up to `until` (ms since the epoch; 0:
 * not at all).
 */
export type AskForLoad = (found: FoundCache, notBefore: number | null, until: number) => Promise<LoadAnswer>;

/**
 * Returns the function by which a request of `user` asks for loads. The request counts once, however often it asks.
 *
 * @throws Problem `rate-limited`, `overloaded`, by the returned function
 */
export function loadAsker(services: AskServices, user: string): AskForLoad {
  let isCounted = false;
  return async (found, notBefore, until) => {
    if (!isCounted) await services.limits.countLoad(user, found.cache.key, found.looked.entry === null);
    isCounted = true;
    const rules = freshnessRules(found.resource, found.looked.mark, notBefore);
    const heldMs = Math.min(services.settings.refreshWaitMs, Math.max(0, until - Date.now()));
    return ask(services, found, rules, heldMs);
  };
}

async function ask(
  services: AskServices,
  found: FoundCache,
  rules: FreshnessRules,
  heldMs: number,
): Promise<LoadAnswer> {
  const { cache, resource, looked } = found;
  const answer = await services.objects.enqueue({
    cache,
    number: rules.number,
    policy: policyOf(resource.definition, resource.source),
    since: Math.max(rules.notBefore ?? 0, looked.entry?.loaded?.loadedAt ?? 0),
    asker: null,
    heedRetryAt: true,
    waitMs: heldMs,
  });
  if ('entry' in answer && answer.entry !== null) await services.lookup.put(answer.entry);
  if (answer.outcome === 'current' && hasLost(looked, answer.entry)) services.waitUntil(heal(services, cache.key));
  if (answer.outcome === 'task' && !hasEnded(answer.task.state)) {
    const { taskId, state } = answer.task;
    services.lookup.noteTask(cache.key, { taskId, isInRetry: state === 'RETRY' });
  }
  return readAnswer(answer, versionOf(looked.entry), rules);
}

/** Logs a load that could not be requested or was not allowed. */
export function logNotAsked(key: string, error: unknown): void {
  // Rate-limited users are already logged once a minute (stores/rate-limits.ts).
  if (!(error instanceof Problem && error.code === 'rate-limited')) log('warn', 'cache.load_not_asked', { key, error });
}

/** Whether D1, which was just asked, should know the entry by now. */
function hasLost({ entry, fetched }: LookedUp, { revision, loaded }: Entry): boolean {
  return fetched && revision > (entry?.revision ?? 0) && Date.now() > (loaded?.loadedAt ?? 0) + LOST_AFTER_MS;
}

/**
 * Makes the object write the entry to D1 again. Otherwise each location would ask the object for it once a second,
 * until the next load.
 */
async function heal({ objects }: AskServices, key: string): Promise<void> {
  log('warn', 'entry.lost_by_d1', { key });
  await objects.entry(key).catch((error) => log('warn', 'entry.not_healed', { key, error }));
}

function readAnswer(answer: EnqueueAnswer, seen: number, rules: FreshnessRules): LoadAnswer {
  if (answer.outcome === 'unavailable') return answer;
  // The object gives this answer only to a caller that creates no cache.
  if (answer.outcome === 'unknown') return { outcome: 'nothing' };
  if (answer.outcome === 'current') return { outcome: 'loaded', entry: answer.entry };
  const { entry } = answer;
  const failure = lastFailure(entry);
  if (answer.outcome === 'failing') return failure ? { outcome: 'failed', entry, failure } : { outcome: 'nothing' };

  const { taskId, state, error, dueAt } = answer.task;
  if (!hasEnded(state)) return { outcome: 'pending', task: { taskId, state, error, dueAt } };
  if (entry !== null && isAwaited(entry, seen, rules)) return { outcome: 'loaded', entry };
  if (state !== 'FAILURE' || error === null) return { outcome: 'nothing' };
  return { outcome: 'failed', entry, failure: failure ?? { error, retryAt: 0 } };
}
