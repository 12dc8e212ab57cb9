/** What the object has cleaned away since: blobs removed from R2, ended tasks past their time. */

import { TASK_RETENTION_MS } from '../../contract/constants.ts';
import type { OwedBlob } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { withoutBlobs } from './owed.ts';
import { SWEEP_GAP_MS } from './timing.ts';

/** R2 no longer has these blobs. */
export function removed(draft: Draft, { blobs }: { blobs: readonly OwedBlob[] }): undefined {
  if (blobs.length > 0) draft.update({ owed: withoutBlobs(draft.document.owed, blobs) });
}

/** So many ended tasks are left; the oldest ended at `oldestAt`, null where there is none. */
export function swept(
  draft: Draft,
  { count, oldestAt }: { count: number; oldestAt: number | null },
  { now }: StepContext,
): undefined {
  const sweepAt = oldestAt === null ? null : Math.max(oldestAt + TASK_RETENTION_MS, now + SWEEP_GAP_MS);
  draft.update({ ended: { count, sweepAt } });
}
