/**
 * Where a device keeps its caches. A store is dumb: it keeps and gives back, whole or not at all, and compares revisions. What
 * is in a cache, whether it is right and when it goes is decided above it.
 */

import type { Parameters } from '../api.ts';

/** Makes a handle of a database. `indexedDb()`, `memory()`, `sqlite(driver)`. */
export interface Store {
  /** Whether what is kept survives the app. */
  readonly lasts: boolean;
  /**
   * @param name of the database: letters, digits, `:` and `-`
   * @throws StoreError `lost`
   */
  open(name: string): Promise<StoreHandle>;
}

/** What is known of a cache's copy. Times are ms since the epoch by the device's clock. */
export interface Meta {
  /** Another one is of a later release: the copy counts as none. */
  format: 1;
  /** Counts the commits of this cache. A commit names the one that it began from. */
  rev: number;
  /** Counts the whole bodies that it had: `entries` go on from the last one. */
  gen: number;
  title: string;
  parameters: Parameters;
  /** First 16 hex digits of the cache's key at the service, which pokes name. */
  tag: string;
  /** Without quotes. */
  etag: string;
  version: number;
  revision: number;
  /** SHA-256 of the row ids; null: no tables. */
  hash: string | null;
  /** Of a body that is no table; null: tables. */
  contentType: string | null;
  tables: readonly { name: string; columns: readonly string[] }[];
  rows: number;
  /** Of chunks and entries together. */
  bytes: number;
  chunks: number;
  /** Deltas since the whole body. */
  entries: number;
  /** Rows that these deltas bring and take. */
  changed: number;
  checkedAt: number;
  loadedAt: number;
  expiresAt: number | null;
  usedAt: number;
  keep: 'pinned' | 'lru';
}

/** A piece of a whole body: rows of one table as the body's own text, `[1,"a"],[2,"b"]`; of a body that is no table, all of it. */
export interface Chunk {
  /** Index in `Meta.tables`; -1: no table. */
  table: number;
  data: string | Blob;
}

/** A cache as it is kept. */
export interface Stored {
  meta: Meta;
  /** Null: the reader has them (`known`). */
  chunks: readonly Chunk[] | null;
  /** Deltas as the service wrote them, in order; with `known`, those that the reader lacks. */
  entries: readonly string[];
}

/** A change of one cache, done in one transaction. */
export interface StoredChange {
  /** Id of the cache in this store. */
  cache: string;
  /** The generation of the store that it began under: after a wipe it is another one. */
  generation: number;
  /** `meta.rev` that it began from; null: nothing was held. */
  expected: number | null;
  meta: Meta;
  /** `note`: the meta alone. `delta`: one entry more. `whole`: chunks in place of all that was. */
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
  /** Whose answers are kept, as the first answer told; null: none yet. */
  user: string | null;
  /** The service's clock minus the device's, ms. */
  clockOffsetMs: number;
}

/** Whether the device has no room. */
export function isFull(error: unknown): boolean {
  return error instanceof StoreError && error.kind === 'full';
}

/** An open database. All tabs have one each on the same data. Each method is one transaction. */
export interface StoreHandle {
  /** The cache; null: not held, or kept in a format that is not known. `known`: what the reader has of it already. */
  read(cache: string, known?: { gen: number; entries: number }): Promise<Stored | null>;
  /** `conflict`: somebody else has changed the cache, or wiped the store, since; nothing was written. @throws StoreError */
  commit(change: StoredChange): Promise<'done' | 'conflict'>;
  /** Drops caches, be they held or not. `conflict`: the store was wiped since. */
  drop(caches: readonly string[], generation: number): Promise<'done' | 'conflict'>;
  /** All caches held, by id. */
  list(): Promise<ReadonlyMap<string, Meta>>;
  /** The device's row; made with `device` where there is none. */
  device(): Promise<DeviceRow>;
  /** Changes it if its `rev` is still the one before `row.rev`. */
  setDevice(row: DeviceRow): Promise<'done' | 'conflict'>;
  /** Drops all caches, forgets the user and raises the generation. The id of the device stays. */
  wipe(): Promise<DeviceRow>;
  /** Calls `heard` once when the database is gone for good: closed by the platform and not to be reopened, deleted, unreadable. */
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
