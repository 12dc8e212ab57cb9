/**
 * Look-ups of many keys for one request (`/sync/`), with the same records and rules as for one key
 * (core/known-entry.ts). The differences: a request that names its versions may use memory's current copy without
 * asking the edge, and the keys that memory lacks are read with one statement per database. For a hundred caches that a
 * location does not know, the edge would be asked a hundred times without a result, so the first miss there ends the
 * asking.
 */

import { type EntryCopy, extended, failed, given, nextStep, stateOf, usableCopy } from '../core/known-entry.ts';
import { log } from '../log.ts';
import type { AskedEntry, Entries, LookedUp, SoughtEntry } from '../ports/stores.ts';
import { growingPauses, looks, withTimeout } from '../waiting.ts';
import type { EdgeEntries } from './edge-entries.ts';
import type { KnownEntries } from './known-entries.ts';

/** What a batch needs; times in ms. */
export interface BatchContext {
  entries: Pick<Entries, 'readAll'>;
  known: KnownEntries;
  atEdge: EdgeEntries;
  entryCacheMs: number;
  readReplicas: boolean;
  timeoutMs: number;
  /** How long a request that asks D1 counts as asking. */
  askingMs: number;
  waitUntil: (work: Promise<unknown>) => void;
  now: () => number;
  /** Look-ups of one key, for an entry whose chain is too long for a statement about many keys. */
  alone: { find: LookUpOne; findNewest: LookUpOne };
}
type LookUpOne = (key: string, resource: string) => Promise<LookedUp>;

/** A key that an isolate is asked for again within this time is put to the edge, ms: putting each key of a full check would cost two calls per key. */
const HOT_MS = 10_000;
/** Shortest time between two notes that a key was asked for, ms: noting costs as much as finding. */
const NOTED_EACH_MS = 1000;
/** Keys asked of the edge at the same time: the number of connections of an invocation that may wait for headers. */
const EDGE_WIDTH = 6;
/** Pauses between two looks while a request waits for D1's answer to another request, ms. */
const PAUSES = growingPauses(2, 50);

/** Look-ups of many keys at once. */
export class EntryBatch {
  readonly #context: BatchContext;

  constructor(context: BatchContext) {
    this.#context = context;
  }

  /** See EntryLookup (ports/stores.ts). */
  async findAll(asked: readonly AskedEntry[]): Promise<Map<string, LookedUp | null>> {
    const { known, entryCacheMs, timeoutMs, now } = this.#context;
    const found = new Map<string, LookedUp | null>();
    const arrivedAt = known.events;
    let lacking = [...new Map(asked.map((one) => [one.key, one])).values()];
    const hot = this.#noteAsked(lacking);
    if (entryCacheMs === 0) {
      await this.#fetch(lacking, hot, found);
      return found;
    }
    for await (const _look of looks(Date.now() + 2 * timeoutMs, PAUSES)) {
      const toAsk: AskedEntry[] = [];
      const waiting: AskedEntry[] = [];
      const at = now();
      for (const one of lacking) {
        const record = known.get(one.key);
        const copy = usableCopy(record, at);
        const step = stateOf(record, at) === 'current' ? 'give' : nextStep(record, arrivedAt, at);
        if (step === 'ask') toAsk.push(one);
        else if (step === 'wait') waiting.push(one);
        else found.set(one.key, step === 'give' && copy !== null ? given(copy) : null);
      }
      if (toAsk.length > 0) await this.#fetch(toAsk, hot, found);
      lacking = waiting;
      if (lacking.length === 0) return found;
    }
    await this.#fetch(lacking, hot, found);
    return found;
  }

  /** See EntryLookup (ports/stores.ts). */
  async findAllNewest(sought: readonly SoughtEntry[]): Promise<Map<string, LookedUp>> {
    const { known, timeoutMs, now } = this.#context;
    const found = new Map<string, LookedUp>();
    const arrivedAt = known.events;
    let lacking: readonly SoughtEntry[] = sought;
    for await (const _look of looks(Date.now() + 2 * timeoutMs, PAUSES)) {
      const toAsk: SoughtEntry[] = [];
      const waiting: SoughtEntry[] = [];
      for (const one of lacking) {
        const record = known.get(one.key);
        const copy = usableCopy(record, now());
        // An answer to an earlier question may miss what this request has been told since.
        const isAnswered = (record.primaryNumber ?? 0) > arrivedAt;
        const hasFailed = record.failureNumber > arrivedAt;
        if (one.isReached(copy?.entry ?? null) || isAnswered) found.set(one.key, given(copy));
        else if (hasFailed) found.set(one.key, { ...given(copy), isUnconfirmed: true });
        else if (stateOf(record, now()) === 'being asked') waiting.push(one);
        else toAsk.push(one);
      }
      if (toAsk.length > 0) await this.#fetchNewest(toAsk, found);
      lacking = waiting;
      if (lacking.length === 0) return found;
    }
    for (const { key } of lacking) found.set(key, { ...given(usableCopy(known.get(key), now())), isUnconfirmed: true });
    return found;
  }

  /** Notes that the keys are asked for; returns those that were already asked for shortly before. */
  #noteAsked(asked: readonly AskedEntry[]): ReadonlySet<string> {
    const { known, now } = this.#context;
    const hot = new Set<string>();
    const at = now();
    for (const { key } of asked) {
      const record = known.get(key);
      const agoMs = at - (record.batchedAt ?? 0);
      if (agoMs < HOT_MS) hot.add(key);
      if (agoMs >= NOTED_EACH_MS) known.set(key, { ...record, batchedAt: at });
    }
    return hot;
  }

  /** Reads from the edge if it has all keys, and the rest from D1. Other requests of the isolate meanwhile use what is known. */
  async #fetch(
    asked: readonly AskedEntry[],
    hot: ReadonlySet<string>,
    found: Map<string, LookedUp | null>,
  ): Promise<void> {
    const { alone, entryCacheMs } = this.#context;
    const cut = await this.#asking(asked, async () => {
      const rest = entryCacheMs === 0 ? asked : await this.#pastEdge(asked, found);
      return rest.length === 0 ? [] : this.#ask(rest, this.#context.readReplicas, hot, found);
    });
    await Promise.all(
      cut.map(async ({ key, resource }) => found.set(key, await alone.find(key, resource).catch(() => null))),
    );
  }

  async #fetchNewest(sought: readonly SoughtEntry[], found: Map<string, LookedUp>): Promise<void> {
    const { alone, known, now } = this.#context;
    const answers = new Map<string, LookedUp | null>();
    const cut = await this.#asking(sought, () => this.#ask(sought, false, new Set(), answers));
    for (const { key } of sought) {
      const told = answers.get(key) ?? given(usableCopy(known.get(key), now()));
      found.set(key, told.fetched ? told : { ...told, isUnconfirmed: true });
    }
    await Promise.all(
      cut.map(async ({ key, resource }) => {
        const newest = await alone.findNewest(key, resource).catch(() => null);
        if (newest !== null) found.set(key, newest);
      }),
    );
  }

  async #asking<T>(asked: readonly AskedEntry[], work: () => Promise<T>): Promise<T> {
    const { known, now, askingMs } = this.#context;
    const until = now() + askingMs;
    for (const { key } of asked) known.beginAsking(key, until);
    try {
      return await work();
    } finally {
      for (const { key } of asked) known.endAsking(key, until);
    }
  }

  /** Returns the keys that the edge does not have as current; puts the others into `found`. */
  async #pastEdge(asked: readonly AskedEntry[], found: Map<string, LookedUp | null>): Promise<readonly AskedEntry[]> {
    const { atEdge } = this.#context;
    for (let at = 0, width = 1; at < asked.length; at += width, width = EDGE_WIDTH) {
      const some = asked.slice(at, at + width);
      const copies = await Promise.all(some.map(({ key }) => atEdge.readCurrent(key)));
      for (const [index, copy] of copies.entries()) {
        const key = some[index]?.key;
        if (key !== undefined && copy !== null) found.set(key, given(copy));
      }
      if (copies.includes(null)) break;
    }
    return asked.filter(({ key }) => !found.has(key));
  }

  /** Asks D1; returns the keys whose chains are too long. */
  async #ask(
    asked: readonly AskedEntry[],
    replicas: boolean,
    hot: ReadonlySet<string>,
    found: Map<string, LookedUp | null>,
  ): Promise<readonly AskedEntry[]> {
    const { known, timeoutMs, waitUntil, now } = this.#context;
    const reading = this.#read(asked, replicas);
    waitUntil(this.#keepAtEdge(asked, hot, reading));
    try {
      const copies = await withTimeout(reading, timeoutMs);
      for (const [key, copy] of copies) found.set(key, { ...given(copy), fetched: true });
      return asked.filter(({ key }) => !copies.has(key));
    } catch (error) {
      const isAllKnown = asked.every(({ key }) => usableCopy(known.get(key), now()) !== null);
      log('warn', 'lookup.d1_failed', { keys: asked.length, last_known: isAllKnown, error });
      for (const { key } of asked) {
        const record = known.get(key);
        known.set(key, failed(record, known.nextEvent()));
        const last = usableCopy(record, now());
        found.set(key, last === null ? null : given(last));
      }
      return [];
    }
  }

  /** D1's answers, which are known to the isolate from now on. */
  async #read(asked: readonly AskedEntry[], replicas: boolean): Promise<Map<string, EntryCopy>> {
    const { entries, known, entryCacheMs, now } = this.#context;
    const markAt = now();
    const number = known.nextEvent();
    const questions = asked.map(({ key, resource }) => {
      const copy = usableCopy(known.get(key), now());
      // As for one key: requests that arrive meanwhile may use a copy that has just expired.
      if (entryCacheMs > 0) known.set(key, extended(known.get(key), now() + entryCacheMs));
      return { key, resource, bookmark: copy?.bookmark };
    });
    const rows = await entries.readAll(questions, replicas);
    const copies = new Map<string, EntryCopy>();
    for (const { key } of asked) {
      const { isCut, ...read } = rows.get(key) ?? { entry: null, mark: null, isCut: false };
      const last = usableCopy(known.get(key), now())?.entry ?? null;
      const isSame = last !== null && last.revision === read.entry?.revision;
      if (isCut && !isSame) continue;
      const answer = { ...read, ...(isSame ? { entry: last } : {}), markAt, confirmedAt: now() };
      copies.set(
        key,
        known.learn(key, { ...answer, currentUntil: now() + entryCacheMs }, now(), replicas ? 0 : number),
      );
    }
    return copies;
  }

  async #keepAtEdge(
    asked: readonly AskedEntry[],
    hot: ReadonlySet<string>,
    reading: Promise<Map<string, EntryCopy>>,
  ): Promise<void> {
    const copies = await reading.catch(() => null);
    for (const { key } of asked) if (copies?.has(key) && hot.has(key)) await this.#context.atEdge.put(key);
  }
}
