/**
 * The verbs of the cache object (DESIGN "A refresh, step by step"): plain objects in and out, expected outcomes as
 * tagged unions. Only optional members may be added ("Two releases at once"). Every verb may answer `unavailable`: the
 * object's schema is newer than this release, and the caller tries again later.
 */

import type { ChangesState } from '../contract/changes.ts';
import type { WatchAnswer, WatchRequest } from '../contract/live.ts';
import type { KeptError } from '../contract/problem.ts';
import type { CacheIdentity, ColumnFacts, Entry, Loaded, RowChanges } from './entry.ts';
import type { Task } from './task.ts';

/** A newer release has changed the object's schema: ask again later. */
export type Unavailable = { outcome: 'unavailable' };

/** The settings of a definition that the object needs to end a task without its consumer. */
export interface TaskPolicy {
  /** `origin.timeout_s`, ms: the time that the origin has for a load. The lease is this plus LEASE_MARGIN_MS and `paceMs`. */
  timeoutMs: number;
  /** Host and port of the origin, for the task's message; an earlier release does not send it. */
  origin?: string;
  /** Name of its source, if that has limits: its gate is asked before a claim. */
  gate?: string;
  /** How long the pace of its source may delay the load beyond what the lease already allows for, ms. */
  paceMs?: number;
  maxAttempts: number;
  backoffMs: number;
  errorTtlMs: number;
}

/** Asks for data that was fetched after a given moment. */
export interface EnqueueRequest {
  cache: CacheIdentity;
  /** The definition number that the caller knows. */
  number: number;
  policy: TaskPolicy;
  /**
   * The data must have been fetched after this moment, ms: `now` for an explicit refresh (by the object's clock), the
   * beginning of the run for a schedule, `loaded.loadedAt` of the entry that a read saw (0: none), now - N for
   * `max-age=N`.
   */
  since: 'now' | number;
  /** The user who asks for a refresh; null for reads, schedules and administration of many caches. */
  asker: string | null;
  /**
   * True for a read: while a failure is in effect (`retryAt`), it is the answer, and no load starts. An explicit
   * refresh ignores `retryAt`.
   */
  heedRetryAt: boolean;
  /** Accept a load that the guard would refuse. */
  force?: boolean;
  /** `refresh_min_s` in ms (refreshes only): within this time after a load ended, its task is the answer. */
  refreshMinMs?: number;
  /** For a cache that was never asked for: create and write nothing, and answer `unknown`. */
  onlyKnown?: boolean;
  /** Hold the answer until the task ends, at most this long, ms. 0: answer at once. */
  waitMs: number;
  /** The client's request, for log lines and the task's message; it is not stored. */
  requestId?: string;
}
export type EnqueueAnswer =
  /** A task was made or joined. `entry` is not null if the task has ended. */
  | { outcome: 'task'; task: Task; entry: Entry | null }
  /** The current version was fetched after `since`, under that definition, and has not expired. */
  | { outcome: 'current'; entry: Entry }
  /** A failure is in effect until `entry.retryAt`. */
  | { outcome: 'failing'; entry: Entry }
  /** Only with `onlyKnown`: no load of this cache was ever asked for. */
  | { outcome: 'unknown' }
  | Unavailable;

/** A consumer asks for the right to load. */
export interface ClaimRequest {
  taskId: string;
  /** Message id and delivery attempt: a repeated claim of the same delivery gets the same answer. */
  deliveryId: string;
}
/** The terms of a load. The lease is a duration, counted by the consumer from before it asked. */
export interface Lease {
  taskId: string;
  fence: number;
  leaseMs: number;
  timeoutMs: number;
  attempt: number;
  cache: CacheIdentity;
  force: boolean;
  /** The last load of the cache was heavy: this load waits for its turn before it calls the origin. */
  heavy?: boolean;
  /** The current version, whose body and id map the load compares with; null on a first load or after a purge. */
  previous: PreviousLoad | null;
  /** The first row id that was never used. */
  nextRowId: number;
}
/** What a load must know of the load before it. */
export interface PreviousLoad extends Loaded {
  /** Definition number of that load; under another number no conditional request is made. */
  number: number;
  /** SHA-256 of the received body (no tables) or of the names and columns of its tables; 64 hex digits. */
  digest: string;
  /** What was noticed about the columns of each table; absent: the body is not a table, or this is not known. */
  columns?: readonly ColumnFacts[];
  /** The origin's validators, for a conditional request. */
  originEtag: string | null;
  originLastModified: string | null;
  /** Where an incremental load continues; absent: nowhere, or an earlier release made the load. */
  changes?: ChangesState;
}
export type ClaimAnswer =
  | { outcome: 'leased'; lease: Lease }
  /** Acknowledge the message: nothing is left to do. */
  | { outcome: 'ended' }
  /** Hand the message back with this delay: the task waits or runs. */
  | { outcome: 'not_due'; delayMs: number }
  | Unavailable;

/** The blobs that a load may write under its fence. */
export type BlobName = 'body' | 'delta';

/** A load has succeeded, and its blobs are in R2. */
export interface CommitRequest {
  taskId: string;
  fence: number;
  /** Definition number under which the load was made. */
  number: number;
  ttlMs: number;
  retainVersions: number;
  originEtag: string | null;
  originLastModified: string | null;
  /** `originLastModified` is at least a second older than the answer; absent: an earlier release made the load and did not check. */
  provenDate?: true;
  /** Null: the body is unchanged, and no blob of this fence is left in R2. */
  change: LoadChange | null;
  /** Whether the origin's answer was heavy; absent: it sent no body. */
  heavy?: boolean;
  /** Oddities that were accepted; absent: the origin answered that nothing has changed, so the earlier warnings still hold. */
  warnings?: readonly string[];
  /** Absent: the object keeps a watched cache fresh by loads of its own. */
  live?: 'told';
  /**
   * What was noticed about the columns of each table; absent as above, or the body is not a table, or an earlier
   * release made the load.
   */
  columns?: readonly ColumnFacts[];
  /** Where the next incremental load continues; absent: the next load reads all rows, or an earlier release made this one. */
  changes?: ChangesState;
}
/** What a load that changed the body has written under its fence. */
export interface LoadChange {
  contentType: string;
  bytes: number;
  mapBytes: number;
  rows: number | null;
  hash: string | null;
  digest: string;
  /** The first row id that is unused after this load. */
  nextRowId: number;
  /** Size of the written delta; null: none was written (a gap in the chain). */
  deltaBytes: number | null;
  /** Compared with the lease's `previous`; absent: the body is not a table, or an earlier release made the load. */
  rowChanges?: RowChanges;
}
export type CommitAnswer =
  /** The task is SUCCESS, and D1 has the entry. */
  | { outcome: 'committed'; task: Task; entry: Entry }
  /** The version is current in the object, but D1 has not taken it yet; the object keeps trying. */
  | { outcome: 'settling'; delayMs: number }
  /** The lease was lost and nothing was changed; or the load had committed, and a purge came before D1 had the version. */
  | { outcome: 'stale_lease' }
  | Unavailable;

/** A load has failed. */
export interface FailRequest {
  taskId: string;
  fence: number;
  error: KeptError;
  /** True for network errors, time-outs, 408, 425, 429 and 5xx; any other failure ends the task at once. */
  retryable: boolean;
  /** `Retry-After` of the origin, capped; the least delay of the backoff and of `retryAt`. */
  retryAfterMs: number | null;
  /** Definition number that the load used, if it got as far as reading it: the failure counts for that number too. */
  number?: number;
  /** The origin's answer proved to be heavy. */
  heavy?: boolean;
  /**
   * The task's message was handed back with a delay until the end of the lease, and the load failed earlier. The
   * message would come too late for the next attempt, so the object sends another one when that is due.
   */
  messageIsLate?: boolean;
}
export type FailAnswer =
  | { outcome: 'retrying'; delayMs: number }
  | { outcome: 'failed' }
  | { outcome: 'stale_lease' }
  | Unavailable;

export type StateAnswer =
  /** `entry` is not null if the task has ended: a caller that reports SUCCESS puts it into the edge cache first. */
  { outcome: 'found'; task: Task; entry: Entry | null } | { outcome: 'unknown' } | Unavailable;

/** A user revokes a task that waits. */
export interface RevokeRequest {
  taskId: string;
  user: string;
  /** The user has `cache:refresh`: may revoke a task that nobody else asked for. */
  mayRefresh: boolean;
  /** The user has `cache:admin`: may revoke any task. */
  mayAdmin: boolean;
}
export type RevokeAnswer =
  | { outcome: 'revoked'; task: Task }
  /** The task runs or has ended. */
  | { outcome: 'conflict'; task: Task }
  /** This caller may read the task, but not revoke it. */
  | { outcome: 'forbidden' }
  | { outcome: 'unknown' }
  | Unavailable;

/** Data that was fetched before the purge must never be current again. */
export interface PurgeRequest {
  /** Key of the cache; if neither the object nor D1 knows it, nothing is done. */
  key: string;
  /** Only expire: the data is served as stale until it is loaded again. */
  soft: boolean;
  /** The user has left: tasks end as REVOKED, and nothing that names the user or the parameters is kept. */
  forget?: boolean;
}
export type PurgeAnswer = { outcome: 'purged'; entry: Entry } | { outcome: 'unknown' } | Unavailable;

/** The verb also writes the entry to D1 again, which repairs a D1 that lags or was restored. */
export type EntryAnswer = { outcome: 'found'; entry: Entry } | { outcome: 'unknown' } | Unavailable;

/** The tasks of a cache, newest first: those that have not ended, then the ended ones that are still kept. */
export type TasksAnswer = { outcome: 'found'; tasks: Task[] } | { outcome: 'unknown' } | Unavailable;

/** The cache object as its callers see it, through the client that retries calls. */
export interface CacheObjectVerbs {
  enqueue(request: EnqueueRequest): Promise<EnqueueAnswer>;
  claim(request: ClaimRequest): Promise<ClaimAnswer>;
  commit(request: CommitRequest): Promise<CommitAnswer>;
  fail(request: FailRequest): Promise<FailAnswer>;
  state(taskId: string): Promise<StateAnswer>;
  revoke(request: RevokeRequest): Promise<RevokeAnswer>;
  purge(request: PurgeRequest): Promise<PurgeAnswer>;
  entry(key: string): Promise<EntryAnswer>;
  /** At most `limit` tasks; fewer if their parameters have more than MAX_PAGE_BYTES together. */
  tasks(key: string, limit: number): Promise<TasksAnswer>;
  watch(request: WatchRequest): Promise<WatchAnswer>;
  /** Sends due messages again; for dead letters. */
  wake(taskId: string): Promise<void>;
}
