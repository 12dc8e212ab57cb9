/** Every state of a key, and every event, for the table of docs/task-machine.md. */

import { LEASE_MARGIN_MS } from '../../../src/contract/constants.ts';
import type { Events } from '../../../src/core/task-machine/events.ts';
import { entryOf } from '../../../src/core/task-machine/views.ts';
import { commitOf, failureOf, newCache, readOf, refreshOf } from '../loads.ts';
import { Key } from './key.ts';
import { POLICY } from './world.ts';

/** The state of a key: its tasks that have not ended, and whether it has current data or a failure. */
export function stateOf({ document }: Key): string {
  const { head, behind, settling, loaded, failure } = document;
  const tasks = [head?.state, behind && `${behind.state} behind`, settling.length > 0 && 'settling'].filter(Boolean);
  if (tasks.length > 0) return tasks.join(', ');
  if (failure !== null) return 'failed';
  return loaded === null ? 'empty' : 'loaded';
}

const started = (key: Key) => {
  key.refresh();
  key.claim();
};
const retrying = (key: Key) => {
  key.refresh();
  key.fail(key.claim());
};
const queued = (key: Key) => {
  started(key);
  key.refresh();
};

/** How to reach each state. */
const WAYS: Record<string, (key: Key) => void> = {
  empty: () => {},
  PENDING: (key) => {
    key.refresh();
    key.announce();
  },
  STARTED: started,
  RETRY: retrying,
  'STARTED, PENDING behind': queued,
  'RETRY, PENDING behind': (key) => {
    queued(key);
    key.fail(leaseOf(key));
  },
  settling: (key) => {
    key.refresh();
    key.commit(key.claim());
  },
  'PENDING, settling': (key) => {
    queued(key);
    key.commit(leaseOf(key));
  },
  loaded: (key) => void key.load(),
  failed: (key) => {
    key.refresh();
    key.fail(key.claim(), { retryable: false });
  },
};
export const STATES = Object.keys(WAYS);

export function keyIn(state: string): Key {
  const key = new Key(newCache());
  WAYS[state]?.(key);
  return key;
}

/** The lease of the running task, as its consumer holds it. */
function leaseOf(key: Key) {
  const { head } = key.document;
  return key.claim(head?.taskId, head?.lease?.deliveryId);
}

/** The fence of the running task, of the one that settles, or one that was never given. */
function held(key: Key) {
  const { head, settling } = key.document;
  const [settled] = settling;
  if (head?.lease) return { taskId: head.taskId, fence: head.lease.fence };
  return { taskId: head?.taskId ?? settled?.record.taskId ?? 'none', fence: settled?.fence ?? 99 };
}

const admin = { user: 'root', mayRefresh: true, mayAdmin: true };
const anyLease = (key: Key) => ({ ...LEASE, ...held(key) });
const LEASE = {
  leaseMs: 0,
  timeoutMs: 0,
  attempt: 1,
  cache: newCache(),
  force: false,
  previous: null,
  nextRowId: 1,
};

/** What an earlier life of the object, or another object, wrote to D1. */
function foreignTo({ document }: Key) {
  const entry = entryOf(document);
  return {
    ...entry,
    revision: entry.revision + 1,
    counted: { version: document.counters.version + 56, nextRowId: 100 },
  };
}

type Answer = Events[keyof Events]['answer'];

export const EVENTS: Record<string, (key: Key) => Answer> = {
  refresh: (key) => key.do('enqueue', refreshOf(key.document.cache)),
  'refresh, forced': (key) => key.do('enqueue', refreshOf(key.document.cache, { force: true })),
  'read (saw nothing)': (key) => key.do('enqueue', readOf(key.document.cache, 0)),
  'claim by its delivery': (key) => key.do('claim', { taskId: held(key).taskId, deliveryId: 'delivery' }),
  'claim by another': (key) => key.do('claim', { taskId: held(key).taskId, deliveryId: 'other' }),
  commit: (key) => key.do('commit', commitOf(anyLease(key))),
  'fail, retryable': (key) => key.do('fail', failureOf(anyLease(key))),
  'fail for good': (key) => key.do('fail', failureOf(anyLease(key), { retryable: false })),
  'lease runs out': (key) => {
    key.now += POLICY.timeoutMs + LEASE_MARGIN_MS;
    return key.do('alarm', {});
  },
  revoke: (key) => key.do('revoke', { taskId: (key.document.behind ?? held(key)).taskId, ...admin }),
  purge: (key) => key.do('purge', { key: key.document.cache.key, soft: false }),
  'soft purge': (key) => key.do('purge', { key: key.document.cache.key, soft: true }),
  'D1 has it': (key) => key.do('stored', { inD1: entryOf(key.document) }),
  'D1 has a higher version': (key) => key.do('stored', { inD1: foreignTo(key) }),
  forget: (key) => key.do('purge', { key: key.document.cache.key, soft: false, forget: true }),
  'a hub watches': (key) => key.do('watch', { key: key.document.cache.key, hub: 0, n: 1 }),
  'a watched cache has expired': (key) => key.do('freshen', { hub: 0 }),
  'D1 fails for an hour': (key) => {
    key.now += 3_600_000;
    key.do('unstored', {});
    return key.do('alarm', {});
  },
};

/** The table in Markdown: a row per event, a column per state; a cell has the next state and, in brackets, the answer. */
export function tableOfStates(): string {
  const rows = Object.entries(EVENTS).map(([event, happen]) => {
    const cells = STATES.map((state) => cellOf(keyIn(state), happen));
    return `| **${event}** | ${cells.join(' | ')} |`;
  });
  return [`| | ${STATES.join(' | ')} |`, `|---|${STATES.map(() => '---|').join('')}`, ...rows].join('\n');
}

function cellOf(key: Key, happen: (key: Key) => Answer): string {
  const before = stateOf(key);
  const answer = happen(key);
  const after = stateOf(key);
  const told = answer === undefined ? '' : ` (${answer.outcome})`;
  return `${after === before ? '–' : after}${told}`;
}
