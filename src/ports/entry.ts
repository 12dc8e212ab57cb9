/** What is current of a cache (DESIGN "Words"): decided by the cache's object, answered by D1, kept at the edge. */

import type { KeptError } from '../contract/problem.ts';

/** A JSON value as it came over the wire. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
/** Name -> value of the parameters of a cache. */
export type Parameters = { [name: string]: Json };

/** Which cache: a resource with one set of parameter values (and, for scope `user`, one user). */
export interface CacheIdentity {
  /** SHA-256 of the canonical JSON of the members below, 64 hex digits (core/cache-key.ts). */
  key: string;
  resource: string;
  /** Validated, with defaults. */
  parameters: Parameters;
  /** The user whom the cache belongs to; null for a shared one. */
  owner: string | null;
}

/** How many rows a version has that the one before lacked, and the other way round. */
export interface RowChanges {
  inserted: number;
  deleted: number;
}

/** A kept version that changed the body. */
export interface Link {
  version: number;
  /** Names the R2 objects that the load of this version wrote. */
  fence: number;
  /** Size of the delta from the link before; null where there is none (a gap): the full table is the answer. */
  deltaBytes: number | null;
  /** `Cache-Hash-Value` of this version; null for a body that is no table. */
  hash: string | null;
  /** Absent: it is no table, what was before it was purged, or an earlier release loaded it. */
  rowChanges?: RowChanges;
}

/** What a load saw of the columns of one table. */
export interface ColumnFacts {
  rows: number;
  /** A character for each column, in the definition's order: `1` where a row had a value other than null and the empty text, else `0`. */
  filled: string;
}

/** The loaded state of a cache. Times are ms since the epoch, by the object's clock. */
export interface Loaded {
  /** Version of the last load. */
  version: number;
  /** Last version that changed the body: the number in the ETag. */
  changed: number;
  /** Names the R2 object `<key>/<fence>/body`. */
  fence: number;
  contentType: string;
  /** Size of the body; the id map stands behind it in the same R2 object, `mapBytes` long (0: none). */
  bytes: number;
  mapBytes: number;
  /** Rows of all tables; null for a body that is no table. */
  rows: number | null;
  /** `Cache-Hash-Value`; null for a body that is no table. */
  hash: string | null;
  /** When the last load ended, when the last that changed the body did, and until when the last counts as fresh. */
  loadedAt: number;
  changedAt: number;
  expiresAt: number;
  /** What looked wrong in the answer and was accepted, for an operator; absent: nothing, or an earlier release loaded it. */
  warnings?: readonly string[];
}

/** One row of `entries`, and the answer of an entry look-up. */
export interface Entry extends CacheIdentity {
  /** Definition number of the last load (or of the last failed one, while nothing is loaded). */
  number: number;
  /** Counts all changes of this entry: a lower one is neither used nor put over a higher one. */
  revision: number;
  /** Null: nothing was ever loaded, or it was purged. */
  loaded: Loaded | null;
  /** Kept versions, oldest first; the last is that of `loaded.changed`. */
  chain: Link[];
  /** Until then reads start no load, after a FAILURE (ms); null: no failure stands. */
  retryAt: number | null;
  /** Definition number of the load that failed, while that failure stands; absent: that of the entry. */
  failedNumber?: number;
  lastError: KeptError | null;
  /** Since when loads have failed, ms; absent: they do not, or an earlier release has noted the failure. */
  failingSince?: number;
  /** When the last of those loads failed, ms, and how many have failed in a row; absent as above. */
  failedAt?: number;
  failures?: number;
  lastTaskId: string | null;
  /**
   * What goes on counting when nothing is loaded, for an object that lost its own counters: the last version (0: none) and the
   * first row id that was never used. Absent: an earlier release wrote the entry.
   */
  counted?: { version: number; nextRowId: number };
}

/** What of a StoredResource an entry is judged by. */
export interface ResourceMark {
  number: number;
  purged: number;
  deleted: boolean;
}

/** The title of an entry whose user was forgotten: of that cache only its key and its counters are kept. */
export const NAMELESS = '';

/** The identity of a cache whose user was forgotten. */
export function namelessCache(key: string): CacheIdentity {
  return { key, resource: NAMELESS, parameters: {}, owner: null };
}

/** The highest version that an entry tells of, loaded or not; 0: none. */
export function lastVersionOf({ loaded, counted }: Pick<Entry, 'loaded' | 'counted'>): number {
  return Math.max(loaded?.version ?? 0, counted?.version ?? 0);
}
