/**
 * Rules of the real object's surroundings and rows, each removed by a mutant from outside: the object has no switches
 * for tests.
 */

import type { CacheDocument } from '../../../src/core/task-machine/document.ts';
import { clock } from './clock.ts';

export interface Rules {
  /** Changes the SQL for D1. */
  rewrite(sql: string): string;
  /** A consumer whose lease was lost leaves what it wrote in R2. */
  leavesBlobs: boolean;
  /** The object's row after a step; if it returns the given one, the row stays as the object wrote it. */
  keep(after: CacheDocument, before: CacheDocument): CacheDocument;
}

export const RULES: Rules = { rewrite: (sql) => sql, leavesBlobs: true, keep: (after) => after };

export interface Mutant {
  /** The rule as it should be, in the words of the explorer's mutants. */
  rule: string;
  rules: Rules;
  /** What the campaign finds broken. */
  finds: RegExp;
}

type Keep = Rules['keep'];
const kept = (keep: Keep): Rules => ({ ...RULES, keep });
const isPurge: (...args: Parameters<Keep>) => boolean = (after, before) =>
  after.counters.revision > before.counters.revision && after.loaded === null && after.failure === null;
const isClaim: (...args: Parameters<Keep>) => boolean = (after, before) =>
  after.head?.lease != null && after.counters.fence > before.counters.fence;
const isCommit: (...args: Parameters<Keep>) => boolean = (after, before) =>
  after.counters.version > before.counters.version;

export const MUTANTS: Mutant[] = [
  {
    rule: 'D1 takes a row only over a lower revision',
    rules: { ...RULES, rewrite: (sql) => sql.replace('revision < excluded.revision', 'true') },
    finds: /D1 never goes back|D1 has what the object believes/,
  },
  {
    rule: 'a forced refresh starts at once instead of joining a backoff',
    rules: kept((after, before) => {
      const waiting = before.head?.state === 'RETRY' ? before.head : null;
      const isHurried = after.head?.state === 'RETRY' && after.head.taskId === waiting?.taskId && after.head.force;
      return isHurried && waiting !== null
        ? { ...after, head: { ...after.head, dueAt: waiting.dueAt } as never }
        : after;
    }),
    finds: /waits for no backoff/,
  },
  {
    rule: 'a consumer removes nothing from R2',
    rules: { ...RULES, leavesBlobs: false },
    finds: /kept version names is in R2|copy of an entry|load may be writing/,
  },
  {
    rule: 'the counters outlive a purge',
    rules: kept((after, before) =>
      isPurge(after, before) ? { ...after, counters: { ...after.counters, version: 0, fence: 0 } } : after,
    ),
    finds: /the counter|fetched after it was asked for/,
  },
  {
    rule: 'a purge takes the lease of a running load',
    rules: kept((after, before) =>
      isPurge(after, before) && before.head?.lease != null ? { ...after, head: before.head } : after,
    ),
    // The head that is put back may replace another task, which is then lost.
    finds:
      /a user who left goes on|a stale lease|before is current|answers every call|a fence commits once|only when its task has ended/,
  },
  {
    rule: 'what a claim may write is owed',
    rules: kept((after, before) => (isClaim(after, before) ? { ...after, owed: before.owed } : after)),
    finds: /in R2 is named or owed/,
  },
  {
    rule: 'what a commit lets go stays for as long as a copy of an entry may',
    rules: kept((after, before) =>
      isCommit(after, before) ? { ...after, owed: after.owed.map((blob) => ({ ...blob, dueAt: clock.now })) } : after,
    ),
    finds: /a copy of an entry/,
  },
  {
    rule: 'a hub is told again until it has answered',
    rules: kept((after) => ((after.news?.tries ?? 0) > 0 ? { ...after, news: undefined } : after)),
    finds: /was not told of is owed/,
  },
  {
    rule: 'who watches outlives a purge',
    rules: kept((after, before) => (isPurge(after, before) ? { ...after, watchers: undefined } : after)),
    finds: /whose watch was acknowledged/,
  },
];
