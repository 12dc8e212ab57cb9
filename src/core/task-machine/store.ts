/** What became of a write to D1 (DESIGN "A refresh", 4): a version is seen in a task's state only after D1 has it [M]. */

import type { Entry } from '../../contract/entry.ts';
import { taskError } from '../../contract/problem.ts';
import { growingGapMs } from '../backoff.ts';
import { adopt, isForeign } from './adopt.ts';
import type { CacheDocument } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { SETTLE_LIMIT_MS, STORE_FIRST_MS, STORE_MOST_MS } from './timing.ts';
import { tellStored } from './watchers.ts';

/** D1 has the entry `held`: tasks that waited for its revision or a lower one are SUCCESS, unless the entry is not of this object. */
export function stored(draft: Draft, { inD1 }: { inD1: Entry }, { now }: StepContext): undefined {
  const { document } = draft;
  if (isForeign(document, inD1)) return adopt(draft, inD1, now);
  const { revision } = inD1;
  if (document.forgotten === 'revived' && revision === document.counters.revision)
    draft.update({ forgotten: undefined });
  if (revision <= document.stored.revision) return;
  draft.update({
    stored: { revision, tries: 0, retryAt: revision < document.counters.revision ? document.stored.retryAt : null },
    settling: document.settling.filter((task) => task.revision > revision),
  });
  tellStored(draft, now);
  for (const task of document.settling) {
    if (task.revision <= revision) draft.end({ ...task.record, endedAt: now }, now);
  }
}

/** D1 has not taken the newest revision: the alarm writes again, at growing gaps. */
export function unstored(draft: Draft, _: object, { now }: StepContext): undefined {
  const { stored: state } = draft.document;
  if (state.retryAt === null) return;
  const retryAt = now + growingGapMs(state.tries, STORE_FIRST_MS, STORE_MOST_MS);
  draft.update({ stored: { ...state, tries: state.tries + 1, retryAt } });
}

/** Tasks whose version D1 has not taken for too long end in FAILURE; the version stands and shows when D1 is back. */
export function giveUpSettling(draft: Draft, now: number): void {
  const late = draft.document.settling.filter((task) => settleLimitAt(task) <= now);
  if (late.length === 0) return;
  draft.update({ settling: draft.document.settling.filter((task) => !late.includes(task)) });
  const error = taskError('overloaded', 'The data was loaded, but the store of entries has not taken it for an hour.');
  for (const {
    record: { turned: _, ...record },
  } of late) {
    draft.end(
      { ...record, state: 'FAILURE', error, endedAt: now, version: null, etag: null, bytes: null, rows: null },
      now,
    );
  }
}

/** When a settling task is given up, ms. */
export function settleLimitAt({ committedAt }: CacheDocument['settling'][number]): number {
  return committedAt + SETTLE_LIMIT_MS;
}
