/**
 * The document of one cache key: all that its object knows of it but the ended tasks, in one row (DESIGN "Stores").
 * Documents are never changed in place: a rule that changes nothing hands back the very same one, and nothing is written.
 */

import type { ChangesState } from '../../contract/changes.ts';
import type { KeptError } from '../../contract/problem.ts';
import type { CacheIdentity, ColumnFacts, Link, Loaded } from '../../ports/entry.ts';
import type { BlobName, TaskPolicy } from '../../ports/object.ts';
import type { Askers, Task } from '../../ports/task.ts';

/**
 * These only grow, and outlive purge and deletion: ETags and R2 keys are made of them. Revisions and fences are never below the
 * time (ms) at which they are given, so an object that lost its rows repeats none of them.
 */
export interface Counters {
  version: number;
  revision: number;
  fence: number;
  nextRowId: number;
  /** The latest time (ms) at which a load was claimed, ended or expired: the next claim is later, whatever the clock does. */
  clockAt: number;
}

/** What is loaded, with what only loads need to know. */
export interface LoadedState extends Loaded {
  /** Definition number of the load. */
  number: number;
  digest: string;
  /** What was seen of the columns of each table; absent: it is no table, an earlier release loaded it, or the object lost its rows. */
  columns?: readonly ColumnFacts[];
  originEtag: string | null;
  originLastModified: string | null;
  /** Whether that date proves anything; absent: an earlier release noted it, which did not look. */
  provenDate?: boolean;
  /** The origin's last answer was heavy (flows/load/load-slots.ts). */
  heavy?: boolean;
  /** What an incremental load goes on from; absent: the next is one of all rows. Shown nowhere: a link may have secrets of the origin. */
  changes?: ChangesState;
  /** When the load was claimed, ms: its data was fetched after that. */
  claimedAt: number;
  /** Fence of the last load, be it that it changed nothing: a second commit of it is told from a stale one. */
  loadFence: number;
  /** Task of the last load. */
  taskId: string;
  /** What a load goes by that keeps it fresh while it is watched; absent: it is only told of, or an earlier release loaded it. */
  refreshBy?: TaskPolicy;
}

/** A hub of live sockets that is told when the cache changes (watchers.ts). */
export interface Watcher {
  hub: number;
  /** The number of the watch that the hub has set. */
  n: number;
  /** The revision that it was last told of, or that D1 had when it began to watch. */
  told: number;
}

/** A failure that stands. */
export interface Failure {
  number: number;
  retryAt: number;
  error: KeptError;
  /** When the first of the loads that have failed since the last success did, ms; absent: an earlier release noted it. */
  since?: number;
  /** When the last of them did, ms, and how many there are; absent: an earlier release noted it. */
  at?: number;
  times?: number;
}

/** The right to commit. */
export interface LeaseState {
  fence: number;
  deliveryId: string;
  claimedAt: number;
  endsAt: number;
  /** The load goes by a definition of this number or a higher one: some asker knew it before the claim. */
  number: number;
}

/** A task that has not ended and not been committed. */
export interface LiveTask {
  taskId: string;
  state: 'PENDING' | 'STARTED' | 'RETRY';
  askers: Askers;
  force: boolean;
  /** Highest definition number of its askers. */
  number: number;
  policy: TaskPolicy;
  attempt: number;
  createdAt: number;
  startedAt: number | null;
  error: KeptError | null;
  /** An attempt of it failed after the origin's answer had turned out to be heavy. */
  heavy?: boolean;
  /** Null while it runs or stands behind another one. */
  dueAt: number | null;
  /** When the alarm sends its message again, and how often it has; null while it runs or stands behind another one. */
  resendAt: number | null;
  resends: number;
  /** Only in STARTED. */
  lease: LeaseState | null;
}

/** A task as it is kept after its end: that of the contract without the cache, which the document knows. */
export type TaskRecord = Omit<Task, 'cache'>;

/** A committed task that waits for D1 to have its revision; it still reads as STARTED. */
export interface SettlingTask {
  /** As it will be told once it has ended. */
  record: TaskRecord;
  fence: number;
  revision: number;
  committedAt: number;
}

/** A blob that the object will remove from R2. */
export interface OwedBlob {
  fence: number;
  name: BlobName;
  dueAt: number;
}

/** All that is known of a key; times in ms since the epoch. */
export interface CacheDocument {
  cache: CacheIdentity;
  counters: Counters;
  /** Definition number of the last load, or of the last failed one while nothing is loaded. */
  number: number;
  loaded: LoadedState | null;
  chain: readonly Link[];
  failure: Failure | null;
  /** Loads have failed since the last one that succeeded, be it that a purge has ended the failure since. Absent: none has. */
  failing?: true | undefined;
  lastTaskId: string | null;
  /** Loads claimed up to then count as expired (a soft purge), ms. */
  expiredAt: number;
  /** The task that runs or is next to run, and the one behind it (PENDING), which is there only with the first. */
  head: LiveTask | null;
  behind: LiveTask | null;
  settling: readonly SettlingTask[];
  /**
   * Which revision D1 is known to have; UNASKED: D1 has not answered yet, and may know of an earlier life. `retryAt`: when the
   * alarm writes the newest one, null when D1 has it.
   */
  stored: { revision: number; tries: number; retryAt: number | null };
  owed: readonly OwedBlob[];
  /** How many ended tasks are kept, and when the old ones are next swept. */
  ended: { count: number; sweepAt: number | null };
  /**
   * `yes`: its user was forgotten, and D1 gets an entry without a name. `revived`: it is asked for again, and D1 has to get the
   * name back. Absent: neither.
   */
  forgotten?: 'yes' | 'revived' | undefined;
  /** Who is told what is new; absent: nobody. */
  watchers?: readonly Watcher[] | undefined;
  /** The revision that they are to be told of; `retryAt`: when the alarm tells it again, null while D1 does not have it. Absent: nothing. */
  news?: { revision: number; tries: number; retryAt: number | null } | undefined;
  /** When the watchers were last asked whether they still need it, ms. */
  askedAt?: number;
}

/** `stored.revision` before D1 has answered for the first time. */
export const UNASKED = -1;

/** The document of a key that was never asked for. */
export function emptyDocument(cache: CacheIdentity): CacheDocument {
  return {
    cache,
    counters: { version: 0, revision: 0, fence: 0, nextRowId: 1, clockAt: 0 },
    number: 0,
    loaded: null,
    chain: [],
    failure: null,
    lastTaskId: null,
    expiredAt: 0,
    head: null,
    behind: null,
    settling: [],
    stored: { revision: UNASKED, tries: 0, retryAt: null },
    owed: [],
    ended: { count: 0, sweepAt: null },
  };
}

/** Whether the document holds the task, live or settling. */
export function holdsTask(document: CacheDocument, taskId: string): boolean {
  return (
    document.head?.taskId === taskId ||
    document.behind?.taskId === taskId ||
    document.settling.some(({ record }) => record.taskId === taskId)
  );
}
