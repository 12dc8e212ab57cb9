/** A consumer asks for the right to load (DESIGN "A refresh", 3): one load at a time, each with its own fence and a lease. */

import { LEASE_MARGIN_MS } from '../../contract/constants.ts';
import type { ClaimAnswer, ClaimRequest, Lease, PreviousLoad } from '../../ports/object.ts';
import type { CacheDocument, LeaseState, LiveTask, LoadedState } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { isHeavy } from './expected-load.ts';
import { blobsOfFence } from './owed.ts';
import { ANNOUNCED_MS, MAX_SETTLING, OWED_CLAIMED_MS, RESEND_FIRST_MS, STORE_GRACE_MS } from './timing.ts';

/** Gives the task's lease to one delivery; otherwise answers when to ask again (ms), or that nothing is left to do. */
export function claim(draft: Draft, request: ClaimRequest, { now }: StepContext): ClaimAnswer {
  const { head, behind, settling } = draft.document;
  if (head?.taskId === request.taskId) return claimHead(draft, head, request, now);
  // A task that waits behind another has no message of its own, but a dead letter may have woken it.
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

/** The claim must wait until D1 has taken the entry. The message that comes back later is a second clock beside the alarm. */
function awaitStore(draft: Draft): ClaimAnswer {
  draft.effects.store = true;
  return { outcome: 'not_due', delayMs: STORE_GRACE_MS };
}

/**
 * [M] D1 must have a row of a cache before the origin is called: purges by user or by parameters list D1, and would not
 * find the load otherwise. If this object lost its own rows, D1's answer to that write also tells the versions of the
 * earlier life.
 */
function isAnnounced({ loaded, counters, stored, number }: CacheDocument, head: LiveTask, now: number): boolean {
  if (loaded !== null) return true;
  return stored.revision === counters.revision && isThere(counters.revision, number, head, now);
}

/**
 * Whether neither a walk over D1 nor the sweep of a deleted and re-created resource can have removed the row of this
 * revision.
 */
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
  // At least the current time: fences that an earlier life of this object used in R2 are lower.
  const fence = Math.max(counters.fence + 1, now);
  // Later than the end of the previous load, even within the same millisecond: reads compare the two.
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

/** The terms of the load. `leaseMs` is the rest of the lease, so that a repeated claim does not extend it. */
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
 * After a purge, even a soft one, the held data is in doubt: it must not make the next request conditional, nor one for
 * changes only. Neither must a date that proves nothing (RFC 9110 section 8.8.2.2).
 */
function previousLoad(loaded: LoadedState, expiredAt: number): PreviousLoad {
  const { claimedAt, loadFence: _, taskId: __, heavy: ___, provenDate, ...previous } = loaded;
  if (claimedAt <= expiredAt) {
    const { changes: ____, ...doubted } = previous;
    return { ...doubted, originEtag: null, originLastModified: null };
  }
  return provenDate === true ? previous : { ...previous, originLastModified: null };
}

/** How long until the head task is next due or loses its lease, ms. */
function untilFree(head: LiveTask, now: number): number {
  return Math.max((head.lease?.endsAt ?? head.dueAt ?? now) - now, RESEND_FIRST_MS);
}
