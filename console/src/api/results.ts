/** What became of actions. A result stays until somebody dismisses it. */

import { effect, signal } from '@preact/signals';
import { mountDraft, takeDraft } from '../drafts/mounted-drafts.ts';
import { withNewest } from './kept-results.ts';
import { ApiProblem } from './problem.ts';
import { reloadAll } from './query.ts';
import { session } from './session.ts';
import { isSignInNeeded } from './sign-in-again.ts';

/** One action. */
export interface Result {
  id: number;
  state: 'running' | 'done' | 'failed' | 'left';
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

/** Who the results are of; null: nobody is signed in. */
let shownTo: string | null = null;

// Nothing that went wrong vanishes by itself, nor by a sign-in at the provider; but it goes with the person.
mountDraft('results', () => (results.peek().length === 0 ? undefined : results.peek()));
effect(() => {
  const user = session.value?.user ?? null;
  if (user === shownTo) return;
  shownTo = user;
  results.value = user === null ? [] : restored();
});

/** What stood there before somebody left for a sign-in. What ran then was left alone: its end is not known here. */
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
 * Does something and tells what came of it; then all that is looked at is read again. With a token that is over nothing is
 * begun: another one is asked for.
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

/** Takes a result away. */
export function dismiss(id: number): void {
  results.value = results.value.filter((result) => result.id !== id);
}

/** Takes all away that have ended. */
export function dismissEnded(): void {
  results.value = results.value.filter(({ state }) => state === 'running');
}

function change(id: number, members: Partial<Result>): void {
  results.value = results.value.map((result) => (result.id === id ? { ...result, ...members } : result));
}
