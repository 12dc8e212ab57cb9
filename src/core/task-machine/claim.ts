/** A consumer asks for the right to load (DESIGN "A refresh", 3): under a fence of its own and a lease, one at a time. */

import { LEASE_MARGIN_MS } from '../../contract/constants.ts';
import type { ClaimAnswer, ClaimRequest, Lease, PreviousLoad } from '../../ports/object.ts';
import type { CacheDocument, LeaseState, LiveTask, LoadedState } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { isHeavy } from './expected-load.ts';
import { blobsOfFence } from './owed.ts';
import { ANNOUNCED_MS, MAX_SETTLING, OWED_CLAIMED_MS, RESEND_FIRST_MS, STORE_GRACE_MS } from './timing.ts';

/** Gives the lease of the task, to one delivery; else when to ask again (ms), or that there is nothing left to do. */
export function claim(draft: Draft, request: ClaimRequest, { now }: StepContext): ClaimAnswer {
  const { head, behind, settling } = draft.document;
  if (head?.taskId === request.taskId) return claimHead(draft, head, request, now);
  // What waits for its turn has no message of its own, but a dead letter's wake-up may ask for it.
  if (behind?.taskId === request.taskId)
    return { outcome: 'not_due', delayMs: head === null ? 0 : untilFree(head, now) };
  if (settling.some(({ record }) => record.taskId === request.taskId)) return awaitStore(draft);
  return { outcome: 'ended' };
}

function claimHead(draft: Draft, head: LiveTask, request: ClaimRequest, now: number): ClaimAnswer {
  if (head.lease !== null) {
    if (head.lease.deliveryId !== request.deliveryId) return { outcome: 'not_due', delayMs: head.lease.endsAt - now };
    return { outcome: 'leased', lease: leaseOf(draft.document, head, head.lease, now) };
  }
  if (head.dueAt !== null && head.dueAt > now) return { outcome: 'not_due', delayMs: head.dueAt - now };
  if (draft.document.settling.length >= MAX_SETTLING) return awaitStore(draft);
  if (!isAnnounced(draft.document, head, now)) return announce(draft, head, now);
  return startLoad(draft, head, request.deliveryId, now);
}

/** Nothing can be done before D1 has taken what was committed; the message is one more clock that sees to it. */
function awaitStore(draft: Draft): ClaimAnswer {
  draft.effects.store = true;
  return { outcome: 'not_due', delayMs: STORE_GRACE_MS };
}

/**
 * [M] D1 has a row of a cache before its origin is asked: purges by user or by parameters list D1, and would else not see the
 * load. The row that D1 answers with also tells an object that lost its own rows where its versions were.
 */
function isAnnounced({ loaded, counters, stored, number }: CacheDocument, head: LiveTask, now: number): boolean {
  if (loaded !== null) return true;
  return stored.revision === counters.revision && isThere(counters.revision, number, head, now);
}

/** Whether no walk over D1 can have removed the row of a revision, nor the sweep of a resource that was deleted and made anew. */
function isThere(revision: number, number: number, head: LiveTask, now: number): boolean {
  return revision > 0 && revision > now - ANNOUNCED_MS && number >= head.number;
}

function announce(draft: Draft, head: LiveTask, now: number): ClaimAnswer {
  const { counters, number } = draft.document;
  if (!isThere(counters.revision, number, head, now)) draft.revise({ number: Math.max(number, head.number) }, now);
  return awaitStore(draft);
}

function startLoad(draft: Draft, head: LiveTask, deliveryId: string, now: number): ClaimAnswer {
  const { counters, owed } = draft.document;
  // Never below the time: what an earlier life of this object wrote to R2 has lower fences.
  const fence = Math.max(counters.fence + 1, now);
  // Later than the end of the load before even within one millisecond: reads compare the two.
  const claimedAt = Math.max(now, counters.clockAt + 1);
  const lease: LeaseState = { fence, deliveryId, claimedAt, endsAt: now + leaseMs(head), number: head.number };
  const started: LiveTask = {
    ...head,
    state: 'STARTED',
    attempt: head.attempt + 1,
    startedAt: now,
    dueAt: null,
    resendAt: null,
    resends: 0,
    lease,
  };
  draft.update({
    head: started,
    counters: { ...counters, fence, clockAt: claimedAt },
    owed: [...owed, ...blobsOfFence(fence, now + OWED_CLAIMED_MS)],
  });
  return { outcome: 'leased', lease: leaseOf(draft.document, started, lease, now) };
}

function leaseMs({ policy }: LiveTask): number {
  return policy.timeoutMs + LEASE_MARGIN_MS + (policy.paceMs ?? 0);
}

/** What the load goes by. `leaseMs` is what is left, so that a second asking does not lengthen the lease. */
function leaseOf(document: CacheDocument, task: LiveTask, lease: LeaseState, now: number): Lease {
  return {
    taskId: task.taskId,
    fence: lease.fence,
    leaseMs: lease.endsAt - now,
    timeoutMs: task.policy.timeoutMs,
    attempt: task.attempt,
    cache: document.cache,
    force: task.force,
    ...(isHeavy(document) ? { heavy: true } : {}),
    previous: document.loaded === null ? null : previousLoad(document.loaded, document.expiredAt),
    nextRowId: document.counters.nextRowId,
  };
}

/**
 * Whoever purged, even softly, doubts what is held: nothing of it may make the next request conditional, nor one for changes alone. Nor may a date that proves
 * nothing (RFC 9110 section 8.8.2.2).
 */
function previousLoad(loaded: LoadedState, expiredAt: number): PreviousLoad {
  const { claimedAt, loadFence: _, taskId: __, heavy: ___, provenDate, ...previous } = loaded;
  if (claimedAt <= expiredAt) {
    const { changes: ____, ...doubted } = previous;
    return { ...doubted, originEtag: null, originLastModified: null };
  }
  return provenDate === true ? previous : { ...previous, originLastModified: null };
}

/** How long until the task at the head is next due or loses its lease, ms. */
function untilFree(head: LiveTask, now: number): number {
  return Math.max((head.lease?.endsAt ?? head.dueAt ?? now) - now, RESEND_FIRST_MS);
}
