/** The stores as flows see them. A factory in `stores/` makes each; wrappers (edge cache, tests) have the same interface. */

import type { DefinedResource, Resource, StoredResource } from '../contract/resource.ts';
import type { Entry, ResourceMark } from './entry.ts';
import type { SyncMessage } from './messages.ts';

/** Which definitions a list contains. */
export interface ResourceFilter {
  /** Null: of any groups. */
  groups?: ReadonlySet<string> | null;
  /** Only definitions that name this source. */
  source?: string | undefined;
  /** Only definitions whose names fit: title, source and URL of the origin; a missing one is an empty text. Not together with `groups`. */
  fits?: ((...names: string[]) => boolean) | undefined;
}

/** Definitions (table `resources`). */
export interface Resources {
  /** From the isolate's copy, at most DEFINITION_CACHE_MS old. If the copy's number is below `atLeast`, D1 is asked. */
  find(title: string, atLeast?: number): Promise<StoredResource | null>;
  /** The same for several, by title: one call of D1 for those that the isolate has no copy of. */
  findAll(titles: readonly string[]): Promise<Map<string, StoredResource | null>>;
  /** From D1's primary: what a load uses. Includes tombstones. */
  read(title: string): Promise<StoredResource | null>;
  /**
   * A page in order of title, after `after`, without tombstones. `next` is the title to continue after. A page of many
   * bytes is short. With `groups`: only resources without groups or with one of these, and `next` names no other
   * resource. With `fits`: the page ends once 1,000 resources were read, even if it is empty.
   */
  list(
    after: string | null,
    limit: number,
    filter?: ResourceFilter,
  ): Promise<{ resources: StoredResource[]; next: string | null }>;
  /**
   * Writes a definition if `expected` is still the stored `changedAt` (null: there is none, or a tombstone). `matters`:
   * origin, parameters, scope, format or tables differ, so the number grows. Null: another writer was faster, or the
   * source that it names does not exist or has its maximum of resources.
   */
  put(
    title: string,
    definition: Resource,
    matters: boolean,
    expected: number | null,
    now: number,
  ): Promise<StoredResource | null>;
  /** Makes a tombstone and starts the sweep of its caches. False: there was no definition, or `expected` does not match. */
  remove(title: string, expected: number | null, now: number): Promise<boolean>;
  /** One write makes all caches count as absent (hard) or expired (soft); a hard one also starts the sweep. False: no such resource. */
  expireAll(title: string, soft: boolean, now: number): Promise<boolean>;
  /** Resources whose caches must still be purged, including tombstones. */
  listSweeping(limit: number): Promise<StoredResource[]>;
  /** Ends a sweep: no entry with a number below `purged` is left. Removes a tombstone that has no entries. */
  endSweep(title: string, purged: number): Promise<void>;
  /** Runs of schedules that are due or in progress, those that came due first before the others. */
  listDue(now: number, limit: number): Promise<ScheduledRun[]>;
  /**
   * Stores the progress of a run: the key after which it continues, or its end and the next time of the schedule,
   * `nextRunAt` (null: never). False: another process is further, or the schedule has changed.
   */
  moveRun(run: ScheduledRun, to: { after: string } | { nextRunAt: number | null }): Promise<boolean>;
}

/** A scheduled refresh of a resource's caches, which is made in pages. Times are ms since the epoch. */
export interface ScheduledRun {
  resource: DefinedResource;
  /** The time of the schedule: the first one that no run has served. */
  dueAt: number;
  /** When the run began; it serves all scheduled times up to then. */
  startedAt: number;
  /** The key after which it continues; null: at the beginning. */
  after: string | null;
}

/** Which entries a list contains. */
export interface EntryFilter {
  resource?: string;
  owner?: string;
  /** `failing`: the last load failed (`lastError`); `stale`: loaded and expired, or purged; `fresh`: loaded and not expired. */
  state?: 'fresh' | 'stale' | 'failing';
  /** Only entries with a number below this: those that a sweep must still purge. */
  numberBelow?: number;
  /** Only entries that were read in this hour (ms) or later. */
  readSince?: number;
}

/** An entry with what only D1 knows about it. */
export interface EntryRow extends Entry {
  /** The hour in which it was last read, ms; null: never. */
  readAt: number | null;
}

/** The part of an entry that shows whether a device is behind. */
export interface LoadedVersion extends Pick<Entry, 'key' | 'resource' | 'number' | 'revision'> {
  /** Null: nothing is loaded. */
  version: number | null;
  changed: number | null;
  /** 1: its last load failed. */
  failing: 0 | 1;
}

/** One of several keys that are looked up together. */
export interface AskedEntry {
  key: string;
  /** Title of the resource in the request. */
  resource: string;
  /** A replica may answer only if it has reached this bookmark; absent: any replica may answer. */
  bookmark?: string | undefined;
}

/** What one statement for many keys returns for one of them. */
export interface ReadEntry {
  entry: Entry | null;
  mark: ResourceMark | null;
  bookmark?: string;
  /** The chain is longer than a statement for many keys reads (MAX_READ_LINKS), so `entry.chain` is empty. */
  isCut: boolean;
}

/** An entry that must be at least as new as the request knows. */
export interface SoughtEntry extends AskedEntry {
  isReached(entry: Entry | null): boolean;
}

/** Entries (table `entries`). */
export interface Entries {
  /**
   * An entry with the resource's mark, in one statement; `mark` is null for an unknown resource. Read from the primary.
   * Where replicas may answer, from the one that D1 picks for `session` (its constraint or a bookmark); the answer then
   * has the next bookmark.
   */
  read(
    key: string,
    resource: string,
    session?: string,
  ): Promise<{ entry: Entry | null; mark: ResourceMark | null; bookmark?: string }>;
  /**
   * The same for many keys: one statement for each database, which leaves out chains of more than MAX_READ_LINKS. Read
   * from the primary; with `replicas`, from a replica that has reached all the bookmarks.
   */
  readAll(asked: readonly AskedEntry[], replicas: boolean): Promise<Map<string, ReadEntry>>;
  /** One entry by its key alone. */
  find(key: string): Promise<EntryRow | null>;
  /**
   * The entries of those keys that have one, in one batch, without chains. If the rows have too many bytes, the last
   * keys are returned as `unread`: for these it is unknown whether they have an entry. The first key is never `unread`.
   */
  findAll(keys: readonly string[]): Promise<{ entries: EntryRow[]; unread: string[] }>;
  /** The loaded versions of those keys that have an entry, in one batch. */
  findVersions(keys: readonly string[]): Promise<LoadedVersion[]>;
  /** A page in order of key after `after`, without chains. `next` is the cursor of the next page. A filtered page, and one of many bytes, may be short. */
  list(
    filter: EntryFilter,
    after: string | null,
    limit: number,
    now: number,
  ): Promise<{ entries: EntryRow[]; next: string | null }>;
  /** How many entries of a resource have something loaded. */
  count(resource: string): Promise<number>;
  /**
   * Upsert, only over a lower revision and no higher version; keeps `readAt`. Returns the entry that D1 then has: this
   * one, or the one that it keeps. `renames`: a forgotten cache loses its name in D1, or gets it back when it is asked
   * for again.
   */
  put(entry: Entry, renames?: boolean): Promise<Entry>;
  /** Removes entries without a loaded version, of a removed resource whose sweep is over. */
  remove(keys: readonly string[]): Promise<void>;
  /**
   * One step of the slow walk over all entries, which reads at most `limit` rows. Returns keys of loaded entries that
   * were neither read nor loaded since `before` (ms). Removes rows that hold nothing and were neither read nor changed
   * since then, except those of private caches: it returns these as `isEmpty`, because their objects must forget the
   * user first and only these rows lead to the objects.
   */
  walkUnread(before: number, limit: number): Promise<{ key: string; isEmpty: boolean }[]>;
  /** Stores the hour in which keys were read, if it is later than the stored one. */
  touch(read: SyncMessage['read']): Promise<void>;
  /** With several databases: one step of the slow walk that moves entries to the database where they belong. */
  moveStrays?(): Promise<void>;
}

/** The result of an entry look-up. */
export interface LookedUp {
  entry: Entry | null;
  /** Mark of the resource, from the same statement; null: the resource is unknown, or an answer of the object put the entry here. */
  mark: ResourceMark | null;
  /** True for the one request that fetched it from D1: only this request may ask the object for a load. */
  fetched: boolean;
  /** D1's primary should have been asked, but did not answer: this is the last known entry. */
  isUnconfirmed?: true;
}

/** A task that a request of this isolate was told of, in its state at that time. */
export interface NotedTask {
  taskId: string;
  /** It has failed and waits for its next attempt. */
  isInRetry: boolean;
}

/** The entry look-up (DESIGN "Reading"): isolate memory, then the location's edge cache, then D1. */
export interface EntryLookup {
  /** The current entry here, at most ENTRY_CACHE_MS old; the last known one if D1 does not answer in time. */
  find(key: string, resource: string): Promise<LookedUp>;
  /**
   * The copy in isolate memory, for requests that wait and poll. When it has expired, one of the waiting requests
   * fetches a new one for all. Until that arrives, the others get what `find` would have returned a moment earlier.
   */
  glance(key: string, resource: string): Promise<LookedUp>;
  /** From D1's primary, past the copies: for a request that names a newer version than the one found. */
  findNewest(key: string, resource: string): Promise<LookedUp>;
  /**
   * Many keys at once, for a request that names the versions it has: from isolate memory what is current there; the
   * rest from the edge, if the edge has all of it; otherwise from D1, one statement for each database. Null: nothing is
   * known and D1 does not answer.
   */
  findAll(asked: readonly AskedEntry[]): Promise<Map<string, LookedUp | null>>;
  /** Many at once, past the copies: entries that memory has not reached yet are read from D1's primary, one statement for each database. */
  findAllNewest(sought: readonly SoughtEntry[]): Promise<Map<string, LookedUp>>;
  /** The entry in isolate memory, current or last known; null: none. */
  peek(key: string): Entry | null;
  /** Notes that neither D1's primary nor the object has this revision yet. `isMissing` then holds for ENTRY_CACHE_MS. */
  noteMissing(key: string, revision: number): void;
  isMissing(key: string, revision: number): boolean;
  /** Takes an answer of the object: it is known here at once, unless a higher revision is. */
  put(entry: Entry): Promise<void>;
  /** Notes the task that a request here asked for, so that other waiting requests can report it. */
  noteTask(key: string, task: NotedTask): void;
  notedTask(key: string): NotedTask | null;
}
