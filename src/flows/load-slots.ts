/**
 * How many loads run side by side in an isolate: ten, six of one origin, one of them heavy. Only values are shared, since
 * no request may await another's promise: whoever finds no room looks again by a timer of its own. A slot
 * that nobody gave back, because the platform cut its invocation short, counts no longer once its lease is over.
 */

import { BoundedMap } from '../stores/bounded-map.ts';
import { sleep } from '../waiting.ts';

/** A load is heavy once it has brought more than this, bytes. */
export const HEAVY_BYTES = 1_048_576;
/** A lease's length is not known before it is claimed; none is longer. */
const LONGEST_LEASE_MS = 400_000;
const POLL_MS = 25;
const KNOWN_RESOURCES = 1000;

const LIMITS = { loads: 10, loadsOfOrigin: 6, heavy: 1 } as const;

/** Room taken by one load. `waiting` takes none. */
interface Slot {
  state: 'light' | 'heavy' | 'waiting';
  origin: string | null;
  /** ms since the epoch */
  until: number;
}

/** One load's hold on the room. */
export interface LoadSlot {
  /** The lease is known: the slot counts until then at most, ms since the epoch. */
  keepUntil(until: number): void;
  /**
   * Waits for room at the origin (host and port), and makes room for other origins meanwhile. Remembers the resource's origin.
   * @throws what the signal's reason is
   */
  takeOrigin(resource: string, origin: string, signal: AbortSignal): Promise<void>;
  /** Waits to be the one heavy load. @throws what the signal's reason is */
  takeHeavy(signal: AbortSignal): Promise<void>;
  /** Gives everything back. */
  release(): void;
}

/** The room of one isolate. */
export class LoadSlots {
  readonly #slots = new Set<Slot>();
  /** Where the resources' origins were at their last loads: known before a task is claimed. */
  readonly #origins = new BoundedMap<string>(KNOWN_RESOURCES);

  /**
   * Room for a load, waited for until `until` (ms since the epoch); null if there was none. `resource` is the task's, if
   * known: then also for room at its origin.
   */
  async enter(resource: string | undefined, until: number): Promise<LoadSlot | null> {
    for (;;) {
      const origin = resource === undefined ? null : (this.#origins.get(resource) ?? null);
      if (this.#hasRoom(origin)) return this.#take(origin);
      if (Date.now() >= until) return null;
      await sleep(POLL_MS);
    }
  }

  #take(origin: string | null): LoadSlot {
    const slot: Slot = { state: 'light', origin, until: Date.now() + LONGEST_LEASE_MS };
    this.#slots.add(slot);
    return {
      keepUntil: (until) => {
        slot.until = until;
      },
      takeOrigin: async (resource, name, signal) => {
        this.#origins.set(resource, name);
        if (slot.origin === name) return;
        slot.state = 'waiting';
        await poll(signal, () => {
          if (!this.#hasRoom(name)) return false;
          Object.assign(slot, { state: 'light', origin: name });
          return true;
        });
      },
      takeHeavy: async (signal) => {
        await poll(signal, () => {
          if (this.#count(({ state }) => state === 'heavy') >= LIMITS.heavy) return false;
          slot.state = 'heavy';
          return true;
        });
      },
      release: () => {
        this.#slots.delete(slot);
      },
    };
  }

  #hasRoom(name: string | null): boolean {
    if (this.#count(({ state }) => state === 'light') >= LIMITS.loads) return false;
    return (
      name === null || this.#count(({ state, origin }) => origin === name && state !== 'waiting') < LIMITS.loadsOfOrigin
    );
  }

  #count(counts: (slot: Slot) => boolean): number {
    const now = Date.now();
    return [...this.#slots].filter((slot) => slot.until > now && counts(slot)).length;
  }
}

/** Tries until room was taken: at once where it was found, or else two loads would take the same. */
async function poll(signal: AbortSignal, take: () => boolean): Promise<void> {
  signal.throwIfAborted();
  while (!take()) {
    await sleep(POLL_MS);
    signal.throwIfAborted();
  }
}

/** The room of this isolate. */
export const loadSlots = new LoadSlots();
