/** What becomes of a task, as it happens: the service's event stream (CONTRACT 2, State). */

import { API, headersOf, send } from './call.ts';
import { fill, type Schema } from './paths.ts';
import { ApiProblem } from './problem.ts';
import { session } from './session.ts';

type Task = Schema<'ExpandedTask'>;

/** No state of a task is longer, characters: whatever sends more is not the service. */
const MOST_CHARACTERS = 1_000_000;

/** Whether nothing more becomes of a task. */
export function hasEnded({ task_state: state }: Task): boolean {
  return state === 'SUCCESS' || state === 'FAILURE' || state === 'REVOKED';
}

/**
 * States of a task: the present one, and each that follows. It is over when the task has ended or the service ends the stream,
 * after ten minutes at the latest, or at once where it holds too many; and as soon as `signal` aborts.
 *
 * @throws ApiProblem
 */
export async function* statesOf(taskId: string, signal: AbortSignal): AsyncGenerator<Task> {
  const headers = headersOf(session.value?.token, undefined, {});
  // `EventSource` could send no token.
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

/** Data of the events of a stream (HTML section 9.2.6), as the service writes them: in one line each. */
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
