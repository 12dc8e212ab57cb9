/** The client's API for apps: types only. */

import type { FreshetError } from './error.ts';
import type { Parameters } from './parameters.ts';
import type { Store } from './store/store.ts';

export type { Json, Parameters } from './parameters.ts';

/** A row: its cells by column name. */
export type Row = { readonly [column: string]: unknown };

/** Why the client asks for a token. `user`: the token belongs to another user than the store. */
export type AuthReason = 'start' | 'expiring' | 'rejected' | 'user';

/** Options of `createClient`. */
export interface Options {
  /** Address of the service, with its version: `https://host/api/v1`. */
  url: string;
  /** Returns a token that is valid now; null: nobody is signed in. Only one call runs at a time, across all tabs. */
  auth(why: AuthReason): Promise<string | null>;
  /** Names this user's store on the device. Never derive it from the token: the token changes, the user does not. */
  user: string;
  /** `X-Device-Id`; default: a random id that the store keeps. */
  device?: string;
  /** Where rows are kept; default: IndexedDB if the platform has it, otherwise memory. */
  store?: Store;
  /** How the client learns of changes; default: `socket`, which polls while no socket is possible. */
  live?: 'socket' | 'poll' | 'off';
  /** Seconds between checks without a socket; default: 900. */
  pollS?: number;
  /** Least seconds between two checks that pokes cause; default: 2, growing to 60 while pokes continue. */
  pokeFloorS?: number;
  /** What happens to a copy that the user may no longer read; default: `keep`. */
  denied?: 'keep' | 'drop';
  /** Most bytes of caches that are not pinned, least recently used evicted first; default: no limit but the quota. */
  maxBytes?: number;
  fetch?: typeof fetch;
  /** Reports sleep, wake-up and network changes; default: the events of the browser. */
  lifecycle?: Lifecycle;
  /** For the app's own monitoring; never contains rows, parameters or tokens. */
  onEvent?(event: ClientEvent): void;
}

/** What the platform knows of the app's life cycle. */
export interface Lifecycle {
  isVisible(): boolean;
  isOnline(): boolean;
  /** Calls `heard` whenever either may have changed. @returns a function that stops this */
  listen(heard: () => void): () => void;
}

/** The device's copy of everything that its user reads. */
export interface Client {
  /** A cache of a resource, with one more holder. The client keeps it up to date until each holder has released it. */
  cache<T extends object = Row>(title: string, parameters?: Parameters, options?: CacheOptions): Cache<T>;
  /** What memory has of a cache now, without a request: for a first render. The same object until something differs. */
  peek<T extends object = Row>(title: string, parameters?: Parameters, options?: CacheOptions): Snapshot<T>;
  readonly status: ClientStatus;
  /** Calls `heard` when the status of the client or of one of its caches differs. */
  subscribe(heard: () => void): () => void;
  /** Asks for all caches now: pull to refresh, a push, a service worker. Resolves when all answers are stored. */
  check(): Promise<void>;
  /** Continues after `needs-auth`, in all tabs. */
  resume(): void;
  /** The caches in the store, the least recently used last. */
  held(): Promise<Held[]>;
  /** Bytes held, the platform's quota, and whether the platform keeps them, as of now. */
  usage(): Promise<{ bytes: number; quota: number | null; persisted: boolean }>;
  /** Ends all requests, in all tabs; with `wipe` deletes the copies, too. */
  signOut(options: { wipe: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** How a cache is kept, and how its rows are shown. */
export interface CacheOptions {
  /** The client never evicts pinned caches; default: `lru`. */
  keep?: 'pinned' | 'lru';
  /** Rows as objects by column, or as arrays in column order without the row id; default: `object`. */
  rows?: 'object' | 'array';
  /** `text` returns numbers that a double cannot hold exactly as strings of digits; default: `native`. */
  numbers?: 'native' | 'text';
}

/** One cache of the device. */
export interface Cache<T extends object> {
  /** The same object until something differs. */
  readonly snapshot: Snapshot<T>;
  /** Calls `heard` once for each version, after it is stored. */
  subscribe(heard: (change: Change) => void): () => void;
  /** Calls `heard` when `snapshot` is a new object: its rows or its status differ. */
  watch(heard: () => void): () => void;
  /** Resolves with what is held, otherwise once loaded; waits offline. Rejects if denied, on `signal`, and on close. */
  ready(options?: { signal?: AbortSignal }): Promise<Snapshot<T>>;
  /** Resolves with data that was loaded from the origin at most `maxAgeS` seconds ago. */
  fresh(maxAgeS: number): Promise<Snapshot<T>>;
  /** Makes the service load from the origin. Resolves with that version or a later one. */
  refresh(): Promise<Snapshot<T>>;
  /** Ends this holder's use; a second call does nothing. The copy stays, subject to `keep` and `maxBytes`. */
  release(): void;
  /** Deletes the copy. */
  drop(): Promise<void>;
}

/** What changed, as row ids; `whole`: anything may have changed. */
export interface Change {
  inserted: readonly number[];
  deleted: readonly number[];
  whole: boolean;
}

/** A version of a cache on the device. */
export interface Snapshot<T extends object> {
  version: number | null;
  etag: string | null;
  tables: Readonly<Record<string, Table<T>>>;
  /** The body of a resource without tables. */
  body: Blob | null;
  status: CacheStatus;
}

/** The rows of a table. After a delta their order has no meaning. */
export interface Table<T extends object> extends Iterable<T> {
  readonly columns: readonly string[];
  readonly size: number;
  get(rowId: number): T | undefined;
  ids(): Iterable<number>;
  toArray(): readonly T[];
  /** Rows by the value of a column. The first call builds the index; deltas update it. */
  index(column: string): ReadonlyMap<unknown, readonly T[]>;
}

/** `persistent` and `best-effort` survive a reload, but the browser may delete the second; `memory` does not. */
export type Storage = 'persistent' | 'best-effort' | 'memory';
/** The state of a cache, or of the client, towards the service. */
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

/** The status of a cache now. Times are ms since the epoch by the device's clock. */
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

/** The status of the client: the most important state, also while another tab leads (`paused`). */
export interface ClientStatus {
  sync: Exclude<SyncState, 'denied'>;
  storage: Storage;
  /** Whether this tab asks the network on behalf of all. */
  leads: boolean;
  checkedAt: number | null;
  retryAt: number | null;
  error: FreshetError | null;
}

/** A cache in the store. */
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

/** An event that an app may want to count. `cache` is a hash, `ms` a duration. */
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
