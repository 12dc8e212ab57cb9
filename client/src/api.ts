/** What an app sees of the client: types only. */

import type { FreshetError } from './error.ts';
import type { Store } from './store/store.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
/** The parameters of a cache, as its resource declares them. */
export type Parameters = { readonly [name: string]: Json };
/** A row with its cells by the names of their columns. */
export type Row = { readonly [column: string]: unknown };

/** Why the client asks for a token. `user`: the token is of somebody else than the store. */
export type AuthReason = 'start' | 'expiring' | 'rejected' | 'user';

/** What the client is made with. */
export interface Options {
  /** Where the service is, with its version: `https://host/api/v1`. */
  url: string;
  /** Gives a token that is valid now; null: nobody is signed in. Called once at a time over all tabs. */
  auth(why: AuthReason): Promise<string | null>;
  /** Names the store of this user on the device. It never comes from the token, which changes while the user does not. */
  user: string;
  /** `X-Device-Id`; usual: a random one that the store keeps. */
  device?: string;
  /** Where rows are kept; usual: IndexedDB where there is one, else memory. */
  store?: Store;
  /** How news is learned; usual: `socket`, which polls while no socket can be had. */
  live?: 'socket' | 'poll' | 'off';
  /** Seconds between checks without a socket; usual: 900. */
  pollS?: number;
  /** Least seconds between two checks that pokes set off; usual: 2, growing to 60 while they go on. */
  pokeFloorS?: number;
  /** What becomes of a copy that the user may no longer have; usual: `keep`. */
  denied?: 'keep' | 'drop';
  /** Most bytes kept of caches that are not pinned, least used first out; usual: no bound but the device's quota. */
  maxBytes?: number;
  fetch?: typeof fetch;
  /** Tells of sleep, wake-up and the network; usual: the events of the browser. */
  lifecycle?: Lifecycle;
  /** For an app's own monitoring; never gets rows, parameters or tokens. */
  onEvent?(event: ClientEvent): void;
}

/** What the platform tells of the app's life. */
export interface Lifecycle {
  isVisible(): boolean;
  isOnline(): boolean;
  /** Calls `heard` whenever one of both may have changed; returns what ends that. */
  listen(heard: () => void): () => void;
}

/** The device's copy of all that its user reads. */
export interface Client {
  /** A cache of a resource, for one more holder. It is asked for until each holder has released it. */
  cache<T extends object = Row>(title: string, parameters?: Parameters, options?: CacheOptions): Cache<T>;
  /** What is known of a cache in memory right now, without asking for it: for a first render. The same object until something differs. */
  peek<T extends object = Row>(title: string, parameters?: Parameters, options?: CacheOptions): Snapshot<T>;
  readonly status: ClientStatus;
  /** Called when the status differs, of the client or of one of its caches. */
  subscribe(heard: () => void): () => void;
  /** Asks for all caches now: pull to refresh, a push, a service worker. Ends when all answers are stored. */
  check(): Promise<void>;
  /** Goes on after `needs-auth`, in all tabs. */
  resume(): void;
  /** What the store holds, least used last. */
  held(): Promise<Held[]>;
  /** Bytes held, the room that the platform gives, and whether it keeps them, as it says now. */
  usage(): Promise<{ bytes: number; quota: number | null; persisted: boolean }>;
  /** Ends all requests, in all tabs; with `wipe` the copy goes, too. */
  signOut(options: { wipe: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** How a cache is kept and shown. */
export interface CacheOptions {
  /** Pinned caches are never evicted by us; usual: `lru`. */
  keep?: 'pinned' | 'lru';
  /** Rows as objects by column, or as arrays in the order of the columns without the row id; usual: `object`. */
  rows?: 'object' | 'array';
  /** `text` gives numbers that a double cannot hold exactly as their digits; usual: `native`. */
  numbers?: 'native' | 'text';
}

/** One cache of the device. */
export interface Cache<T extends object> {
  /** The same object until something differs. */
  readonly snapshot: Snapshot<T>;
  /** Called once a version, after it is stored. */
  subscribe(heard: (change: Change) => void): () => void;
  /** Called when `snapshot` is another one: its rows or its status differ. */
  watch(heard: () => void): () => void;
  /** What is held, at once; else what is loaded. Offline it waits. Rejects where the cache is denied, by `signal`, and when the client is closed. */
  ready(options?: { signal?: AbortSignal }): Promise<Snapshot<T>>;
  /** What was loaded from the origin at most so many seconds ago. */
  fresh(maxAgeS: number): Promise<Snapshot<T>>;
  /** Has it loaded from the origin, then gives that version or a later one. */
  refresh(): Promise<Snapshot<T>>;
  /** Ends this holder's use; again, it changes nothing. The copy stays, as `keep` and `maxBytes` say. */
  release(): void;
  /** Drops the copy. */
  drop(): Promise<void>;
}

/** What changed, by row ids; `whole`: everything may have. */
export interface Change {
  inserted: readonly number[];
  deleted: readonly number[];
  whole: boolean;
}

/** A version of a cache, as the device has it. */
export interface Snapshot<T extends object> {
  version: number | null;
  etag: string | null;
  tables: Readonly<Record<string, Table<T>>>;
  /** Of a resource without tables. */
  body: Blob | null;
  status: CacheStatus;
}

/** The rows of a table. After a delta their order means nothing. */
export interface Table<T extends object> extends Iterable<T> {
  readonly columns: readonly string[];
  readonly size: number;
  get(rowId: number): T | undefined;
  ids(): Iterable<number>;
  toArray(): readonly T[];
  /** Rows by the value of a column, made once and kept up by deltas. */
  index(column: string): ReadonlyMap<unknown, readonly T[]>;
}

/** `persistent` and `best-effort` survive a reload, the second unless the browser needs the room; `memory` does not. */
export type Storage = 'persistent' | 'best-effort' | 'memory';
/** How a cache, or the client, stands to the service. */
export type SyncState =
  | 'reading'
  | 'idle'
  | 'loading'
  | 'checking'
  | 'live'
  | 'offline'
  | 'paused'
  | 'needs-auth'
  | 'denied'
  | 'failed';

/** What is true of a cache now. Times are ms since the epoch by the device's clock. */
export interface CacheStatus {
  data: 'none' | 'held';
  storage: Storage;
  sync: SyncState;
  checkedAt: number | null;
  loadedAt: number | null;
  expiresAt: number | null;
  retryAt: number | null;
  progress: { bytes: number; of: number | null } | null;
  error: FreshetError | null;
}

/** What is true of the client as a whole: the state that most needs to be seen, also where another tab asks for all (`paused`). */
export interface ClientStatus {
  sync: Exclude<SyncState, 'denied'>;
  storage: Storage;
  /** Whether this tab asks the network for all. */
  leads: boolean;
  checkedAt: number | null;
  retryAt: number | null;
  error: FreshetError | null;
}

/** A cache that the store holds. */
export interface Held {
  title: string;
  parameters: Parameters;
  version: number;
  etag: string;
  rows: number;
  bytes: number;
  keep: 'pinned' | 'lru';
  checkedAt: number;
  loadedAt: number;
  usedAt: number;
}

/** Something that an app may want to count. `cache` is a hash, `ms` a duration. */
export interface ClientEvent {
  name:
    | 'check'
    | 'load'
    | 'delta'
    | 'poke'
    | 'auth'
    | 'retry'
    | 'reset'
    | 'store.lost'
    | 'store.healed'
    | 'store.evicted'
    | 'integrity'
    | 'leader';
  cache?: string;
  ms?: number;
  bytes?: number;
  why?: string;
  requestId?: string;
}
