/**
 * The entry look-up (DESIGN "Reading"): however many requests ask for a key, a location asks D1 about once per
 * ENTRY_CACHE_MS, and no request waits long for a D1 that stalls. The price: a change by another location shows here up
 * to two such periods later, and while D1 is not available the last known state is used for up to an hour.
 *
 * Each key has a record in isolate memory; core/known-entry.ts has the table of its states and events. The platform
 * does not let a request await a promise of another: a request that asks D1 notes that in the record, and the others
 * look there.
 */

import {
  type EntryCopy,
  extended,
  failed,
  given,
  nextStep,
  revisionOf,
  stateOf,
  usableCopy,
} from '../core/known-entry.ts';
import { log } from '../log.ts';
import type { Entry } from '../ports/entry.ts';
import type { AskedEntry, Entries, EntryLookup, LookedUp, NotedTask, SoughtEntry } from '../ports/stores.ts';
import { growingPauses, looks, withTimeout } from '../waiting.ts';
import type { EdgeCache } from './edge-cache.ts';
import { EdgeEntries } from './edge-entries.ts';
import { EntryBatch } from './entry-batch.ts';
import { KnownEntries } from './known-entries.ts';
import { overloaded } from './overloaded.ts';

/** Settings of the look-up. */
export interface EntryLookupOptions {
  /** How long a location considers a looked-up entry current, ms; 0: every request asks D1. */
  entryCacheMs: number;
  /** Whether a replica of D1 may be asked. Default: false, the primary. */
  readReplicas?: boolean;
  /** Keeps the invocation alive while the copy is written to the edge. */
  waitUntil: (work: Promise<unknown>) => void;
  /** Clock, ms since the epoch. Default: Date.now. */
  now?: () => number;
  /** How long D1 may take, ms. Default: 2000. */
  timeoutMs?: number;
  /** What the isolate knows about keys. Default: one record store for all invocations. */
  known?: KnownEntries;
}

/** How long a task is noted, ms: the longest load, and the margin of its lease. */
const NOTE_MS = 360_000;
/** Pauses between two looks while a request waits for D1's answer to another request, ms. */
const PAUSES = growingPauses(2, 50);
/** Extra time: a request that asks D1 reports its time-out before the others consider it dead. */
const ASKING_MARGIN_MS = 500;
const NOTHING_KNOWN = 'The current version cannot be looked up now. Try again in a moment.';

const knownHere = new KnownEntries();

/**
 * The look-up over a table of entries and the location's edge cache.
 *
 * @throws Problem `overloaded`, by all look-ups, when nothing is known and D1 does not answer
 */
export function entryLookup(entries: Entries, edge: EdgeCache, options: EntryLookupOptions): EntryLookup {
  return new Lookup(entries, edge, options);
}

class Lookup implements EntryLookup {
  readonly #entries: Entries;
  readonly #known: KnownEntries;
  readonly #atEdge: EdgeEntries;
  readonly #batch: EntryBatch;
  readonly #now: () => number;
  readonly #options: EntryLookupOptions & { timeoutMs: number };

  constructor(entries: Entries, edge: EdgeCache, options: EntryLookupOptions) {
    const { now = Date.now, timeoutMs = 2000, known = knownHere } = options;
    this.#entries = entries;
    this.#known = known;
    this.#atEdge = new EdgeEntries(edge, known, now);
    this.#now = now;
    this.#options = { ...options, timeoutMs };
    this.#batch = new EntryBatch({
      entries,
      known,
      atEdge: this.#atEdge,
      entryCacheMs: options.entryCacheMs,
      readReplicas: options.readReplicas ?? false,
      timeoutMs,
      askingMs: timeoutMs + ASKING_MARGIN_MS,
      waitUntil: options.waitUntil,
      now,
      alone: this,
    });
  }

  async find(key: string, resource: string): Promise<LookedUp> {
    const arrivedAt = this.#known.events;
    const current = await this.#atEdge.readCurrent(key);
    if (current !== null) return given(current);
    if (this.#options.entryCacheMs === 0) return this.#ask(key, resource);

    for await (const _look of looks(Date.now() + 2 * this.#options.timeoutMs, PAUSES)) {
      const known = this.#known.get(key);
      const step = nextStep(known, arrivedAt, this.#now());
      if (step === 'refuse') throw overloaded(NOTHING_KNOWN);
      // Starts to ask D1 before any other request can look at the record.
      if (step === 'ask') return this.#ask(key, resource);
      if (step === 'give' && known.copy !== null) return given(known.copy);
    }
    return this.#ask(key, resource);
  }

  async glance(key: string, resource: string): Promise<LookedUp> {
    const known = this.#known.get(key);
    const state = stateOf(known, this.#now());
    const copy = usableCopy(known, this.#now());
    if (copy !== null && state !== 'last known') return given(copy);
    if (state === 'being asked') return this.find(key, resource);

    // The edge may have the entry, but the other requests need not look there, too.
    const askedUntil = this.#beginAsking(key);
    try {
      const current = await this.#atEdge.readCurrent(key);
      return current === null ? await this.#ask(key, resource) : given(current);
    } finally {
      this.#known.endAsking(key, askedUntil);
    }
  }

  async findNewest(key: string, resource: string): Promise<LookedUp> {
    await this.#atEdge.readCurrent(key);
    return this.#answerOf(key, this.#read(key, resource, 'first-primary'), Promise.resolve());
  }

  async put(entry: Entry): Promise<void> {
    const now = this.#now();
    const currentUntil = now + this.#options.entryCacheMs;
    const answer = { entry, mark: null, markAt: 0, confirmedAt: now, currentUntil };
    const copy = this.#known.learn(entry.key, answer, now);
    if (revisionOf(copy) === entry.revision) await this.#atEdge.put(entry.key);
  }

  findAll(asked: readonly AskedEntry[]): Promise<Map<string, LookedUp | null>> {
    return this.#batch.findAll(asked);
  }

  findAllNewest(sought: readonly SoughtEntry[]): Promise<Map<string, LookedUp>> {
    return this.#batch.findAllNewest(sought);
  }

  peek(key: string): Entry | null {
    return usableCopy(this.#known.get(key), this.#now())?.entry ?? null;
  }

  noteMissing(key: string, revision: number): void {
    const missing = { revision, until: this.#now() + this.#options.entryCacheMs };
    this.#known.set(key, { ...this.#known.get(key), missing });
  }

  isMissing(key: string, revision: number): boolean {
    const { missing } = this.#known.get(key);
    return missing !== undefined && missing.until > this.#now() && missing.revision <= revision;
  }

  noteTask(key: string, noted: NotedTask): void {
    this.#known.set(key, { ...this.#known.get(key), task: { noted, until: this.#now() + NOTE_MS } });
  }

  notedTask(key: string): NotedTask | null {
    const { task } = this.#known.get(key);
    return task !== null && task.until > this.#now() ? task.noted : null;
  }

  /** Asks D1. Other requests of the location meanwhile use what is known, if anything. */
  async #ask(key: string, resource: string): Promise<LookedUp> {
    const askedUntil = this.#beginAsking(key);
    const last = usableCopy(this.#known.get(key), this.#now());
    const { entryCacheMs } = this.#options;
    let isExtended = Promise.resolve();
    if (last !== null && entryCacheMs > 0) {
      this.#known.set(key, extended(this.#known.get(key), this.#now() + entryCacheMs));
      isExtended = this.#atEdge.put(key);
    }
    try {
      const reading = this.#read(key, resource, last?.bookmark ?? 'first-unconstrained');
      return await this.#answerOf(key, reading, isExtended);
    } finally {
      this.#known.endAsking(key, askedUntil);
    }
  }

  /**
   * D1's answer if it comes in time, otherwise the last known state. An answer that is too late serves the next
   * request.
   */
  async #answerOf(key: string, reading: Promise<EntryCopy>, isExtended: Promise<void>): Promise<LookedUp> {
    this.#options.waitUntil(this.#keepAtEdge(key, reading, isExtended));
    try {
      return { ...given(await withTimeout(reading, this.#options.timeoutMs)), fetched: true };
    } catch (cause) {
      const known = this.#known.get(key);
      this.#known.set(key, failed(known, this.#known.nextEvent()));
      const last = usableCopy(known, this.#now());
      log('warn', 'lookup.d1_failed', { key, last_known: last !== null, error: cause });
      if (last !== null) return given(last);
      throw overloaded(NOTHING_KNOWN, cause);
    }
  }

  async #read(key: string, resource: string, session: string): Promise<EntryCopy> {
    const markAt = this.#now();
    const read = await this.#entries.read(key, resource, this.#options.readReplicas ? session : undefined);
    const now = this.#now();
    const answer = { ...read, markAt, confirmedAt: now, currentUntil: now + this.#options.entryCacheMs };
    return this.#known.learn(key, answer, now);
  }

  /** Puts the answer after the extended copy has been put, which would otherwise replace it. */
  async #keepAtEdge(key: string, reading: Promise<EntryCopy>, isExtended: Promise<void>): Promise<void> {
    const [read] = await Promise.allSettled([reading, isExtended]);
    // The request itself reports a failed read.
    if (read.status === 'fulfilled') await this.#atEdge.put(key);
  }

  #beginAsking(key: string): number {
    const askedUntil = this.#now() + this.#options.timeoutMs + ASKING_MARGIN_MS;
    this.#known.beginAsking(key, askedUntil);
    return askedUntil;
  }
}
