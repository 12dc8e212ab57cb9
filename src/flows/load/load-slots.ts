/**
 * How many loads run side by side in an isolate: ten light ones, of which eight may be slow, and one heavy one, six of one origin.
 * Whoever finds no room looks again by a timer of its own, since no request may await another's promise: only values are shared. For
 * the same reason each slot is renewed by a timer of its own request: an invocation that the platform cut renews nothing, and its slot is free.
 *
 * A resource has half of its origin's places for itself. It may use the other half while nobody else asks for it, and others get
 * theirs even when it has already taken all: so a resource whose loads hang holds up no other of the same host.
 */

import { DATABASE } from '../../core/task-policy.ts';
import { sleep } from '../../waiting.ts';
import type { LoadClock } from './load-clock.ts';

/**
 * `growing` loads wait half-way to become heavy: each holds a connection, and what it read while it was light. There are more slow
 * ones than one origin has: else an origin that hangs would keep all other slow loads from their turn. A load from a database holds its
 * connection to the end: six of them would leave an invocation none of the connections that the platform gives it, and R2 out of reach.
 */
const LIMITS = { light: 10, slow: 8, growing: 10, heavy: 1, ofOrigin: 6, ofDatabases: 2 } as const;
const SHARE_OF_RESOURCE = LIMITS.ofOrigin / 2;
const POLL_MS = 25;
/** A slot is renewed so often, and counts no longer when it has not been for so long. */
const RENEW_MS = 1000;
const STALE_MS = 3000;
/** Who was refused room at an origin counts as waiting for so long: its messages come again within it. */
const WAITS_MS = 6000;

/** What is known of a load before it is claimed; all of it comes with its message. */
export interface LoadWanted {
  /** Title of its resource. */
  resource?: string | undefined;
  /** Host and port of its origin. */
  origin?: string | undefined;
  /** The last load was heavy. */
  heavy?: boolean | undefined;
  /** It came by the queue of slow loads. */
  slow?: boolean | undefined;
}

interface Slot {
  weight: 'light' | 'growing' | 'heavy';
  slow: boolean;
  resource: string | undefined;
  origin: string | undefined;
  /** ms since the epoch */
  renewedAt: number;
}

/** One load's hold on the room. */
export interface LoadSlot {
  /** The origin that is really asked; it counts there from now on. */
  setOrigin(resource: string, origin: string): void;
  /** Waits to be the one heavy load, unless it is. The clock of its origin stands still meanwhile. @throws what the clock's reason is */
  becomeHeavy(clock: LoadClock): Promise<void>;
  /** Gives everything back. */
  release(): void;
}

/** The room of one isolate. */
export class LoadSlots {
  readonly #slots = new Set<Slot>();
  /** Who lately found no room at an origin: when, by origin and resource. */
  readonly #refused = new Map<string, { origin: string; resource: string | undefined; at: number }>();

  /** Room for a load, waited for until `until` (ms since the epoch); null if there was none. */
  async enter(wanted: LoadWanted, until: number): Promise<LoadSlot | null> {
    while (!this.#hasRoom(wanted)) {
      if (Date.now() >= until) return null;
      await sleep(POLL_MS);
    }
    return this.#take(wanted);
  }

  #take({ resource, origin, heavy = false, slow = false }: LoadWanted): LoadSlot {
    const slot: Slot = { weight: heavy ? 'heavy' : 'light', slow, resource, origin, renewedAt: Date.now() };
    this.#slots.add(slot);
    const renewing = setInterval(() => {
      slot.renewedAt = Date.now();
      // It was forgotten where its timer was only late.
      this.#slots.add(slot);
    }, RENEW_MS);
    return {
      setOrigin: (ofResource, name) => {
        Object.assign(slot, { resource: ofResource, origin: name });
      },
      becomeHeavy: async (clock) => {
        if (slot.weight === 'heavy' || this.#growTo(slot)) return;
        slot.weight = 'growing';
        await clock.standStill(async () => {
          do await clock.hold(sleep(POLL_MS));
          while (!this.#growTo(slot));
        });
      },
      release: () => {
        clearInterval(renewing);
        this.#slots.delete(slot);
      },
    };
  }

  /** Taken at once where it is found free, or else two loads would take it. */
  #growTo(slot: Slot): boolean {
    if (this.#count(({ weight }) => weight === 'heavy') >= LIMITS.heavy) return false;
    slot.weight = 'heavy';
    return true;
  }

  #hasRoom({ resource, origin, heavy = false, slow = false }: LoadWanted): boolean {
    if (origin !== undefined && !this.#originHasRoom(origin, resource)) return false;
    if (isDatabase(origin) && this.#count((slot) => isDatabase(slot.origin)) >= LIMITS.ofDatabases) return false;
    if (heavy) return this.#count(({ weight }) => weight === 'heavy') < LIMITS.heavy;
    // Both queues share the light places: slow loads leave some to fast ones.
    if (slow && this.#count((slot) => slot.slow && slot.weight === 'light') >= LIMITS.slow) return false;
    return (
      this.#count(({ weight }) => weight === 'light') < LIMITS.light &&
      this.#count(({ weight }) => weight === 'growing') < LIMITS.growing
    );
  }

  #originHasRoom(origin: string, resource: string | undefined): boolean {
    const byResource = new Map<string | undefined, number>();
    for (const slot of this.#live()) {
      if (slot.origin === origin) byResource.set(slot.resource, (byResource.get(slot.resource) ?? 0) + 1);
    }
    const counts = [...byResource.values()];
    const own = byResource.get(resource) ?? 0;
    const hasRoom =
      own < SHARE_OF_RESOURCE
        ? sum(counts.map((count) => Math.min(count, SHARE_OF_RESOURCE))) < LIMITS.ofOrigin
        : sum(counts) < LIMITS.ofOrigin && !this.#othersWait(origin, resource);
    if (!hasRoom) this.#refuse(origin, resource);
    return hasRoom;
  }

  #refuse(origin: string, resource: string | undefined): void {
    const now = Date.now();
    for (const [name, { at }] of this.#refused) if (at + WAITS_MS <= now) this.#refused.delete(name);
    this.#refused.set(`${origin} ${resource}`, { origin, resource, at: now });
  }

  /** Whether another resource was refused room at the origin lately: here, or its messages will soon be back. */
  #othersWait(origin: string, resource: string | undefined): boolean {
    const now = Date.now();
    return [...this.#refused.values()].some(
      (one) => one.origin === origin && one.resource !== resource && one.at + WAITS_MS > now,
    );
  }

  #count(counts: (slot: Slot) => boolean): number {
    return this.#live().filter(counts).length;
  }

  /** Forgets those that were cut. */
  #live(): Slot[] {
    const now = Date.now();
    for (const slot of this.#slots) if (slot.renewedAt + STALE_MS <= now) this.#slots.delete(slot);
    return [...this.#slots];
  }
}

function isDatabase(origin: string | undefined): boolean {
  return origin?.startsWith(DATABASE) === true;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** The room of this isolate. */
export const loadSlots = new LoadSlots();
