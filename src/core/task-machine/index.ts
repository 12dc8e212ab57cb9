/**
 * The task machine of one cache key: `step` takes the document, an event and the context (time, random numbers, ended
 * tasks). It returns the next document, the answer, the tasks that ended and the effects. It uses no binding and no
 * clock; the object runs it inside a transaction. Its table of states and events is in docs/task-machine.md.
 */

import { claim } from './claim.ts';
import { commit } from './commit.ts';
import type { CacheDocument } from './document.ts';
import { Draft, type StepContext } from './draft.ts';
import { alarm, stored, unstored, wake } from './due.ts';
import { enqueue } from './enqueue.ts';
import type { EventName, Events, Step } from './events.ts';
import { endLostLease, fail } from './fail.ts';
import { removed, swept } from './owed.ts';
import { dropName, purge } from './purge.ts';
import { revoke } from './revoke.ts';
import { entry, state } from './views.ts';
import { freshen, poked, rest, watch } from './watchers.ts';

type Rules = {
  [N in EventName]: (draft: Draft, request: Events[N]['request'], context: StepContext) => Events[N]['answer'];
};

const RULES: Rules = {
  enqueue,
  claim,
  commit,
  fail,
  state,
  revoke,
  purge,
  entry,
  wake,
  alarm,
  stored,
  unstored,
  removed,
  swept,
  watch,
  poked,
  freshen,
  rest,
};

/**
 * One step of the machine: first a lease that has run out, then the event. A new key begins with `emptyDocument`, for
 * which only `enqueue` is allowed.
 */
export function step<N extends EventName>(
  document: CacheDocument,
  name: N,
  request: Events[N]['request'],
  context: StepContext,
): Step<N> {
  const draft = new Draft(document);
  endLostLease(draft, context);
  const answer = RULES[name](draft, request, context);
  dropName(draft);
  return { document: draft.document, answer, ended: draft.ended, trims: draft.trims, effects: draft.effects };
}
