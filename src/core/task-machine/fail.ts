/** A failed load (DESIGN "A refresh", 5): RETRY with backoff, or FAILURE, after which reads start no load for a while. */

import { type KeptError, taskError } from '../../contract/problem.ts';
import type { FailAnswer, FailRequest } from '../../ports/object.ts';
import { backoffMs } from '../backoff.ts';
import type { Failure, LeaseState, LiveTask } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { bringForward } from './owed.ts';
import { OWED_FAILED_MS, RESEND_FIRST_MS } from './timing.ts';
import { recordOf } from './views.ts';

/** Ends the attempt of this fence: another one follows after `delayMs`, or the task becomes FAILURE. */
export function fail(draft: Draft, request: FailRequest, context: StepContext): FailAnswer {
  const { head, owed } = draft.document;
  if (head?.taskId !== request.taskId || head.lease?.fence !== request.fence) return { outcome: 'stale_lease' };
  draft.update({ owed: bringForward(owed, request.fence, context.now + OWED_FAILED_MS) });
  const ended = request.heavy === true ? { ...head, heavy: true } : head;
  return endAttempt(draft, ended, head.lease, request, context);
}

/** The beginning of every step: a lease that has run out counts as a retryable failure, whichever event finds it. */
export function endLostLease(draft: Draft, context: StepContext): void {
  const { head } = draft.document;
  if (head === null || head.lease === null || head.lease.endsAt > context.now) return;
  const error = taskError('internal', 'The load was broken off: it reported neither success nor failure in time.');
  endAttempt(draft, head, head.lease, { error, retryable: true, retryAfterMs: null }, context);
}

type Outcome = Pick<FailRequest, 'error' | 'retryable' | 'retryAfterMs' | 'number' | 'messageIsLate'>;

function endAttempt(
  draft: Draft,
  head: LiveTask,
  lease: LeaseState,
  outcome: Outcome,
  context: StepContext,
): FailAnswer {
  const { policy, attempt } = head;
  if (outcome.retryable && attempt < policy.maxAttempts) {
    const delayMs = backoffMs(attempt, policy.backoffMs, outcome.retryAfterMs ?? 0, context.random());
    const waiting = retried(head, outcome.error, context.now + delayMs);
    draft.update({ head: outcome.messageIsLate === true ? { ...waiting, resendAt: waiting.dueAt } : waiting });
    return { outcome: 'retrying', delayMs };
  }
  endInFailure(draft, head, outcome.number ?? lease.number, outcome, context.now);
  return { outcome: 'failed' };
}

/**
 * The task without its lease, due again at `dueAt`. The consumer's message comes back then; the alarm sends one a
 * little later.
 */
export function retried(task: LiveTask, error: KeptError, dueAt: number): LiveTask {
  return { ...task, state: 'RETRY', error, dueAt, resendAt: dueAt + RESEND_FIRST_MS, resends: 0, lease: null };
}

/** Stores the failure in the entry, where reads respect it. The loaded data stays. */
function endInFailure(draft: Draft, head: LiveTask, number: number, outcome: Outcome, now: number): void {
  const { error, retryAfterMs } = outcome;
  const retryAt = now + Math.max(head.policy.errorTtlMs, retryAfterMs ?? 0);
  const { failure, failing } = draft.document;
  const turned = failure === null && failing === undefined ? { turned: true as const } : {};
  draft.revise(
    {
      failure: { number, retryAt, error, at: now, ...countedFailures(failure, now) },
      failing: true,
      lastTaskId: head.taskId,
      number: draft.document.loaded === null ? number : draft.document.number,
    },
    now,
  );
  draft.end({ ...recordOf(head), state: 'FAILURE', error, endedAt: now, ...turned }, now);
  draft.advance(now);
}

/** Since when loads fail, and how many have failed; unknown for a series that began under an earlier release. */
function countedFailures(before: Failure | null, now: number): Pick<Failure, 'since' | 'times'> {
  if (before === null) return { since: now, times: 1 };
  const { since, times } = before;
  return { ...(since === undefined ? {} : { since }), ...(times === undefined ? {} : { times: times + 1 }) };
}
