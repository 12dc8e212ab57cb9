/**
 * A model of one cache key and its surroundings: D1, R2, the queue, consumers, the alarm, readers. Only the
 * surroundings are modelled;
 * the key itself is the real machine. Everything is plain and immutable, so that a world can be identified by its JSON.
 */

import {
  type CacheDocument,
  emptyDocument,
  type OwedBlob,
  type TaskRecord,
} from '../../../src/core/task-machine/document.ts';
import type { CacheIdentity, Entry } from '../../../src/ports/entry.ts';
import type { LoadChange } from '../../../src/ports/object.ts';

export const CACHE: CacheIdentity = { key: 'k'.repeat(64), resource: 'sales', parameters: {}, owner: null };
export const POLICY = { timeoutMs: 30_000, maxAttempts: 2, backoffMs: 2_000, errorTtlMs: 30_000 };

/** A consumer between its claim and its end. */
export interface Consumer {
  taskId: string;
  deliveryId: string;
  fence: number;
  /** End of its lease by its own clock, which is earlier. A request that it has sent may still arrive later. */
  stopAt: number;
  /** The version that it compares with; 0: none. */
  previous: number;
  stage: 'claimed' | 'loaded' | 'committed';
  /** Definition number and change of the data that it fetched. */
  number: number;
  change: LoadChange | null;
  /** Its data was fetched before a purge that has happened since. */
  isOutdated: boolean;
  /** The purge took its lease, but it does not know. */
  isBroken: boolean;
}

/** How often each event may still happen. */
export interface Budget {
  refresh: number;
  /** Refreshes that an administrator forces. */
  force: number;
  read: number;
  /** Loads that fail, and whether finally. */
  failure: number;
  rejection: number;
  death: number;
  /** A lost alarm or message. */
  loss: number;
  doubling: number;
  /** Lost answers to commits. */
  lostAnswer: number;
  /** Writes to D1 that the object gives up waiting for; they may arrive later, in any order. */
  lateWrite: number;
  purge: number;
  softPurge: number;
  redefinition: number;
  revocation: number;
  /** Moves that let time pass: alarms, and messages that were handed back. */
  wait: number;
  /** Seconds that may pass without any other event. */
  second: number;
  /** The removal of owed blobs, a day later. */
  removal: number;
  /** The user is forgotten. */
  leave: number;
  /** The object loses its rows. */
  oblivion: number;
  /** Devices connect to a hub, which watches the key, and go away. */
  watch: number;
  disconnection: number;
}

export interface World {
  now: number;
  document: CacheDocument;
  ended: Readonly<Record<string, TaskRecord>>;
  /** What D1 has, and the definition number of the resource there. */
  d1: Entry | null;
  definition: number;
  /** Writes to D1 under way; the object does not learn of a late one. */
  writes: readonly { entry: Entry; renames: boolean; isLate: boolean }[];
  alarmAt: number | null;
  messages: readonly { taskId: string; at: number }[];
  consumers: readonly Consumer[];
  /** Removals from R2 under way, and the content of R2. */
  removals: readonly (readonly OwedBlob[])[];
  blobs: readonly string[];
  /** Until then a blob of a kept version must stay: copies of the entry may still name it. */
  neededUntil: Readonly<Record<string, number>>;
  /** Revision that D1 must have before the purge is answered; after that, versions up to `purgedVersion` are gone. */
  purging: { revision: number; version: number } | null;
  purgedVersion: number;
  /** Number of versions, counted by accepted commits. */
  versions: number;
  tasks: number;
  /** Versions that D1 has had, and the fence of each. */
  shown: Readonly<Record<number, number>>;
  /** When the object last lost its rows (0: never), the version that D1 had then, and the lost tasks. */
  bornAt: number;
  inheritedVersion: number;
  lost: readonly string[];
  /** The hub: the number of its last watch, whether a device is connected, and what devices were told. */
  hub: { n: number; isNeeded: boolean; version: number; revision: number };
  /**
   * Revision that D1 had before its body last changed: a device that was told this one or a lower may have the earlier
   * body.
   */
  formerRevision: number;
  /** Pokes to the hub, and its answers under way. */
  pokes: readonly { n: number; version: number; revision: number }[];
  pokeAnswers: readonly { n: number; revision: number; isNeeded: boolean }[];
  /** The alarm asks whether the cache is still needed. */
  isAsking: boolean;
  budget: Budget;
}

export const NOTHING: Budget = {
  refresh: 0,
  force: 0,
  read: 0,
  failure: 0,
  rejection: 0,
  death: 0,
  loss: 0,
  doubling: 0,
  lostAnswer: 0,
  lateWrite: 0,
  purge: 0,
  softPurge: 0,
  redefinition: 0,
  revocation: 0,
  wait: 0,
  second: 0,
  removal: 0,
  leave: 0,
  oblivion: 0,
  watch: 0,
  disconnection: 0,
};

export function newWorld(budget: Partial<Budget>): World {
  return {
    now: 1_000_000,
    document: emptyDocument(CACHE),
    ended: {},
    d1: null,
    definition: 1,
    writes: [],
    alarmAt: null,
    messages: [],
    consumers: [],
    removals: [],
    blobs: [],
    neededUntil: {},
    purging: null,
    purgedVersion: 0,
    versions: 0,
    tasks: 0,
    shown: {},
    bornAt: 0,
    inheritedVersion: 0,
    lost: [],
    hub: { n: 0, isNeeded: false, version: 0, revision: 0 },
    formerRevision: -1,
    pokes: [],
    pokeAnswers: [],
    isAsking: false,
    budget: { ...NOTHING, ...budget },
  };
}

/** A rule was broken. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export function must(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new Violation(rule);
}

/** A version that readers have seen belongs to the same load forever. */
export function mustBeOne({ shown }: World, { version, fence }: { version: number; fence: number }): void {
  must(shown[version] === undefined || shown[version] === fence, 'no version is given twice');
}

/** Name of a blob in the model's R2. */
export function blobName({ fence, name }: { fence: number; name: string }): string {
  return `${fence}/${name}`;
}
