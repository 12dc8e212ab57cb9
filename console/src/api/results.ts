/** Results of actions. A result stays until the user dismisses it. */

import { effect, signal } from '@preact/signals';
import { mountDraft, takeDraft } from '../drafts/mounted-drafts.ts';
import { type Result, withNewest } from './kept-results.ts';
import { ApiProblem } from './problem.ts';
import { reloadAll } from './query.ts';
import { session } from './session.ts';
import { isSignInNeeded } from './sign-in-again.ts';

/** What an action reports at its end. */
export interface Outcome {
  text: string;
  requestId?: string | null;
  /** It ended without success, such as a task that failed. */
  failed?: boolean;
}

/** Means that an action gets to report and to be stopped. */
export interface Progress {
  /** Reports its progress. */
  tell(text: string): void;
  /** Aborted when the user stops it. */
  signal: AbortSignal;
}

/** Newest first. */
export const results = signal<readonly Result[]>([]);
let count = 0;

/** The user whose results are shown; null: nobody is signed in. */
let shownTo: string | null = null;

// Failures stay until dismissed, even across a sign-in at the provider, but never for another user.
mountDraft('results', () => (results.peek().length === 0 ? undefined : results.peek()));
effect(() => {
  const user = session.value?.user ?? null;
  if (user === shownTo) return;
  shownTo = user;
  results.value = user === null ? [] : restored();
});

/** Results from before a sign-in. The outcome of actions that ran then is unknown here. */
function restored(): Result[] {
  const kept = (takeDraft('results') ?? []) as readonly Result[];
  return kept.map(({ state, problem, ...result }) => ({
    ...result,
    id: ++count,
    state: state === 'running' ? 'left' : state,
    problem: problem && new ApiProblem(problem.status, problem.body, problem.requestId),
    stop: null,
  }));
}

/**
 * Runs an action and shows its outcome; then reads again everything that is shown. If the token has expired, asks for
 * another one instead.
 *
 * @returns whether it succeeded
 */
export async function act(
  title: string,
  work: (progress: Progress) => Promise<Outcome>,
  { stoppable = false } = {},
): Promise<boolean> {
  if (isSignInNeeded()) return false;
  const id = ++count;
  const controller = new AbortController();
  const first: Result = {
    ...{ id, state: 'running', title, text: '', problem: null, requestId: null },
    stop: stoppable ? () => controller.abort() : null,
  };
  results.value = withNewest(first, results.value);
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

/** Removes a result. */
export function dismiss(id: number): void {
  results.value = results.value.filter((result) => result.id !== id);
}

/** Removes all results that have ended. */
export function dismissEnded(): void {
  results.value = results.value.filter(({ state }) => state === 'running');
}

function change(id: number, members: Partial<Result>): void {
  results.value = results.value.map((result) => (result.id === id ? { ...result, ...members } : result));
}
