/** The end of a load: reports to the object, and decides what becomes of the message. */

import { isLoadFailureCode, LoadFailure, Problem, taskError } from '../../contract/problem.ts';
import { log } from '../../log.ts';
import type { CommitAnswer, CommitRequest, FailRequest, Lease } from '../../ports/object.ts';
import { isFirstInMinute } from '../../stores/once-a-minute.ts';
import { sleep } from '../../waiting.ts';
import type { Services } from '../services.ts';

/** What becomes of a message: acknowledged, or retried. */
export type Disposition = { ack: true } | { ack: false; delayS: number };

/** Soon there will be room among the running loads, or the object will have given its answers. */
export const SOON_S = 1;
/** The object or D1 had a fault, or a release is being rolled out. */
export const LATER_S = 10;
const COMMIT_TRIES = 3;
const COMMIT_PAUSE_MS = 500;

/** The load is done, but it is not known whether the object knows: only the end of its lease tells. */
export class CommitFault extends Error {}

/**
 * Commits the load, and tries again if the answer was lost: because of its fence, a load is committed once, however
 * often the request is sent.
 */
export async function commit({ objects }: Pick<Services, 'objects'>, request: CommitRequest): Promise<CommitAnswer> {
  for (let left = COMMIT_TRIES - 1; ; left -= 1) {
    try {
      return await objects.commit(request);
    } catch (cause) {
      if (left === 0) throw new CommitFault('the commit was not answered', { cause });
      await sleep(COMMIT_PAUSE_MS);
    }
  }
}

export function dispositionOf(answer: CommitAnswer, { taskId }: Lease): Disposition {
  switch (answer.outcome) {
    case 'committed':
      return { ack: true };
    case 'settling':
      return laterMs(answer.delayMs);
    case 'stale_lease':
      log('warn', 'refresh.stale_lease', { task_id: taskId });
      return later(SOON_S);
    case 'unavailable':
      return later(LATER_S);
  }
}

export async function fail(
  { objects }: Pick<Services, 'objects'>,
  lease: Lease,
  known: Pick<FailRequest, 'number' | 'heavy' | 'messageIsLate'>,
  failure: LoadFailure,
): Promise<Disposition> {
  const { taskId, fence } = lease;
  const { code, message: detail, adminDetail, retryable, retryAfterMs } = failure;
  if (code === 'internal') log('error', 'refresh.internal', { task_id: taskId, error: failure });
  else if (isFirstInMinute(`refresh.failed ${lease.cache.key} ${code}`, Date.now())) {
    log('warn', 'refresh.failed', { task_id: taskId, code, detail: adminDetail, retryable });
  }
  const answer = await objects.fail({
    taskId,
    fence,
    error: taskError(code, detail, adminDetail),
    retryable,
    retryAfterMs,
    ...known,
  });
  switch (answer.outcome) {
    case 'retrying':
      return laterMs(answer.delayMs);
    case 'failed':
      return { ack: true };
    case 'stale_lease':
      return later(SOON_S);
    case 'unavailable':
      return later(LATER_S);
  }
}

/** An unknown error is a fault of the service, and a retry may succeed. */
export function asFailure(error: unknown): LoadFailure {
  if (error instanceof LoadFailure) return error;
  if (error instanceof Problem && isLoadFailureCode(error.code)) {
    const { code, message, adminDetail } = error;
    return new LoadFailure(code, message, { adminDetail, retryable: code === 'overloaded', cause: error });
  }
  return new LoadFailure('internal', 'The load failed because of a fault in the service, which is in its log.', {
    retryable: true,
    cause: error,
  });
}

/** Retries the message after this delay. */
export function later(delayS: number): Disposition {
  return { ack: false, delayS };
}

/** Same, in ms: not before the task is due. */
export function laterMs(delayMs: number): Disposition {
  return later(Math.max(Math.ceil(delayMs / 1000), SOON_S));
}
