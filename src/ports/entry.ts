/** The current state of a cache (DESIGN "Words"): the cache's object decides it, D1 answers with it, the edge keeps copies. */

import type { KeptError } from '../contract/problem.ts';

/** A JSON value as it was received. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
/** Parameters of a cache by name. */
export type Parameters = { [name: string]: Json };

/** Identifies a cache: a resource with one set of parameter values, and one user for scope `user`. */
export interface CacheIdentity {
  /** SHA-256 of the canonical JSON of the members below, 64 hex digits (core/cache-key.ts). */
  key: string;
  resource: string;
  /** Validated, with defaults filled in. */
  parameters: Parameters;
  /** The user to whom the cache belongs; null for a shared one. */
  owner: string | null;
}

/** How many rows a version added and removed, compared with the version before. */
export interface RowChanges {
  inserted: number;
  deleted: number;
}

/** A kept version that changed the body. */
export interface Link {
  version: number;
  /** Names the R2 objects that this version's load wrote. */
  fence: number;
  /** Size of the delta from the previous link; null: there is no delta (a gap), so the answer is the full table. */
  deltaBytes: number | null;
  /** `Cache-Hash-Value` of this version; null for a body that is not a table. */
  hash: string | null;
  /** Absent: the body is not a table, the version before was purged, or an earlier release loaded it. */
  rowChanges?: RowChanges;
}

/** What a load noticed about the columns of one table. */
export interface ColumnFacts {
  rows: number;
  /**
   * One character for each column, in the definition's order: `1` if some row had a value other than null and the empty
   * text, else `0`.
   */
  filled: string;
}

/** The loaded state of a cache. Times are ms since the epoch, by the object's clock. */
export interface Loaded {
  /** Version number of the last load. */
  version: number;
  /** The last version that changed the body; this is the number in the ETag. */
  changed: number;
  /** Names the R2 object `<key>/<fence>/body`. */
  fence: number;
  contentType: string;
  /** Size of the body. The id map follows it in the same R2 object, `mapBytes` long (0: none). */
  bytes: number;
  mapBytes: number;
  /** Rows of all tables; null for a body that is not a table. */
  rows: number | null;
  /** `Cache-Hash-Value`; null for a body that is not a table. */
  hash: string | null;
  /** When the last load ended, when the last load that changed the body ended, and until when the cache is fresh. */
  loadedAt: number;
  changedAt: number;
  expiresAt: number;
  /** Oddities in the answer that were accepted, for an operator; absent: none, or an earlier release loaded it. */
  warnings?: readonly string[];
}

/** One row of `entries`, and the result of an entry look-up. */
export interface Entry extends CacheIdentity {
  /** Definition number of the last load; while nothing is loaded, that of the last failed load. */
  number: number;
  /** Counts all changes of this entry. A lower revision is never used, and never replaces a higher one. */
  revision: number;
  /** Null: nothing was ever loaded, or the cache was purged. */
  loaded: Loaded | null;
  /** Kept versions, oldest first; the last one is `loaded.changed`. */
  chain: Link[];
  /** After a FAILURE, reads start no load until then (ms); null: there is no such failure. */
  retryAt: number | null;
  /** Definition number of the failed load while `retryAt` holds; absent: the same as the entry's. */
  failedNumber?: number;
  lastError: KeptError | null;
  /** Since when loads have failed, ms; absent: they do not fail, or an earlier release recorded the failure. */
  failingSince?: number;
  /** When the last of these loads failed, ms, and how many failed in a row; absent as above. */
  failedAt?: number;
  failures?: number;
  lastTaskId: string | null;
  /**
   * Counters that continue even when nothing is loaded, for an object that lost its own: the last version (0: none) and
   * the first row id that was never used. Absent: an earlier release wrote the entry.
   */
  counted?: { version: number; nextRowId: number };
}

/** The part of a StoredResource that is needed to judge an entry. */
export interface ResourceMark {
  number: number;
  purged: number;
  deleted: boolean;
}

/** The title in an entry whose user was forgotten: only the key and the counters of that cache are kept. */
export const NAMELESS = '';

/** The identity of a cache whose user was forgotten. */
export function namelessCache(key: string): CacheIdentity {
  return { key, resource: NAMELESS, parameters: {}, owner: null };
}

/** The highest version that an entry mentions, loaded or not; 0: none. */
export function lastVersionOf({ loaded, counted }: Pick<Entry, 'loaded' | 'counted'>): number {
  return Math.max(loaded?.version ?? 0, counted?.version ?? 0);
}
