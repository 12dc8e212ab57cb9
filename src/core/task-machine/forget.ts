/**
 * Forgets the user of a private cache (CONTRACT 4 "Leavers"): a purge whose tasks end instead of being retried. D1 gets
 * an entry without a name at once. The document keeps the name as long as ended tasks need it for their answers, and
 * after that only the counters.
 */

import { TASK_RETENTION_MS } from '../../contract/constants.ts';
import { NAMELESS, namelessCache } from '../../ports/entry.ts';
import type { LiveTask } from './document.ts';
import type { Draft } from './draft.ts';
import { drop } from './drop.ts';
import { recordOf } from './views.ts';

/** Ends all tasks that have not been committed, and removes the name from D1's entry. A repeated call changes nothing. */
export function forget(draft: Draft, now: number): void {
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
