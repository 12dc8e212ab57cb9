/**
 * Purges a cache (DESIGN "A refresh", 6 [M]): data that was fetched before never becomes current again. A soft purge
 * only lets it expire. A purge that forgets the user of a private cache (CONTRACT 4 "Leavers") ends its tasks instead
 * of repeating them.
 */

import { TASK_RETENTION_MS } from '../../contract/constants.ts';
import { taskError } from '../../contract/problem.ts';
import { NAMELESS, namelessCache } from '../../ports/entry.ts';
import type { PurgeAnswer, PurgeRequest } from '../../ports/object.ts';
import { type LiveTask, UNASKED } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { retried } from './fail.ts';
import { namedBlobs } from './owed.ts';
import { OWED_DROPPED_MS } from './timing.ts';
import { entryOf, recordOf } from './views.ts';
import { noteNews } from './watchers.ts';

/** A repeated purge, because D1 had not taken it, changes nothing more and writes to D1 once more. */
export function purge(draft: Draft, request: PurgeRequest, { now }: StepContext): PurgeAnswer {
  if (request.soft) expire(draft, now);
  else if (request.forget === true) forget(draft, now);
  else {
    const { head } = draft.document;
    if (holdsSomething(draft)) drop(draft, now);
    if (head !== null && head.lease !== null) breakOffLoad(draft, head, now);
  }
  draft.effects.store = draft.document.counters.revision > 0;
  return { outcome: 'purged', entry: entryOf(draft.document) };
}

/** The loaded data counts as expired, and so does the result of a running load, which may have been fetched before. */
function expire(draft: Draft, now: number): void {
  const { loaded, counters, stored } = draft.document;
  const expiredAt = Math.max(now, counters.clockAt);
  if (loaded !== null && loaded.expiresAt > now) {
    draft.revise({ loaded: { ...loaded, expiresAt: now } }, now);
    noteNews(draft);
  } else if (stored.revision === UNASKED) {
    // D1 may know an earlier life; whatever it answers with is expired.
    draft.revise({}, now);
    noteNews(draft);
  }
  draft.update({ expiredAt, counters: { ...draft.document.counters, clockAt: expiredAt } });
}

/** Until D1 has answered, it may know an earlier life, which counts as something. */
function holdsSomething({ document: { loaded, failure, head, stored } }: Draft): boolean {
  return loaded !== null || failure !== null || (head?.lease ?? null) !== null || stored.revision === UNASKED;
}

/**
 * Takes the lease from the running task and makes it due again at once. The attempt does not count, since nothing was
 * wrong with it. Its blobs stay owed since its claim: the consumer does not know of the purge yet, and may still write.
 */
function breakOffLoad(draft: Draft, head: LiveTask, now: number): void {
  const error = head.error ?? taskError('conflict', 'The cache was purged while it was loaded; it is loaded again.');
  draft.update({ head: { ...retried(head, error, now), attempt: head.attempt - 1 } });
  draft.dispatch(now);
}

/**
 * Drops the body and deltas and keeps the counters: the next version has the next number. A settling task still becomes
 * SUCCESS, since its load ended before the purge and made a version; that version never becomes current again.
 */
function drop(draft: Draft, now: number): void {
  const { loaded, counters, head, owed, number, stored } = draft.document;
  const lease = head?.lease ?? null;
  const dropped = namedBlobs(draft.document, now + OWED_DROPPED_MS);
  // From now on nothing is taken over from D1's entry of an earlier life.
  draft.update({ stored: { ...stored, revision: Math.max(stored.revision, 0) } });
  draft.revise(
    {
      loaded: null,
      chain: [],
      failure: null,
      number: loaded === null && lease !== null ? Math.max(number, lease.number) : number,
      counters: { ...counters, fence: counters.fence + 1 },
      owed: [...owed, ...dropped],
    },
    now,
  );
  noteNews(draft);
}

/**
 * Ends all tasks that have not been committed, and removes the name from D1's entry at once. The document keeps the
 * name as long as ended tasks need it for their answers, and after that only the counters. A repeated call changes
 * nothing.
 */
function forget(draft: Draft, now: number): void {
  const { head, behind, forgotten } = draft.document;
  if (forgotten === 'yes') return;
  for (const task of [head, behind]) if (task !== null) revokeTask(draft, task, now);
  // Before `head` is cleared: while the load still counts as running, D1 gets its definition number.
  drop(draft, now);
  const { ended } = draft.document;
  draft.update({
    head: null,
    behind: null,
    lastTaskId: null,
    forgotten: 'yes',
    // All tasks have ended by now, so one sweep can remove them.
    ended: { ...ended, sweepAt: ended.count === 0 ? null : now + TASK_RETENTION_MS },
  });
}

function revokeTask(draft: Draft, task: LiveTask, now: number): void {
  draft.end({ ...recordOf(task), state: 'REVOKED', error: null, dueAt: null, endedAt: now }, now);
}

/** The end of every step: removes the name once nothing needs it any more. The counters stay under the key. */
export function dropName(draft: Draft): void {
  const { forgotten, cache, head, settling, owed, ended, stored, counters } = draft.document;
  if (forgotten !== 'yes' || cache.resource === NAMELESS) return;
  const isNeeded = head !== null || settling.length > 0 || owed.length > 0 || ended.count > 0;
  if (!isNeeded && stored.revision === counters.revision) draft.update({ cache: namelessCache(cache.key) });
}
