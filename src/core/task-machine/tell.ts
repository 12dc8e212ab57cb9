/** Questions: they change nothing themselves, but time may have (a lease that ran out). */

import type { EntryAnswer, StateAnswer } from '../../contract/object.ts';
import type { Draft, StepContext } from './draft.ts';
import { entryAfter, entryOf, findTask } from './views.ts';

/** The state of a task, with the entry when it has ended. */
export function state({ document }: Draft, { taskId }: { taskId: string }, context: StepContext): StateAnswer {
  const task = findTask(document, taskId, context);
  if (task === null) return { outcome: 'unknown' };
  return { outcome: 'found', task, entry: entryAfter(document, task) };
}

/** What is current; D1 is written once more, since whoever asks found it behind. */
export function entry(draft: Draft): EntryAnswer {
  const { document } = draft;
  if (document.counters.revision === 0) return { outcome: 'unknown' };
  draft.effects.store = true;
  return { outcome: 'found', entry: entryOf(document) };
}
