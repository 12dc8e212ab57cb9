/**
 * The entry look-up (DESIGN "Reading"): however many ask for a key, a location asks D1 about once an ENTRY_CACHE_MS,
 * and nobody waits long for a D1 that stalls. The price: what another location changed shows here up to two of them later.
 *
 * The platform lets no request await another's promise. So whoever asks D1 leaves a mark with an end in isolate memory;
 * the others look there at short intervals of their own.
 */

import type { Entries, EntryLookup, LookedUp, NotedTask } from '../contract/stores.ts';
import { log } from '../log.ts';
import { sleep, within } from '../waiting.ts';
import { BoundedMap } from './bounded-map.ts';
import type { EdgeCache } from './edge-cache.ts';
import * as copies from './entry-copies.ts';
import { overloaded } from './overloaded.ts';

/** How the look-up is made. */
export interface EntryLookupOptions {
  /** How long a location takes what was looked up as current, ms; 0: every request asks D1. */
  entryCacheMs: number;
  /** Whether a replica of D1 may be asked. Default: false, the primary. */
  readReplicas?: boolean;
  /** Keeps the invocation alive for the copy at the edge. */
  waitUntil: (work: Promise<unknown>) => void;
  /** Clock, ms since the epoch. Default: Date.now. */
  now?: () => number;
  /** How long D1 may take, ms. Default: 2000. */
  timeoutMs?: number;
}

/** How long a noted task is told of: as long as a load may take, and its lease's margin. */
const NOTE_MS = 360_000;
/** Pauses of those who wait for another's look-up, ms. */
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;
/** Whoever asks D1 has told of its time-out before the others take it for gone. */
const ASKING_MARGIN_MS = 500;
const MAX_KEYS = 10_000;
const UNKNOWN = 'What is current cannot be looked up right now; try again in a moment.';

/** Key -> until when another request of this isolate is taken to be asking D1, ms. */
const asking = new BoundedMap<number>(MAX_KEYS);
/** Key -> until when another of those who wait in this isolate is taken to be finding a new copy, ms. */
const glancing = new BoundedMap<number>(MAX_KEYS);
/** Key -> turn at which asking D1 failed with nothing known. */
const failures = new BoundedMap<number>(MAX_KEYS);
const notes = new BoundedMap<{ task: NotedTask; until: number }>(MAX_KEYS);

/**
 * The look-up over a table of entries and the location's edge cache.
 *
 * @throws Problem `overloaded`, by `find` and `findNewest`, when nothing is known and D1 does not answer
 */
export function entryLookup(entries: Entries, edge: EdgeCache, options: EntryLookupOptions): EntryLookup {
  const { entryCacheMs, readReplicas = false, waitUntil, now = Date.now, timeoutMs = 2000 } = options;

  async function find(key: string, resource: string, isGlance = false): Promise<LookedUp> {
    const arrived = copies.turnNow();
    const { copy: known, isCurrent } = await copies.knownHere(edge, key, now());
    if (known !== null && isCurrent) {
      // Those who wait look in memory alone, where what another isolate put to the edge is not yet.
      if (isGlance) copies.keepKnown(key, known);
      return told(known);
    }
    const learnt = entryCacheMs === 0 ? null : await fromOthers(key, arrived, known);
    if (learnt !== null) return told(learnt);

    const prolonged = known !== null && entryCacheMs > 0 ? prolong(key, known) : Promise.resolve();
    return askD1(key, resource, known, prolonged, known?.bookmark ?? 'first-unconstrained');
  }

  /** What another request of this isolate has learnt or is about to; null: this request is to ask. */
  async function fromOthers(
    key: string,
    arrived: number,
    known: copies.EntryCopy | null,
  ): Promise<copies.EntryCopy | null> {
    let pauseMs = FIRST_PAUSE_MS;
    for (let waitedMs = 0; waitedMs < 2 * timeoutMs; waitedMs += pauseMs) {
      const learnt = copies.learntSince(key, arrived);
      if (learnt !== null) return copies.mergeCopies(learnt, known);
      if ((failures.get(key) ?? 0) > arrived) throw overloaded(UNKNOWN);
      if ((asking.get(key) ?? 0) <= now()) break;
      if (known !== null) return known;
      await sleep(pauseMs);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
    asking.set(key, now() + timeoutMs + ASKING_MARGIN_MS);
    return null;
  }

  /** Puts a copy that ran out back as current, so that the others of the location take it while this request asks. */
  function prolong(key: string, known: copies.EntryCopy): Promise<void> {
    const copy = { ...known, currentUntil: now() + entryCacheMs };
    copies.keepKnown(key, copy);
    return copies.putToEdge(edge, key, copy, now());
  }

  async function askD1(
    key: string,
    resource: string,
    known: copies.EntryCopy | null,
    prolonged: Promise<void>,
    session: string,
  ): Promise<LookedUp> {
    const reading = learnFromD1(key, resource, known, session);
    // An answer that comes too late for this request still serves the next.
    waitUntil(keepAtEdge(key, prolonged, reading));
    try {
      return { ...told(await within(reading, timeoutMs)), fetched: true };
    } catch (cause) {
      const last = known ?? copies.inMemory(key, now());
      log('warn', 'lookup.d1_failed', { key, last_known: last !== null, error: cause });
      if (last !== null) return told(last);
      failures.set(key, copies.nextTurn());
      throw overloaded(UNKNOWN, cause);
    } finally {
      asking.delete(key);
    }
  }

  async function learnFromD1(
    key: string,
    resource: string,
    known: copies.EntryCopy | null,
    session: string,
  ): Promise<copies.EntryCopy> {
    const read = await entries.read(key, resource, readReplicas ? session : undefined);
    const copy = { ...read, markAt: now(), currentUntil: now() + entryCacheMs };
    return copies.learn(key, copies.mergeCopies(copy, known), now());
  }

  async function keepAtEdge(key: string, before: Promise<void>, reading: Promise<copies.EntryCopy>): Promise<void> {
    const [, read] = await Promise.allSettled([before, reading]);
    // The request itself tells of a failed reading.
    if (read.status === 'fulfilled') await copies.putToEdge(edge, key, read.value, now());
  }

  return {
    find: (key, resource) => find(key, resource),

    async glance(key, resource) {
      const known = copies.inMemory(key, now());
      if (known !== null && Math.max(known.currentUntil, glancing.get(key) ?? 0) > now()) return told(known);
      glancing.set(key, now() + timeoutMs + ASKING_MARGIN_MS);
      try {
        return await find(key, resource, true);
      } finally {
        glancing.delete(key);
      }
    },

    async findNewest(key, resource) {
      const { copy: known } = await copies.knownHere(edge, key, now());
      return askD1(key, resource, known, Promise.resolve(), 'first-primary');
    },

    async put(entry) {
      const answer = { entry, mark: null, markAt: 0, currentUntil: now() + entryCacheMs };
      const copy = copies.learn(entry.key, answer, now());
      if (copies.revisionOf(copy) === entry.revision) await copies.putToEdge(edge, entry.key, copy, now());
    },

    noteTask(key, task) {
      notes.set(key, { task, until: now() + NOTE_MS });
    },

    notedTask(key) {
      const note = notes.get(key);
      return note !== undefined && note.until > now() ? note.task : null;
    },
  };
}

function told(copy: copies.EntryCopy): LookedUp {
  return { entry: copy.entry, mark: copy.mark, fetched: false };
}
