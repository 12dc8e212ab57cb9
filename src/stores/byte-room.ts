/**
 * Limits the bytes that an isolate holds for running work. Only values are shared, since no request may await a promise
 * of another. Bytes that were never given back, because the platform ended the invocation, stop counting after a while.
 */

/** The bytes of one piece of work. */
export interface Taken {
  /** They count at most until then, ms since the epoch. */
  keepUntil(until: number): void;
  /** Changes the number of bytes. */
  change(bytes: number): void;
  /** Gives them back. */
  release(): void;
}

/** A limited number of bytes. */
export class ByteRoom {
  readonly #max: number;
  readonly #taken = new Set<{ bytes: number; until: number }>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Reserves bytes until `until` (ms since the epoch) at most; null: there is not enough room now. */
  take(bytes: number, until: number, now: number): Taken | null {
    if (this.bytesTaken(now) + bytes > this.#max) return null;
    const taken = { bytes, until };
    this.#taken.add(taken);
    return {
      keepUntil: (later) => {
        taken.until = later;
      },
      change: (other) => {
        taken.bytes = other;
      },
      release: () => {
        this.#taken.delete(taken);
      },
    };
  }

  bytesTaken(now: number): number {
    let sum = 0;
    for (const taken of this.#taken) {
      if (taken.until <= now) this.#taken.delete(taken);
      else sum += taken.bytes;
    }
    return sum;
  }
}
