/** Purging a cache (DESIGN "A refresh", 6 [M]): nothing fetched before it is ever current again. */

import { taskError } from '../../contract/problem.ts';
import type { PurgeAnswer, PurgeRequest } from '../../ports/object.ts';
import { type LiveTask, UNASKED } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { drop } from './drop.ts';
import { retried } from './fail.ts';
import { forget } from './forget.ts';
import { entryOf } from './views.ts';
import { noteNews } from './watchers.ts';

/** Asked again, because D1 had not taken it, a purge changes nothing more and writes to D1 once more. */
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

/** What is loaded counts as expired, and so does what a load under way will bring: it may have been fetched before. */
function expire(draft: Draft, now: number): void {
  const { loaded, counters, stored } = draft.document;
  const expiredAt = Math.max(now, counters.clockAt);
  if (loaded !== null && loaded.expiresAt > now) {
    draft.revise({ loaded: { ...loaded, expiresAt: now } }, now);
    noteNews(draft);
  } else if (stored.revision === UNASKED) {
    // D1 may have something of an earlier life; whatever it answers with is expired.
    draft.revise({}, now);
    noteNews(draft);
  }
  draft.update({ expiredAt, counters: { ...draft.document.counters, clockAt: expiredAt } });
}

/** Before D1 has answered, it may have something of an earlier life. */
function holdsSomething({ document: { loaded, failure, head, stored } }: Draft): boolean {
  return loaded !== null || failure !== null || (head?.lease ?? null) !== null || stored.revision === UNASKED;
}

/**
 * The running task loses its lease and is due again at once; the attempt does not count, since nothing was wrong with
 * it. What it has written stays owed from its claim: it does not know yet, and may be writing more.
 */
function breakOffLoad(draft: Draft, head: LiveTask, now: number): void {
  const error = head.error ?? taskError('conflict', 'The cache was purged while it was loaded; it is loaded again.');
  draft.update({ head: { ...retried(head, error, now), attempt: head.attempt - 1 } });
  draft.dispatch(now);
}
