/**
 * What the object removes in its own time (DESIGN "Removal" [M]): blobs in R2 that no kept version names, each owed from the time at
 * which it is due, and ended tasks past their time. Consumers never remove anything.
 */

import { TASK_RETENTION_MS } from '../../contract/constants.ts';
import type { BlobName } from '../../ports/object.ts';
import type { CacheDocument, OwedBlob } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { SWEEP_GAP_MS } from './timing.ts';

/** Everything that a load may write under its fence. */
export function blobsOfFence(fence: number, dueAt: number): OwedBlob[] {
  return [
    { fence, name: 'body', dueAt },
    { fence, name: 'delta', dueAt },
  ];
}

/** What the kept versions name: the body and the deltas of the chain. */
export function namedBlobs(
  document: { loaded: { fence: number } | null; chain: CacheDocument['chain'] },
  dueAt: number,
): OwedBlob[] {
  const deltas = document.chain.filter(({ deltaBytes }) => deltaBytes !== null);
  return [
    ...(document.loaded === null ? [] : [{ fence: document.loaded.fence, name: 'body' as const, dueAt }]),
    ...deltas.map(({ fence }) => ({ fence, name: 'delta' as const, dueAt })),
  ];
}

/** The blobs of a fence become due at `dueAt` at the latest: who could write them has stopped. */
export function bringForward(owed: readonly OwedBlob[], fence: number, dueAt: number): OwedBlob[] {
  return owed.map((blob) => (blob.fence === fence ? { ...blob, dueAt: Math.min(blob.dueAt, dueAt) } : blob));
}

/** What is due for removal. A blob that is named, or may yet be written or committed under a live lease, is left alone whatever is owed. */
export function dueBlobs(document: CacheDocument, now: number): OwedBlob[] {
  const due = document.owed.filter(({ dueAt }) => dueAt <= now);
  if (due.length === 0) return due;
  const kept = new Set(namedBlobs(document, 0).map(nameOf));
  return due.filter((blob) => !kept.has(nameOf(blob)) && blob.fence !== document.head?.lease?.fence);
}

/** What is still owed once `removed` is gone. */
export function withoutBlobs(
  owed: readonly OwedBlob[],
  removed: readonly { fence: number; name: BlobName }[],
): OwedBlob[] {
  const gone = new Set(removed.map(nameOf));
  return owed.filter((blob) => !gone.has(nameOf(blob)));
}

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

function nameOf({ fence, name }: { fence: number; name: BlobName }): string {
  return `${fence}/${name}`;
}
