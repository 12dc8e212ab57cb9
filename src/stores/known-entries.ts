/**
 * What the isolate knows about keys (core/known-entry.ts): one record per key, with one common limit; the least
 * recently used are removed.
 */

import { jsonBytes } from '../core/json-bytes.ts';
import { answered, askingBegun, askingEnded, type EntryCopy, type KnownEntry, UNKNOWN } from '../core/known-entry.ts';
import type { Entry } from '../ports/entry.ts';
import { MEMORY_SHARES } from '../ports/memory-shares.ts';
import { BoundedMap } from './bounded-map.ts';

/**
 * Size in V8 of a record that has an entry without parameters, chain, error and warnings, and with the text by which
 * `/sync/` says "not changed". A record with a kept version has the same size.
 */
const RECORD_BYTES = 1700;
const LINK_BYTES = 210;

interface Weighed {
  known: KnownEntry;
  bytes: number;
}

/** The records of an isolate. */
export class KnownEntries {
  readonly #records: BoundedMap<Weighed>;
  #events = 0;

  /** `maxBytes` limits all records together; the default is their share of the isolate’s memory. */
  constructor(maxBytes: number = MEMORY_SHARES.entryCopies) {
    this.#records = new BoundedMap(maxBytes, ({ bytes }) => bytes);
  }

  /** What is known about a key. */
  get(key: string): KnownEntry {
    return this.#records.get(key)?.known ?? UNKNOWN;
  }

  /** Replaces what is known about a key. */
  set(key: string, known: KnownEntry): void {
    const before = this.#records.get(key);
    const entry = known.copy?.entry ?? null;
    const isWeighed = before !== undefined && before.known.copy?.entry === entry;
    this.#records.set(key, { known, bytes: isWeighed ? before.bytes : bytesOf(entry) });
  }

  /**
   * Notes an answer of D1 or an object; returns what is known then. `primaryNumber`: the number of the question to D1's
   * primary.
   */
  learn(key: string, answer: EntryCopy, now: number, primaryNumber = 0): EntryCopy {
    const known = answered(this.get(key), answer, this.nextEvent(), now);
    this.set(key, primaryNumber === 0 ? known : { ...known, primaryNumber });
    return known.copy;
  }

  /** A request asks D1, until `askedUntil` (ms) at most. */
  beginAsking(key: string, askedUntil: number): void {
    this.set(key, askingBegun(this.get(key), askedUntil));
  }

  /** The request no longer asks. */
  endAsking(key: string, askedUntil: number): void {
    const known = this.get(key);
    const ended = askingEnded(known, askedUntil);
    if (ended !== known) this.set(key, ended);
  }

  /** Number of questions, answers and failures of D1 and objects so far. */
  get events(): number {
    return this.#events;
  }

  /** Counts one more event; returns its number. */
  nextEvent(): number {
    this.#events += 1;
    return this.#events;
  }
}

function bytesOf(entry: Entry | null): number {
  if (entry === null) return RECORD_BYTES;
  const texts = jsonBytes(entry.lastError) + jsonBytes(entry.loaded?.warnings);
  return RECORD_BYTES + LINK_BYTES * entry.chain.length + jsonBytes(entry.parameters) + texts;
}
