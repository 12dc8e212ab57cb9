/** The states of a task as they happen, from the service's event stream (CONTRACT 2, State). */

import { API, headersOf, send } from './call.ts';
import { fill, type Schema } from './paths.ts';
import { ApiProblem } from './problem.ts';
import { session } from './session.ts';

type Task = Schema<'ExpandedTask'>;

/** Most characters of an event: a longer one is not from the service. */
const MOST_CHARACTERS = 1_000_000;

/** Whether a task has reached its final state. */
export function hasEnded({ task_state: state }: Task): boolean {
  return state === 'SUCCESS' || state === 'FAILURE' || state === 'REVOKED';
}

/**
 * The states of a task: the present one and each later one. Ends when the task ends, when `signal` aborts, or when the
 * service ends the stream: after at most ten minutes, or at once if it holds too many streams.
 *
 * @throws ApiProblem
 */
export async function* statesOf(taskId: string, signal: AbortSignal): AsyncGenerator<Task> {
  const headers = headersOf(session.value?.token, undefined, {});
  // `EventSource` cannot send a token.
  headers.set('Accept', 'text/event-stream');
  const url = fill('/cache/state/', { query: { task_id: taskId, expand: 'task' } });
  try {
    const response = await send(`${API}${url}`, { headers, signal, cache: 'no-store' });
    for await (const data of eventsOf(response)) yield JSON.parse(data) as Task;
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof ApiProblem ? error : new ApiProblem(0, null, null);
  }
}

/** The data of a stream's events (HTML section 9.2.6); the service writes each in one line. */
async function* eventsOf(response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    while (reader && text.length < MOST_CHARACTERS) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = (text + value).split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data !== undefined) yield data;
      }
    }
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
}
