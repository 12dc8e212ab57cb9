/**
 * How many requests an isolate holds: in `Prefer: wait`, while a cache is loaded, in event streams. Each takes memory, and
 * they all end together when the isolate does. Who finds no room is answered at once with what is known.
 */

/** Most requests held at once. Each takes some 15 KB of an isolate's 128 MB, most of which are for loads and hot bodies. */
export const MAX_HELD = 4000;

/** Room taken by one request that is held. */
export interface Hold {
  /** It counts until then at most, ms since the epoch: the platform may cut a request short, and nothing of it runs on. */
  keepUntil(until: number): void;
  /** Gives the room back. */
  release(): void;
}

/** The room of one isolate. */
export class HeldRequests {
  readonly #max: number;
  readonly #holds = new Set<{ until: number }>();

  constructor(max = MAX_HELD) {
    this.#max = max;
  }

  /** Room until `until` (ms since the epoch) at most; null: there is none. */
  enter(until: number, now: number): Hold | null {
    if (this.#holds.size >= this.#max) this.#dropPast(now);
    if (this.#holds.size >= this.#max) return null;
    const hold = { until };
    this.#holds.add(hold);
    return {
      keepUntil: (later) => {
        hold.until = later;
      },
      release: () => {
        this.#holds.delete(hold);
      },
    };
  }

  /** How many are held, those that were cut short included. */
  get count(): number {
    return this.#holds.size;
  }

  #dropPast(now: number): void {
    for (const hold of this.#holds) if (hold.until <= now) this.#holds.delete(hold);
  }
}

/** The room of this isolate. */
export const heldRequests = new HeldRequests();
