/** Purges a cache (DESIGN "A refresh", 6 [M]): data that was fetched before never becomes current again. */

import { taskError } from '../../contract/problem.ts';
import type { PurgeAnswer, PurgeRequest } from '../../ports/object.ts';
import { type LiveTask, UNASKED } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { drop } from './drop.ts';
import { retried } from './fail.ts';
import { forget } from './forget.ts';
import { entryOf } from './views.ts';
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
