/**
 * A bound on the bytes that an isolate holds for work under way. Only values are shared, since no request may await another's
 * promise. What nobody gave back, because the platform cut its invocation short, counts no longer after a while.
 */

/** Bytes taken by one piece of work. */
export interface Taken {
  /** They count until then at most, ms since the epoch. */
  keepUntil(until: number): void;
  /** Takes so many instead. */
  change(bytes: number): void;
  /** Gives them back. */
  release(): void;
}

/** Room for so many bytes. */
export class ByteRoom {
  readonly #max: number;
  readonly #taken = new Set<{ bytes: number; until: number }>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Room until `until` (ms since the epoch) at most; null: there is none now. */
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
