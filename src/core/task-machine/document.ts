/**
 * The document of one cache key: everything that its object knows of it except the ended tasks, in one row (DESIGN
 * "Stores"). Documents are never changed in place. A rule that changes nothing returns the same document, and nothing
 * is written.
 */

import type { ChangesState } from '../../contract/changes.ts';
import type { KeptError } from '../../contract/problem.ts';
import type { CacheIdentity, ColumnFacts, Link, Loaded } from '../../ports/entry.ts';
import type { BlobName, TaskPolicy } from '../../ports/object.ts';
import type { Askers, Task } from '../../ports/task.ts';

/**
 * Counters only grow, and survive purge and deletion: ETags and R2 keys are made of them. A revision or fence is at
 * least the time (ms) at which it is given, so an object that lost its rows repeats none.
 */
export interface Counters {
  version: number;
  revision: number;
  fence: number;
  nextRowId: number;
  /**
   * The latest time (ms) at which a load was claimed, ended or expired. The next claim is later, even if the clock goes
   * back.
   */
  clockAt: number;
}

/** The loaded state, with members that only loads need. */
export interface LoadedState extends Loaded {
  /** Definition number of the load. */
  number: number;
  digest: string;
  /**
   * What was noticed about the columns of each table; absent: no table, an earlier release loaded it, or the object
   * lost its rows.
   */
  columns?: readonly ColumnFacts[];
  originEtag: string | null;
  originLastModified: string | null;
  /** Whether that date proves anything; absent: an earlier release stored it without checking. */
  provenDate?: boolean;
  /** The origin's last answer was heavy (flows/load/load-slots.ts). */
  heavy?: boolean;
  /**
   * Where an incremental load continues; absent: the next load reads all rows. Never shown: a link may contain secrets
   * of the origin.
   */
  changes?: ChangesState;
  /** When the load was claimed, ms; its data was fetched later. */
  claimedAt: number;
  /** Fence of the last load, even if it changed nothing. It distinguishes a repeated commit from a stale one. */
  loadFence: number;
  /** Task of the last load. */
  taskId: string;
  /**
   * Policy of the loads that keep it fresh while it is watched; absent: hubs are only told of changes, or an earlier
   * release loaded it.
   */
  refreshBy?: TaskPolicy;
}

/** A hub of live sockets that must be told when the cache changes (watchers.ts). */
export interface Watcher {
  hub: number;
  /** The number of the watch that the hub has set. */
  n: number;
  /** The revision that the hub was last told of, or that D1 had when the watch began. */
  told: number;
}

/** The failure of the last load. */
export interface Failure {
  number: number;
  retryAt: number;
  error: KeptError;
  /** When the first load after the last success failed, ms; absent: an earlier release recorded the failure. */
  since?: number;
  /** When the last load failed, ms, and how many have failed since the last success; absent: as above. */
  at?: number;
  times?: number;
}

/** The right to commit. */
export interface LeaseState {
  fence: number;
  deliveryId: string;
  claimedAt: number;
  endsAt: number;
  /** A definition number that some caller knew before the claim: the load uses this definition or a later one. */
  number: number;
}

/** A task that has neither ended nor been committed. */
export interface LiveTask {
  taskId: string;
  state: 'PENDING' | 'STARTED' | 'RETRY';
  askers: Askers;
  force: boolean;
  /** The highest definition number that its askers know. */
  number: number;
  policy: TaskPolicy;
  attempt: number;
  createdAt: number;
  startedAt: number | null;
  error: KeptError | null;
  /** An attempt failed after the origin's answer had proved to be heavy. */
  heavy?: boolean;
  /** Null while the task runs, or waits behind another one. */
  dueAt: number | null;
  /** When the alarm sends its message again, and how often it has; null while the task runs, or waits behind another one. */
  resendAt: number | null;
  resends: number;
  /** Only in STARTED. */
  lease: LeaseState | null;
}

/** An ended task as it is stored: the port's task without the cache, which the document knows. */
export type TaskRecord = Omit<Task, 'cache'>;

/** A committed task that waits until D1 has its revision; until then its state reads as STARTED. */
export interface SettlingTask {
  /** The task as it will be once it has ended. */
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

/** Everything that is known of a key; times in ms since the epoch. */
export interface CacheDocument {
  cache: CacheIdentity;
  counters: Counters;
  /** Definition number of the last load; while nothing is loaded, that of the last failed load. */
  number: number;
  loaded: LoadedState | null;
  chain: readonly Link[];
  failure: Failure | null;
  /** Loads have failed since the last success, even if a purge has removed `failure` since then. Absent: none has. */
  failing?: true | undefined;
  lastTaskId: string | null;
  /** Loads that were claimed up to then count as expired (a soft purge), ms. */
  expiredAt: number;
  /** The task that runs or runs next, and the one behind it (PENDING), which exists only with a head. */
  head: LiveTask | null;
  behind: LiveTask | null;
  settling: readonly SettlingTask[];
  /**
   * The revision that D1 is known to have; UNASKED: D1 has not answered yet, and may know an earlier life. `retryAt`:
   * when the alarm writes the newest revision; null: D1 has it.
   */
  stored: { revision: number; tries: number; retryAt: number | null };
  owed: readonly OwedBlob[];
  /** How many ended tasks are kept, and when the next sweep of old ones is. */
  ended: { count: number; sweepAt: number | null };
  /**
   * `yes`: the user was forgotten, and D1 gets an entry without a name. `revived`: the cache is asked for again, and D1
   * must get the name back. Absent: neither.
   */
  forgotten?: 'yes' | 'revived' | undefined;
  /** The hubs that are told of changes; absent: none. */
  watchers?: readonly Watcher[] | undefined;
  /**
   * The revision that hubs must be told of. `retryAt`: when the alarm tells them again; null while D1 lacks it. Absent:
   * nothing to tell.
   */
  news?: { revision: number; tries: number; retryAt: number | null } | undefined;
  /** When the hubs were last asked whether they still need the cache, and one could not be reached, ms. */
  askedAt?: number;
  /** No hub needed the cache when it had expired: nothing loads it until somebody asks for it. Absent: not so. */
  rests?: true | undefined;
}

/** Value of `stored.revision` until D1 has answered for the first time. */
export const UNASKED = -1;

/** The document of a new key. */
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
