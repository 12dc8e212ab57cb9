/**
 * What the object removes later (DESIGN "Removal" [M]): blobs in R2 that no kept version names, each with the time at
 * which it is due, and old ended tasks. Consumers never remove anything.
 */

import { TASK_RETENTION_MS } from '../../contract/constants.ts';
import type { BlobName } from '../../ports/object.ts';
import type { CacheDocument, OwedBlob } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { SWEEP_GAP_MS } from './timing.ts';

/** All blobs that a load may write under its fence. */
export function blobsOfFence(fence: number, dueAt: number): OwedBlob[] {
  return [
    { fence, name: 'body', dueAt },
    { fence, name: 'delta', dueAt },
  ];
}

/** The blobs that the kept versions name: the body, and the deltas of the chain. */
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

/** Makes the blobs of a fence due at `dueAt` at the latest: the consumer that could write them has stopped. */
export function bringForward(owed: readonly OwedBlob[], fence: number, dueAt: number): OwedBlob[] {
  return owed.map((blob) => (blob.fence === fence ? { ...blob, dueAt: Math.min(blob.dueAt, dueAt) } : blob));
}

/** Blobs that are due for removal, except those that are named, or that a load with a live lease may still write or commit. */
export function dueBlobs(document: CacheDocument, now: number): OwedBlob[] {
  const due = document.owed.filter(({ dueAt }) => dueAt <= now);
  if (due.length === 0) return due;
  const kept = new Set(namedBlobs(document, 0).map(nameOf));
  return due.filter((blob) => !kept.has(nameOf(blob)) && blob.fence !== document.head?.lease?.fence);
}

/** The owed blobs without `removed`. */
export function withoutBlobs(
  owed: readonly OwedBlob[],
  removed: readonly { fence: number; name: BlobName }[],
): OwedBlob[] {
  const gone = new Set(removed.map(nameOf));
  return owed.filter((blob) => !gone.has(nameOf(blob)));
}

/** These blobs are no longer in R2. */
export function removed(draft: Draft, { blobs }: { blobs: readonly OwedBlob[] }): undefined {
  if (blobs.length > 0) draft.update({ owed: withoutBlobs(draft.document.owed, blobs) });
}

/** Stores how many ended tasks are left; the oldest ended at `oldestAt`, null if there is none. */
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
