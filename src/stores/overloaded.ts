/** The problem when a store does not answer, or refuses. */

import { Problem } from '../contract/problem.ts';
import { withTimeout } from '../waiting.ts';
import { platformRetryAfterS } from './platform-faults.ts';

const USUAL_RETRY_AFTER_S = 1;

/** `overloaded` (503) with a `Retry-After` that suits the cause; `detail` is for the client, `cause` for the log. */
export function overloaded(detail: string, cause?: unknown): Problem {
  const retryAfterS = platformRetryAfterS(cause, Date.now()) ?? USUAL_RETRY_AFTER_S;
  return new Problem('overloaded', detail, { headers: { 'Retry-After': String(retryAfterS) }, cause });
}

/**
 * The store's answer, if it comes within `ms`. A failure is not the fault of the request, and may be over in a moment.
 *
 * @throws Problem `overloaded` with `detail` when the store throws or does not answer in time
 */
export async function orOverloaded<T>(work: Promise<T>, ms: number, detail: string): Promise<T> {
  try {
    return await withTimeout(work, ms);
  } catch (cause) {
    throw overloaded(detail, cause);
  }
}
