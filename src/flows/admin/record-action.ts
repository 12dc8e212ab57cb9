/**
 * The log of actions (CONTRACT 4). The row is written before the change: wherever the invocation is cut off, no change
 * is without a row. A row without a count means that a change was started. If the row were written afterwards, a cut
 * between the two would leave no trace.
 */

import { type Action, type ActionRecord, MAX_TARGET } from '../../contract/action.ts';
import { PROBLEMS, Problem } from '../../contract/problem.ts';
import { timestamp } from '../../core/timestamp.ts';
import { log } from '../../log.ts';
import { overloaded } from '../../stores/overloaded.ts';
import type { Services } from '../services.ts';

/** What is about to be done, by whom and why. */
export type BegunAction = Pick<Action, 'user' | 'action' | 'target' | 'reason' | 'requestId'>;

/** The result of an action. */
export interface DoneAction {
  /** How many items it affected; null: not known. */
  count: number | null;
  /** Nothing was changed, because the stored state was the same. */
  isSame?: boolean;
}

/**
 * Runs the work with a row in the log. A refused change, or one that changes nothing, leaves no row. Another failure
 * may have changed a part, and leaves a row without a count.
 *
 * @param now ms since the epoch
 * @throws Problem `overloaded` if the row cannot be written, before anything is done; and whatever the work throws
 */
export async function recordAction<Result>(
  { actions }: Pick<Services, 'actions'>,
  begun: BegunAction,
  now: number,
  work: () => Promise<Result>,
  doneOf: (result: Result) => DoneAction,
): Promise<Result> {
  const place = { at: now, id: crypto.randomUUID() };
  await begin(actions, { ...begun, ...place, target: cut(begun.target) });
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    if (isRefusal(error)) await note(() => actions.drop(place));
    throw error;
  }
  const { count, isSame = false } = doneOf(result);
  await note(() => (isSame ? actions.drop(place) : actions.end(place, count)));
  return result;
}

async function begin(actions: Services['actions'], action: Omit<Action, 'count'>): Promise<void> {
  try {
    await actions.begin(action);
  } catch (error) {
    throw overloaded('The log of actions cannot be written now, so nothing was changed. Try again in a moment.', error);
  }
}

/** Completes the row. A failure does not undo the change. */
async function note(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    log('warn', 'action.not_noted', { error });
  }
}

/** Whether the work was refused before anything was done. */
function isRefusal(error: unknown): boolean {
  return error instanceof Problem && PROBLEMS[error.code].status < 500;
}

function cut(target: string): string {
  return target.length <= MAX_TARGET ? target : `${target.slice(0, MAX_TARGET - 1)}…`;
}

/** An action as the API answers it. */
export function answerOfAction({ at, user, action, target, count, reason, requestId }: Action): ActionRecord {
  return { at: timestamp(at), user, action, target, count, reason, request_id: requestId };
}
