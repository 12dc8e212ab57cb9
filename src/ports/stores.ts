/** The stores as flows see them. Each is made by a factory in `stores/`; wrappers (edge cache, tests) have the same interface. */

import type { DefinedResource, Resource, StoredResource } from '../contract/resource.ts';
import type { AskedEntry, ReadEntry, SoughtEntry } from './asked-entries.ts';
import type { Entry, ResourceMark } from './entry.ts';
import type { SyncMessage } from './messages.ts';
import type { BlobName } from './object.ts';

/** Which definitions a list is about. */
export interface ResourceFilter {
  /** Null: whatever their groups. */
  groups?: ReadonlySet<string> | null;
  /** Only those that name this source. */
  source?: string | undefined;
  /** Only those whose names fit: title, source and URL of the origin, empty where there is none. Not together with `groups`. */
  fits?: ((...names: string[]) => boolean) | undefined;
}

/** Definitions (table `resources`). */
export interface Resources {
  /** From the isolate, at most DEFINITION_CACHE_MS old; `atLeast` asks D1 if the kept one has a lower number. */
  find(title: string, atLeast?: number): Promise<StoredResource | null>;
  /** The same of several, by title: D1 is asked once, for those that the isolate has no copy of. */
  findAll(titles: readonly string[]): Promise<Map<string, StoredResource | null>>;
  /** From D1's primary: what a load goes by. Tombstones included. */
  read(title: string): Promise<StoredResource | null>;
  /**
   * A page in order of title, after `after`; no tombstones. `next` is the title to go on after; a page of many bytes is short.
   * With `groups`, only what names no groups or one of these: `next` then names nothing that is closed to them. A page by `fits` ends
   * early, be it empty, once it has looked at 1,000 resources.
   */
  list(
    after: string | null,
    limit: number,
    filter?: ResourceFilter,
  ): Promise<{ resources: StoredResource[]; next: string | null }>;
  /**
   * Writes a definition if `expected` is still the stored `changedAt` (null: there is none, or a tombstone).
   * `matters`: origin, parameters, scope, format or tables differ, so the number grows. Null: somebody else was faster, or the
   * source that it names is not there, or has as many resources as it may.
   */
  put(
    title: string,
    definition: Resource,
    matters: boolean,
    expected: number | null,
    now: number,
  ): Promise<StoredResource | null>;
  /** Makes a tombstone and starts the sweep of its caches. False: there was none (or `expected` does not hold). */
  remove(title: string, expected: number | null, now: number): Promise<boolean>;
  /** One write makes all caches count as absent (hard) or expired (soft); a hard one starts the sweep. False: no such resource. */
  expireAll(title: string, soft: boolean, now: number): Promise<boolean>;
  /** Resources whose caches are still to be purged, tombstones included. */
  listSweeping(limit: number): Promise<StoredResource[]>;
  /** Ends a sweep: no entry below `purged` is left. A tombstone without entries goes. */
  endSweep(title: string, purged: number): Promise<void>;
  /** Runs of schedules that are due or under way, those that came first before the others. */
  listDue(now: number, limit: number): Promise<ScheduledRun[]>;
  /**
   * Notes how far a run has got: the key after which it goes on, or that it is over and the schedule next comes at
   * `nextRunAt` (null: never). False: somebody else is further, or the schedule has changed.
   */
  moveRun(run: ScheduledRun, to: { after: string } | { nextRunAt: number | null }): Promise<boolean>;
}

/** The refresh of a resource's caches that its schedule asks for, in pages. Times are ms since the epoch. */
export interface ScheduledRun {
  resource: DefinedResource;
  /** When the schedule came: the first time that no run has answered. */
  dueAt: number;
  /** When the run began; it answers all times up to then. */
  startedAt: number;
  /** The key after which it goes on; null: it has just begun. */
  after: string | null;
}

/** Which entries a list is about. */
export interface EntryFilter {
  resource?: string;
  owner?: string;
  /** `failing`: a failure stands (`lastError`); `stale`: loaded and expired, or purged; `fresh`: loaded and not expired. */
  state?: 'fresh' | 'stale' | 'failing';
  /** Only entries whose number is below this one: what a sweep has still to purge. */
  numberBelow?: number;
  /** Only entries read in this hour (ms) or later. */
  readSince?: number;
}
/** An entry with what only D1 knows of it. */
export interface EntryRow extends Entry {
  /** When it was last read, to the hour, ms; null: never. */
  readAt: number | null;
}

/** What of an entry tells whether a device is behind. */
export interface LoadedVersion extends Pick<Entry, 'key' | 'resource' | 'number' | 'revision'> {
  /** Null: nothing is loaded. */
  version: number | null;
  changed: number | null;
  /** 1: its last load failed. */
  failing: 0 | 1;
}

/** Entries (table `entries`). */
export interface Entries {
  /**
   * With the resource's mark, in one statement; `mark` is null for an unknown resource. From the primary; where replicas may
   * answer, from the one that D1 picks for `session` (its constraint or a bookmark), and then with the next bookmark.
   */
  read(
    key: string,
    resource: string,
    session?: string,
  ): Promise<{ entry: Entry | null; mark: ResourceMark | null; bookmark?: string }>;
  /**
   * The same of many at once, by key: one statement a database, which leaves out chains of more than MAX_READ_LINKS. From the
   * primary; with `replicas`, from one that knows as much as all the bookmarks.
   */
  readAll(asked: readonly AskedEntry[], replicas: boolean): Promise<Map<string, ReadEntry>>;
  /** One entry by its key alone. */
  find(key: string): Promise<EntryRow | null>;
  /**
   * Those of the keys that have an entry, in one batch; chains left out. Of rows with too many bytes in all the last ones are left
   * `unread`: of that many keys it is not known whether they have an entry. The first key is never among them.
   */
  findAll(keys: readonly string[]): Promise<{ entries: EntryRow[]; unread: string[] }>;
  /** What is loaded of those of the keys that have an entry, in one batch. */
  findVersions(keys: readonly string[]): Promise<LoadedVersion[]>;
  /** A page in order of key after `after`. `next` is the cursor of the next page; a filtered page, and one of many bytes, may be short. Chains left out. */
  list(
    filter: EntryFilter,
    after: string | null,
    limit: number,
    now: number,
  ): Promise<{ entries: EntryRow[]; next: string | null }>;
  /** How many entries with something loaded a resource has. */
  count(resource: string): Promise<number>;
  /**
   * Upsert, only over a lower revision and no higher version; keeps `readAt`. The entry that D1 then has: this one, or the one
   * that stands. `renames`: a forgotten cache loses its name in D1, or one that is asked for again gets it back.
   */
  put(entry: Entry, renames?: boolean): Promise<Entry>;
  /** Removes entries without a loaded version of a removed resource, once its sweep is over. */
  remove(keys: readonly string[]): Promise<void>;
  /**
   * One step of the slow walk over all entries, at most `limit` rows read: keys of those with something loaded that were
   * neither read nor loaded since `before` (ms). Rows that hold nothing and were neither read nor changed since then are removed,
   * but for those of private caches (`isEmpty`): their objects have to forget the user first, and nothing else leads there.
   */
  walkUnread(before: number, limit: number): Promise<{ key: string; isEmpty: boolean }[]>;
  /** Notes the hour in which keys were read, where it is later than the noted one. */
  touch(read: SyncMessage['read']): Promise<void>;
  /** Of several databases: one step of the slow walk that brings entries to the one where they belong. */
  moveStrays?(): Promise<void>;
}

/** An entry as the look-up gives it. */
export interface LookedUp {
  entry: Entry | null;
  /** Of the resource, from the same statement; null: unknown resource, or an answer of the object put it here. */
  mark: ResourceMark | null;
  /** True for the one request that fetched it from D1: only it may ask the object for a load. */
  fetched: boolean;
  /** D1's primary was to be asked, and has not answered: this is what was last known. */
  isUnconfirmed?: true;
}

/** A task that somebody here was told of, as it stood then. */
export interface NotedTask {
  taskId: string;
  /** It has failed and waits to be tried again. */
  isInRetry: boolean;
}

/** The entry look-up (DESIGN "Reading"): isolate memory and the location's edge cache before D1. */
export interface EntryLookup {
  /** What is current here, at most ENTRY_CACHE_MS old; the last known one when D1 does not answer in time. */
  find(key: string, resource: string): Promise<LookedUp>;
  /**
   * For those who wait, as often as they like: the copy in isolate memory. Once it has run out, one of all who wait in this
   * isolate finds a new one for them; what the others are given meanwhile is as `find` would have it a moment before.
   */
  glance(key: string, resource: string): Promise<LookedUp>;
  /** Past the copies, from D1's primary: for a request that names a newer version than the one found. */
  findNewest(key: string, resource: string): Promise<LookedUp>;
  /**
   * Many at once, by key, for a request that names the versions that it has: what isolate memory has as current, else what the
   * edge has if it has all the others, else one statement a database for all that memory lacks. Null: nothing is known and D1 does
   * not answer.
   */
  findAll(asked: readonly AskedEntry[]): Promise<Map<string, LookedUp | null>>;
  /** Many at once past the copies: those that memory has not yet reached are asked of D1's primary, in one statement a database. */
  findAllNewest(sought: readonly SoughtEntry[]): Promise<Map<string, LookedUp>>;
  /** The entry as isolate memory has it, current or last known; null: it has none. */
  peek(key: string): Entry | null;
  /** That neither D1's primary nor the object has the revision yet; `isMissing` holds for an ENTRY_CACHE_MS. */
  noteMissing(key: string, revision: number): void;
  isMissing(key: string, revision: number): boolean;
  /** An answer of the object: known here at once, unless a higher revision is. */
  put(entry: Entry): Promise<void>;
  /** The task that somebody here asked for a key's load, so that other waiters can tell of it. */
  noteTask(key: string, task: NotedTask): void;
  notedTask(key: string): NotedTask | null;
}

/** Which part of a blob is wanted, bytes. */
export interface BlobRange {
  offset: number;
  length: number;
  /**
   * Size of the thing that it is a part of, from the blob's beginning on: a delta, or a body without the id map behind it. Only
   * what is so known is kept in memory and at the edge.
   */
  whole?: number;
}

/** What a blob is read as: at once where it is in memory, for all its readers the same and not to be changed; else a stream. */
export type BlobContent = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

/** Bodies and deltas (R2, immutable: `<key>/<fence>/<name>`). */
export interface Blobs {
  /** The whole blob or a range of it; null when there is none (any more). */
  get(key: string, fence: number, name: BlobName, range?: BlobRange): Promise<BlobContent | null>;
  /** Puts a blob of known content at once. */
  put(key: string, fence: number, name: BlobName, content: Uint8Array): Promise<void>;
  /** Begins a blob of unknown length; parts (all but the last of PART_BYTES) are uploaded as they come. */
  begin(key: string, fence: number, name: BlobName): Promise<BlobUpload>;
  /** Removes blobs; absent ones are no error. Only the object calls it. */
  remove(names: readonly { key: string; fence: number; name: BlobName }[]): Promise<void>;
}
/** A blob that is being written in parts. */
export interface BlobUpload {
  part(content: Uint8Array): Promise<void>;
  complete(): Promise<void>;
  abort(): Promise<void>;
}

/** A delta's body as it is answered, of so many bytes. */
export interface FoldedDelta {
  body: BlobContent;
  bytes: number;
}

/** How a delta is folded where nobody has it. */
export interface Fold {
  /** Bytes of all stored deltas that it is made of. */
  storedBytes: number;
  /** The body, in pieces; null: it cannot be had. */
  make(): Promise<Uint8Array<ArrayBuffer>[] | null>;
}

/** Bodies of deltas folded for an answer, in isolate memory and at the location's edge; both may forget any of them. */
export interface FoldedDeltas {
  /**
   * The delta between two kept versions that changed the body: as it is kept, else as it is made, and kept from then on. Null: it
   * cannot be had, or not now: too many bytes are being folded in this isolate.
   */
  get(key: string, from: number, to: number, fold: Fold): Promise<FoldedDelta | null>;
}
