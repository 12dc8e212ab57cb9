/** Purging a cache (DESIGN "A refresh", 6 [M]): nothing fetched before it is ever current again. */

import type { PurgeAnswer, PurgeRequest } from '../../contract/object.ts';
import { taskError } from '../../contract/problem.ts';
import type { LiveTask } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { retried } from './fail.ts';
import { namedBlobs } from './owed.ts';
import { OWED_DROPPED_MS } from './timing.ts';
import { entryOf } from './views.ts';

/** Asked again, because D1 had not taken it, a purge changes nothing more and writes to D1 once more. */
export function purge(draft: Draft, request: PurgeRequest, { now }: StepContext): PurgeAnswer {
  if (request.soft) expire(draft, now);
  else drop(draft, now);
  draft.effects.store = draft.document.counters.revision > 0;
  return { outcome: 'purged', entry: entryOf(draft.document) };
}

/** What is loaded counts as expired, and so does what a load under way will bring: it may have been fetched before. */
function expire(draft: Draft, now: number): void {
  const { loaded, counters } = draft.document;
  const expiredAt = Math.max(now, counters.clockAt);
  if (loaded !== null && loaded.expiresAt > now) {
    draft.revise({ loaded: { ...loaded, expiresAt: now } }, now);
  }
  draft.update({ expiredAt, counters: { ...draft.document.counters, clockAt: expiredAt } });
}

/**
 * Body and deltas go, the counters stay: the next version has the next number. A task that is settling goes on to
 * SUCCESS, for its load ended before the purge and made a version; that version is never current again.
 */
function drop(draft: Draft, now: number): void {
  const { loaded, failure, counters, head, owed, number } = draft.document;
  const lease = head?.lease ?? null;
  if (loaded === null && failure === null && lease === null) return;
  const dropped = namedBlobs(draft.document, now + OWED_DROPPED_MS);
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
  if (head !== null && lease !== null) breakOffLoad(draft, head, now);
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
