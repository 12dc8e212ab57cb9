/**
 * The verbs of the cache object (DESIGN "A refresh, step by step"): plain objects in and out, expected outcomes as
 * tagged unions. Members may be added, optional ones only ("Two releases at once").
 * Every verb may answer `unavailable`: the object's schema is newer than this release; the caller tries again later.
 */

import type { ChangesState } from '../contract/changes.ts';
import type { WatchAnswer, WatchRequest } from '../contract/live.ts';
import type { KeptError } from '../contract/problem.ts';
import type { CacheIdentity, ColumnFacts, Entry, Loaded, RowChanges } from './entry.ts';
import type { Task } from './task.ts';

/** A newer release has changed the object: ask again later. */
export type Unavailable = { outcome: 'unavailable' };

/** What the task needs to know of the definition to end without its consumer. */
export interface TaskPolicy {
  /** `origin.timeout_s`: how long the origin has for a load; the lease is this, LEASE_MARGIN_MS and `paceMs`. */
  timeoutMs: number;
  /** Host and port of the origin, for the task's message; an earlier release does not tell it. */
  origin?: string;
  /** Name of its source, where that has limits: its gate is asked before a claim. */
  gate?: string;
  /** How long the pace of its source may make the load wait, ms, besides what the lease leaves for that anyway. */
  paceMs?: number;
  maxAttempts: number;
  backoffMs: number;
  errorTtlMs: number;
}

/** Asks for data that was fetched after a moment. */
export interface EnqueueRequest {
  cache: CacheIdentity;
  /** The asker's definition number. */
  number: number;
  policy: TaskPolicy;
  /**
   * The moment after which the data must have been fetched, ms: `now` for an explicit refresh (by the object's
   * clock), the beginning of the run for one by a schedule, `loaded.loadedAt` of the entry that a read saw (0: none), now - N
   * for `max-age=N`.
   */
  since: 'now' | number;
  /** The user who asks for a refresh; null for reads, schedule and administration of many. */
  asker: string | null;
  /** A read: a standing failure (`retryAt`) is answered instead of starting a load. An explicit refresh goes past it. */
  heedRetryAt: boolean;
  /** Accept a load that the guard would refuse. */
  force?: boolean;
  /** `refresh_min_s` in ms: within it after a load's end, that load's task is the answer (refreshes only). */
  refreshMinMs?: number;
  /** Makes nothing for a cache that was never asked for, and writes nothing: that is answered `unknown`. */
  onlyKnown?: boolean;
  /** Hold the answer until the task ends, at most so long. 0: answer at once. */
  waitMs: number;
  /** Of the client's request: goes into log lines, with the task's message too; kept nowhere. */
  requestId?: string;
}
export type EnqueueAnswer =
  /** A task was made or joined. `entry` is there when it has ended. */
  | { outcome: 'task'; task: Task; entry: Entry | null }
  /** What is current was fetched after `since`, under that definition and unexpired. */
  | { outcome: 'current'; entry: Entry }
  /** A failure stands until `entry.retryAt`. */
  | { outcome: 'failing'; entry: Entry }
  /** To `onlyKnown` alone: nobody ever asked for this cache. */
  | { outcome: 'unknown' }
  | Unavailable;

/** A consumer asks for the right to load. */
export interface ClaimRequest {
  taskId: string;
  /** Message id and delivery attempt: the same delivery asking twice gets the same answer. */
  deliveryId: string;
}
/** What the load goes by. The lease is a duration that the consumer counts from before it asked. */
export interface Lease {
  taskId: string;
  fence: number;
  leaseMs: number;
  timeoutMs: number;
  attempt: number;
  cache: CacheIdentity;
  force: boolean;
  /** The last load of the cache was heavy: this one takes its turn before it asks the origin. */
  heavy?: boolean;
  /** What is current: its body and id map are compared with; null on a first load or after a purge. */
  previous: PreviousLoad | null;
  /** The first row id that was never used. */
  nextRowId: number;
}
/** What a load must know of the one before. */
export interface PreviousLoad extends Loaded {
  /** Definition number of that load: another one allows no conditional request. */
  number: number;
  /** SHA-256 of the body as it came (no tables) or of the tables' names and columns; 64 hex digits. */
  digest: string;
  /** What was seen of the columns of each table; absent: it is no table, or not known. */
  columns?: readonly ColumnFacts[];
  /** Validators of the origin, for a conditional request. */
  originEtag: string | null;
  originLastModified: string | null;
  /** What an incremental load goes on from; absent: there is nothing, or an earlier release made the load. */
  changes?: ChangesState;
}
export type ClaimAnswer =
  | { outcome: 'leased'; lease: Lease }
  /** Acknowledge the message: there is nothing left to do. */
  | { outcome: 'ended' }
  /** Hand the message back: the task waits or runs; due in `delayMs`. */
  | { outcome: 'not_due'; delayMs: number }
  | Unavailable;

/** What a load may write under its fence. */
export type BlobName = 'body' | 'delta';

/** A load has succeeded; what it wrote is in R2. */
export interface CommitRequest {
  taskId: string;
  fence: number;
  /** Definition number that the load was made under. */
  number: number;
  ttlMs: number;
  retainVersions: number;
  originEtag: string | null;
  originLastModified: string | null;
  /** The origin's date was at least a second older than its answer; absent: an earlier release made the load and did not look. */
  provenDate?: true;
  /** Null: the body stays as it is, and nothing of this fence was left in R2. */
  change: LoadChange | null;
  /** Whether the origin's answer was heavy; absent: it sent no body. */
  heavy?: boolean;
  /** What looked wrong and was accepted; absent: the origin said that nothing has changed, so what was known stands. */
  warnings?: readonly string[];
  /** Absent: a watched cache is kept fresh. */
  live?: 'told';
  /** What was seen of the columns of each table; absent as above, or it is no table, or an earlier release made the load. */
  columns?: readonly ColumnFacts[];
  /** What the next load goes on from; absent: it is one of all rows, or an earlier release made this one. */
  changes?: ChangesState;
}
/** What a load that changed the body wrote under its fence. */
export interface LoadChange {
  contentType: string;
  bytes: number;
  mapBytes: number;
  rows: number | null;
  hash: string | null;
  digest: string;
  /** The first row id that was never used, after this load. */
  nextRowId: number;
  /** Size of the delta written; null: none (a gap of the chain). */
  deltaBytes: number | null;
  /** Against what the lease tells of; absent: it is no table, or an earlier release made the load. */
  rowChanges?: RowChanges;
}
export type CommitAnswer =
  /** Task is SUCCESS; D1 has the entry. */
  | { outcome: 'committed'; task: Task; entry: Entry }
  /** The version stands, but D1 has not taken it yet; the object goes on trying. */
  | { outcome: 'settling'; delayMs: number }
  /** The lease was lost and nothing was changed; or it had committed, and a purge came before D1 had the version. */
  | { outcome: 'stale_lease' }
  | Unavailable;

/** A load has failed. */
export interface FailRequest {
  taskId: string;
  fence: number;
  error: KeptError;
  /** Network, time-out, 408, 425, 429, 5xx; anything else ends the task at once. */
  retryable: boolean;
  /** `Retry-After` of the origin, capped; a floor of the backoff and of `retryAt`. */
  retryAfterMs: number | null;
  /** Definition number that the load went by, when it got as far as reading it: the failure stands for that one too. */
  number?: number;
  /** The origin's answer turned out to be heavy. */
  heavy?: boolean;
  /**
   * The task's message was handed back until the lease's end, which the load did not use up: it comes too late for the next
   * attempt, and the object is to send another one when that is due.
   */
  messageIsLate?: boolean;
}
export type FailAnswer =
  | { outcome: 'retrying'; delayMs: number }
  | { outcome: 'failed' }
  | { outcome: 'stale_lease' }
  | Unavailable;

export type StateAnswer =
  /** `entry` is there when the task has ended: whoever reports SUCCESS puts it to the edge first. */
  { outcome: 'found'; task: Task; entry: Entry | null } | { outcome: 'unknown' } | Unavailable;

/** A user takes back a task that waits. */
export interface RevokeRequest {
  taskId: string;
  user: string;
  /** `cache:refresh`: may revoke a task that only they asked for. */
  mayRefresh: boolean;
  /** `cache:admin`: may revoke any task. */
  mayAdmin: boolean;
}
export type RevokeAnswer =
  | { outcome: 'revoked'; task: Task }
  /** It runs or has ended. */
  | { outcome: 'conflict'; task: Task }
  /** It may be read, but not revoked, by this caller. */
  | { outcome: 'forbidden' }
  | { outcome: 'unknown' }
  | Unavailable;

/** Nothing fetched before is to be current again. */
export interface PurgeRequest {
  /** Key of the cache; where neither the object nor D1 has heard of it, nothing is done. */
  key: string;
  /** Only expire: it serves as stale while it is loaded again. */
  soft: boolean;
  /** Its user has left: tasks end as REVOKED, and nothing that names the user or the parameters is kept. */
  forget?: boolean;
}
export type PurgeAnswer = { outcome: 'purged'; entry: Entry } | { outcome: 'unknown' } | Unavailable;

/** Also writes the entry to D1 again, so that a D1 that lags or was restored heals. */
export type EntryAnswer = { outcome: 'found'; entry: Entry } | { outcome: 'unknown' } | Unavailable;

/** The tasks of a cache, newest first: those that have not ended, then those that are still kept. */
export type TasksAnswer = { outcome: 'found'; tasks: Task[] } | { outcome: 'unknown' } | Unavailable;

/** The cache object as its callers see it, by the client that retries it. */
export interface CacheObjectVerbs {
  enqueue(request: EnqueueRequest): Promise<EnqueueAnswer>;
  claim(request: ClaimRequest): Promise<ClaimAnswer>;
  commit(request: CommitRequest): Promise<CommitAnswer>;
  fail(request: FailRequest): Promise<FailAnswer>;
  state(taskId: string): Promise<StateAnswer>;
  revoke(request: RevokeRequest): Promise<RevokeAnswer>;
  purge(request: PurgeRequest): Promise<PurgeAnswer>;
  entry(key: string): Promise<EntryAnswer>;
  /** At most `limit` tasks; fewer where their parameters have MAX_PAGE_BYTES in all. */
  tasks(key: string, limit: number): Promise<TasksAnswer>;
  watch(request: WatchRequest): Promise<WatchAnswer>;
  /** Sends again what is due; for dead letters. */
  wake(taskId: string): Promise<void>;
}
