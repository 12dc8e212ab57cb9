/**
 * The rules of the machine and of its surroundings, each removed by a mutant, with a scenario that reveals it. A mutant
 * wraps the real
 * machine: it changes the input or the output of a step.
 */

import type { CacheDocument } from '../../../src/core/task-machine/document.ts';
import type { StepContext } from '../../../src/core/task-machine/draft.ts';
import type { EventName, Events, Step } from '../../../src/core/task-machine/events.ts';
import { step } from '../../../src/core/task-machine/index.ts';
import { entryOf } from '../../../src/core/task-machine/views.ts';
import { RULES, type Rules } from './machine.ts';
import type { Budget } from './world.ts';

export interface Mutant {
  /** The rule as it should be. */
  rule: string;
  /** The words of docs/design.md that are marked [M] for it; left out: there are none. */
  marked?: string;
  scenario: Partial<Budget>;
  rules: Rules;
  /** What the explorer finds broken. */
  finds: RegExp;
}

type AnyStep = Step<EventName>;
type AnyRequest = Events[EventName]['request'];
type Before = (
  document: CacheDocument,
  request: AnyRequest,
  now: number,
) => { document?: CacheDocument; request?: AnyRequest };
type After = (done: AnyStep, before: CacheDocument, context: StepContext) => Partial<AnyStep>;

/** The machine, with one event (or every event) changed before or after its step. */
function mutant(name: EventName | 'any', before: Before, after: After = () => ({})): Rules {
  const changed = (document: CacheDocument, event: EventName, request: AnyRequest, context: StepContext): AnyStep => {
    if (name !== 'any' && name !== event) return step(document, event, request as never, context) as AnyStep;
    const input = before(document, request, context.now);
    const done = step(input.document ?? document, event, (input.request ?? request) as never, context) as AnyStep;
    return { ...done, ...after(done, document, context) };
  };
  return { ...RULES, step: changed as typeof step };
}

const unchanged: Before = () => ({});

function withHead(document: CacheDocument, patch: Partial<NonNullable<CacheDocument['head']>>): CacheDocument {
  return document.head === null ? document : { ...document, head: { ...document.head, ...patch } };
}

export const MUTANTS: Mutant[] = [
  {
    rule: 'the counters outlive a purge',
    marked: 'outlive purge and deletion, in the object',
    scenario: { refresh: 2, purge: 1 },
    rules: mutant('purge', unchanged, ({ document }) => ({
      document: { ...document, counters: { ...document.counters, version: 0, fence: 0 } },
    })),
    finds: /the counter|without gap/,
  },
  {
    rule: 'a read is handed what was fetched after it looked',
    marked: 'fetched after `since`',
    scenario: { refresh: 1, read: 1 },
    rules: mutant(
      'enqueue',
      (document) => ({ document: { ...document, loaded: document.loaded && { ...document.loaded, claimedAt: 0 } } }),
      ({ document }, before) => ({ document: { ...document, loaded: before.loaded } }),
    ),
    finds: /a read causes no load/,
  },
  {
    rule: 'what a read is given goes by the definition it knows',
    scenario: { refresh: 1, read: 1, redefinition: 1 },
    rules: mutant('enqueue', (_, request) => ({ request: { ...request, number: 0 } })),
    finds: /under its definition|too little/,
  },
  {
    rule: 'a refresh joins no running load',
    scenario: { refresh: 2 },
    rules: mutant('enqueue', (_, request) => ({ request: { ...request, since: 0 } })),
    finds: /a refresh joins no load|gets a task/,
  },
  {
    rule: 'a forced refresh starts at once instead of joining a backoff',
    scenario: { refresh: 1, force: 1, failure: 1, wait: 1 },
    rules: mutant('enqueue', unchanged, ({ document, effects }, before) => {
      const waiting = before.head?.state === 'RETRY' ? before.head : null;
      if (waiting === null || document.head?.taskId !== waiting.taskId) return {};
      const { dueAt, resendAt } = waiting;
      return { document: withHead(document, { dueAt, resendAt }), effects: { ...effects, send: [] } };
    }),
    finds: /waits for no backoff/,
  },
  {
    rule: 'a refresh that is forced makes its task a forced load',
    scenario: { refresh: 1, force: 1, failure: 1, wait: 1 },
    rules: mutant('enqueue', (_, request) => ({ request: { ...request, force: false } })),
    finds: /is a forced load|waits for no backoff/,
  },
  {
    rule: 'reads heed a failure that stands',
    scenario: { refresh: 1, read: 1, rejection: 1 },
    rules: mutant('enqueue', (_, request) => ({ request: { ...request, heedRetryAt: false } })),
    finds: /while a failure stands/,
  },
  {
    rule: 'a claim is later than the end of the load before, even within a millisecond',
    scenario: { refresh: 2, read: 1 },
    rules: mutant('claim', unchanged, ({ document }, before, { now }) => {
      const lease = document.head?.lease;
      if (!lease || document === before) return {};
      const counters = { ...document.counters, clockAt: now };
      return { document: { ...withHead(document, { lease: { ...lease, claimedAt: now } }), counters } };
    }),
    finds: /a read causes no load|a read starts no load/,
  },
  {
    rule: 'the alarm sends again what nobody has claimed',
    marked: 'Two clocks',
    scenario: { refresh: 1, loss: 1 },
    rules: mutant('alarm', unchanged, ({ effects }) => ({ effects: { ...effects, send: [] } })),
    finds: /every accepted task ends/,
  },
  {
    rule: 'a message is handed back until its task has ended',
    marked: 'Two clocks',
    scenario: { refresh: 1, failure: 1, loss: 1 },
    rules: { ...RULES, handsBack: false },
    finds: /every accepted task ends/,
  },
  {
    rule: 'a lease ends',
    scenario: { refresh: 1, death: 1 },
    rules: mutant('any', (document, _, now) => {
      const lease = document.head?.lease;
      if (!lease || lease.endsAt > now) return {};
      return { document: withHead(document, { lease: { ...lease, endsAt: now + 60_000 } }) };
    }),
    finds: /every accepted task ends/,
  },
  {
    rule: 'one lease at a time',
    scenario: { refresh: 1, doubling: 1 },
    rules: mutant('claim', (document, request, now) => {
      const holder = document.head?.lease?.deliveryId;
      const isOther = holder !== undefined && (request as Events['claim']['request']).deliveryId !== holder;
      return isOther ? { document: withHead(document, { lease: null, dueAt: now }) } : {};
    }),
    finds: /never two live leases/,
  },
  {
    rule: 'a fence that was lost commits nothing',
    scenario: { refresh: 1, purge: 1 },
    rules: mutant('commit', ({ head }, request) =>
      head?.lease ? { request: { ...request, taskId: head.taskId, fence: head.lease.fence } } : {},
    ),
    finds: /a stale lease commits nothing|fetched before a purge|is in R2/,
  },
  {
    rule: 'a fence commits once',
    marked: '`commit`, once a fence',
    scenario: { refresh: 1, lostAnswer: 1 },
    rules: mutant('commit', unchanged, ({ document, answer }, before) => {
      if (document !== before || (answer as { outcome: string }).outcome === 'stale_lease') return {};
      return { document: { ...document, counters: { ...document.counters, version: document.counters.version + 1 } } };
    }),
    finds: /a fence commits once/,
  },
  {
    rule: 'a task is SUCCESS only once D1 has its version',
    scenario: { refresh: 1 },
    rules: mutant('commit', unchanged, ({ document, ended }, before, context) => {
      if (document === before) return {};
      const settled = step(document, 'stored', { inD1: entryOf(document) }, context);
      return { document: settled.document, ended: [...ended, ...settled.ended] };
    }),
    finds: /SUCCESS only when D1/,
  },
  {
    rule: 'D1 takes a row only over a lower revision',
    marked: 'only over a lower revision',
    scenario: { refresh: 2, lateWrite: 1 },
    rules: { ...RULES, d1Takes: () => true },
    finds: /D1 never goes back/,
  },
  {
    rule: 'a purge takes the lease of a running load',
    marked: 'Purge',
    scenario: { refresh: 1, purge: 1 },
    rules: mutant('purge', unchanged, ({ document }, before) =>
      before.head?.lease ? { document: { ...document, head: before.head } } : {},
    ),
    finds: /a stale lease commits nothing/,
  },
  {
    rule: 'a purge makes a revision',
    marked: 'Purge',
    scenario: { refresh: 1, purge: 1 },
    rules: mutant('purge', unchanged, ({ document }, before) => {
      const { revision } = before.counters;
      return { document: { ...document, counters: { ...document.counters, revision }, stored: before.stored } };
    }),
    finds: /after a purge was answered/,
  },
  {
    rule: 'what a claim may write is owed',
    marked: 'Removal',
    scenario: { refresh: 1 },
    rules: mutant('claim', unchanged, ({ document }, before) =>
      document === before ? {} : { document: { ...document, owed: before.owed } },
    ),
    finds: /in R2 is named or owed/,
  },
  {
    rule: 'what a commit lets go stays for as long as a copy of an entry may',
    marked: 'Removal',
    scenario: { refresh: 2, wait: 1 },
    rules: mutant('commit', unchanged, ({ document }, _, { now }) => ({
      document: { ...document, owed: document.owed.map((blob) => ({ ...blob, dueAt: now })) },
    })),
    finds: /nothing is removed that a copy/,
  },
  {
    rule: 'what a broken-off load may still write is not removed at once',
    marked: 'Removal',
    scenario: { refresh: 1, purge: 1, wait: 1 },
    rules: mutant('purge', unchanged, ({ document }, _, { now }) => ({
      document: { ...document, owed: document.owed.map((blob) => ({ ...blob, dueAt: now })) },
    })),
    finds: /running load may be writing|named or owed|copy of an entry/,
  },
  {
    rule: 'a consumer removes nothing from R2',
    marked: 'It never removes anything',
    scenario: { refresh: 2, lostAnswer: 1 },
    rules: { ...RULES, leavesBlobs: false },
    finds: /kept version names is in R2|copy of an entry/,
  },
  {
    rule: 'D1 has a row of a cache before its origin is asked',
    marked: 'D1 has a row of the cache',
    scenario: { refresh: 2 },
    rules: mutant('claim', (document, _, now) => {
      const { counters, stored, head } = document;
      if (head === null || head.lease !== null) return {};
      const revision = Math.max(counters.revision, now);
      const known = { counters: { ...counters, revision }, stored: { ...stored, revision }, number: head.number };
      return { document: { ...document, ...known } };
    }),
    finds: /D1 has a row/,
  },
  {
    rule: 'an object that lost its rows goes on above what D1 has',
    marked: 'it continues counting above it',
    scenario: { refresh: 2, oblivion: 1 },
    rules: mutant('stored', ({ counters }, request) => {
      const { inD1 } = request as Events['stored']['request'];
      return { request: { inD1: { ...inD1, revision: counters.revision, loaded: null, counted: undefined } } as never };
    }),
    finds: /no version is given twice|SUCCESS only when D1|every accepted task ends/,
  },
  {
    rule: 'D1 takes no version twice',
    scenario: { refresh: 2, oblivion: 1 },
    rules: { ...RULES, d1Takes: (inD1, offered) => inD1.revision < offered.revision },
    finds: /no version is given twice|versions go back/,
  },
  {
    rule: 'a user who left is forgotten for good: no task goes on',
    scenario: { refresh: 2, leave: 1 },
    rules: mutant('purge', (_, request) => ({ request: { ...request, forget: false } })),
    finds: /nothing of a user who left/,
  },
  {
    rule: '"nobody is left" ends only the watch that was asked about',
    marked: 'only if it is still the watch that the object asked about',
    scenario: { refresh: 2, watch: 2, disconnection: 1 },
    rules: mutant('poked', ({ watchers = [] }, request) => {
      const { left, ...rest } = request as Events['poked']['request'];
      const now = left.map(({ hub, n }) => watchers.find((watcher) => watcher.hub === hub) ?? { hub, n });
      return { request: { ...rest, left: now } };
    }),
    finds: /whose watch was acknowledged/,
  },
  {
    rule: 'who watches outlives a purge',
    scenario: { refresh: 1, watch: 1, purge: 1 },
    rules: mutant('purge', unchanged, ({ document }) => ({ document: { ...document, watchers: undefined } })),
    finds: /whose watch was acknowledged/,
  },
  {
    rule: 'a hub is told again until it has answered',
    marked: 'until it has answered',
    scenario: { refresh: 2, watch: 1, loss: 1 },
    rules: mutant('alarm', unchanged, ({ effects }) => ({ effects: { ...effects, poke: false } })),
    finds: /told again/,
  },
  {
    rule: 'what D1 does not have when a watch begins is told when it does',
    scenario: { refresh: 1, watch: 1 },
    rules: mutant('watch', unchanged, ({ document }, before) => ({ document: { ...document, news: before.news } })),
    finds: /whoever watches is told/,
  },
  {
    rule: 'a version that changes the body is news',
    scenario: { refresh: 2, watch: 1 },
    rules: mutant('commit', unchanged, ({ document }, before) => ({ document: { ...document, news: before.news } })),
    finds: /whoever watches is told/,
  },
];
