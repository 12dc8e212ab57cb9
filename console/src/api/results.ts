/** What became of actions. A result stays until somebody dismisses it. */

import { signal } from '@preact/signals';
import { ApiProblem } from './problem.ts';
import { reloadAll } from './query.ts';
import { hasExpired } from './session.ts';

/** One action. */
export interface Result {
  id: number;
  state: 'running' | 'done' | 'failed';
  /** What was done to what. */
  title: string;
  /** How far it is, or what came of it. */
  text: string;
  problem: ApiProblem | null;
  requestId: string | null;
  /** Ends it after the step that runs; null: it cannot be stopped. */
  stop: (() => void) | null;
}

/** What an action says at its end. */
export interface Outcome {
  text: string;
  requestId?: string | null;
  /** It ended, but not well: a task that failed. */
  failed?: boolean;
}

/** What an action is given. */
export interface Progress {
  /** Tells how far it is. */
  tell(text: string): void;
  /** Aborted when somebody stops it. */
  signal: AbortSignal;
}

/** Newest first. */
export const results = signal<readonly Result[]>([]);
let count = 0;

/**
 * Does something and tells what came of it; then all that is looked at is read again. With a token that is over nothing is
 * begun: the bar asks for another one.
 *
 * @returns whether it succeeded
 */
export async function act(
  title: string,
  work: (progress: Progress) => Promise<Outcome>,
  { stoppable = false } = {},
): Promise<boolean> {
  if (hasExpired.peek()) return false;
  const id = ++count;
  const controller = new AbortController();
  const first: Result = {
    ...{ id, state: 'running', title, text: '', problem: null, requestId: null },
    stop: stoppable ? () => controller.abort() : null,
  };
  results.value = [first, ...results.value];
  try {
    const {
      text,
      requestId = null,
      failed = false,
    } = await work({
      tell: (progress) => change(id, { text: progress }),
      signal: controller.signal,
    });
    change(id, { state: failed ? 'failed' : 'done', text, requestId, stop: null });
    return !failed;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    change(id, { state: 'failed', problem: error, requestId: error.requestId, stop: null });
    return false;
  } finally {
    reloadAll();
  }
}

/** Takes a result away. */
export function dismiss(id: number): void {
  results.value = results.value.filter((result) => result.id !== id);
}

function change(id: number, members: Partial<Result>): void {
  results.value = results.value.map((result) => (result.id === id ? { ...result, ...members } : result));
}
