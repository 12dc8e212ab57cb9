/**
 * Forgetting the user of a private cache (CONTRACT 4 "Leavers"): a purge whose tasks end instead of being tried again. D1 gets an
 * entry without a name at once; the document keeps the name as long as ended tasks need it to be told, then only the counters.
 */

import { TASK_RETENTION_MS } from '../../contract/constants.ts';
import { NAMELESS, namelessCache } from '../../ports/entry.ts';
import type { LiveTask } from './document.ts';
import type { Draft } from './draft.ts';
import { drop } from './drop.ts';
import { recordOf } from './views.ts';

/** Ends all tasks that have not been committed, and takes the name off what D1 has. Asked again, it changes nothing. */
export function forget(draft: Draft, now: number): void {
  const { head, behind, forgotten } = draft.document;
  if (forgotten === 'yes') return;
  for (const task of [head, behind]) if (task !== null) revokeTask(draft, task, now);
  // While the load still counts as running, so that D1 gets its definition number.
  drop(draft, now);
  const { ended } = draft.document;
  draft.update({
    head: null,
    behind: null,
    lastTaskId: null,
    forgotten: 'yes',
    // All of them have ended by now: one sweep takes them.
    ended: { ...ended, sweepAt: ended.count === 0 ? null : now + TASK_RETENTION_MS },
  });
}

function revokeTask(draft: Draft, task: LiveTask, now: number): void {
  draft.end({ ...recordOf(task), state: 'REVOKED', error: null, dueAt: null, endedAt: now }, now);
}

/** Every step ends with this: once nothing needs the name any more, it goes, and the counters stay under the key. */
export function dropName(draft: Draft): void {
  const { forgotten, cache, head, settling, owed, ended, stored, counters } = draft.document;
  if (forgotten !== 'yes' || cache.resource === NAMELESS) return;
  const isNeeded = head !== null || settling.length > 0 || owed.length > 0 || ended.count > 0;
  if (!isNeeded && stored.revision === counters.revision) draft.update({ cache: namelessCache(cache.key) });
}
