/**
 * Where a device keeps its caches. A store only writes and reads, whole or not at all, and compares revisions. The
 * layers above decide what a cache contains, whether it is correct and when it is removed.
 */

import type { Parameters } from '../parameters.ts';

/** Opens databases: `indexedDb()`, `memory()`, `sqlite(driver)`. */
export interface Store {
  /** Whether the data survives the app. */
  readonly lasts: boolean;
  /**
   * @param name of the database: letters, digits, `:` and `-`
   * @throws StoreError `lost`
   */
  open(name: string): Promise<StoreHandle>;
}

/** What the store knows of a cache's copy. Times are ms since the epoch by the device's clock. */
export interface Meta {
  /** Any other value is from a later release: the copy counts as none. */
  format: 1;
  /** Counts the commits of this cache. A commit names the `rev` that it started from. */
  rev: number;
  /** Counts the whole bodies of this cache: `entries` continue the last one. */
  gen: number;
  title: string;
  parameters: Parameters;
  /** First 16 hex digits of the cache's key at the service; pokes name it. */
  tag: string;
  /** Without quotes. */
  etag: string;
  version: number;
  revision: number;
  /** SHA-256 of the row ids; null: no tables. */
  hash: string | null;
  /** Of a body that is not a table; null: tables. */
  contentType: string | null;
  tables: readonly { name: string; columns: readonly string[] }[];
  rows: number;
  /** Of chunks and entries together. */
  bytes: number;
  chunks: number;
  /** Deltas since the whole body. */
  entries: number;
  /** Rows that these deltas insert and delete. */
  changed: number;
  checkedAt: number;
  loadedAt: number;
  expiresAt: number | null;
  usedAt: number;
  keep: 'pinned' | 'lru';
}

/** A piece of a body: rows of one table as in the body, `[1,"a"],[2,"b"]`, or all of a body that is not a table. */
export interface Chunk {
  /** Index in `Meta.tables`; -1: no table. */
  table: number;
  data: string | Blob;
}

/** A stored cache. */
export interface Stored {
  meta: Meta;
  /** Null: the reader already has them (`known`). */
  chunks: readonly Chunk[] | null;
  /** Deltas as the service wrote them, in order; with `known`, those that the reader lacks. */
  entries: readonly string[];
}

/** A change of one cache, done in one transaction. */
export interface StoredChange {
  /** Id of the cache in this store. */
  cache: string;
  /** The generation of the store when the change began; a wipe changes the generation. */
  generation: number;
  /** `meta.rev` when the change began; null: nothing was held. */
  expected: number | null;
  meta: Meta;
  /** `note`: the meta alone. `delta`: one more entry. `whole`: chunks that replace everything. */
  write: { kind: 'note' } | { kind: 'delta'; entry: string } | { kind: 'whole'; chunks: readonly Chunk[] };
}

/** What a store keeps of the device itself. */
export interface DeviceRow {
  /** Counts its changes. */
  rev: number;
  /** Grows with each wipe, in the same transaction. */
  generation: number;
  /** Id of the device, random, made once. */
  device: string;
  /** The user whose answers the store keeps, from the first answer; null: none yet. */
  user: string | null;
  /** The service's clock minus the device's, ms. */
  clockOffsetMs: number;
}

/** Whether the error means that the device has no room. */
export function isFull(error: unknown): boolean {
  return error instanceof StoreError && error.kind === 'full';
}

/** An open database. Each tab has its own handle on the same data. Each method is one transaction. */
export interface StoreHandle {
  /** The cache; null: not held, or stored in an unknown format. `known`: what the reader already has. */
  read(cache: string, known?: { gen: number; entries: number }): Promise<Stored | null>;
  /** `conflict`: another tab has changed the cache or wiped the store; nothing was written. @throws StoreError */
  commit(change: StoredChange): Promise<'done' | 'conflict'>;
  /** Drops caches, held or not. `conflict`: the store was wiped in the meantime. */
  drop(caches: readonly string[], generation: number): Promise<'done' | 'conflict'>;
  /** All caches held, by id. */
  list(): Promise<ReadonlyMap<string, Meta>>;
  /** The device's row; created if there is none. */
  device(): Promise<DeviceRow>;
  /** Writes the row if the stored `rev` is the one before `row.rev`. */
  setDevice(row: DeviceRow): Promise<'done' | 'conflict'>;
  /** Drops all caches, forgets the user and raises the generation. The id of the device stays. */
  wipe(): Promise<DeviceRow>;
  /** Calls `heard` once when the database is gone for good: deleted, unreadable, or closed and not to be reopened. */
  onLost(heard: (why: StoreError) => void): void;
  close(): Promise<void>;
}

/** `full`: the device has no room. `lost`: the database cannot be used any more. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: 'full' | 'lost';
  constructor(kind: 'full' | 'lost', message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}
