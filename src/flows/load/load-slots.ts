/**
 * Limits how many loads an isolate runs at the same time: ten light ones, of which eight may be slow, and one heavy
 * one; six of one origin. A load that finds no room looks again by its own timer, because a request cannot await the
 * promise of another one: requests share only values. For the same reason a timer of its own request renews each slot:
 * an invocation that the platform cut off renews nothing, and its slot becomes free.
 *
 * Half of an origin's places belong to each resource. A resource may use the other half while no other resource asks
 * for it, and the others get theirs even if the resource already uses all places. So a resource whose loads hang does
 * not block another resource of the same host.
 */

import { DATABASE } from '../../core/task-policy.ts';
import { HEAVY_BYTES } from '../../ports/memory-shares.ts';
import { sleep } from '../../waiting.ts';
import type { LoadClock } from './load-clock.ts';

/**
 * `growing` loads wait in the middle of a load to become heavy: each holds a connection and what it has read so far.
 * The limit for slow loads is higher than that of one origin: otherwise an origin that hangs would block all other slow
 * loads. A load from a database keeps its connection to the end: six of them would use up all connections that the
 * platform gives an invocation, and R2 would be out of reach.
 */
const LIMITS = { light: 10, slow: 8, growing: 10, heavy: 1, ofOrigin: 6, ofDatabases: 2 } as const;
const SHARE_OF_RESOURCE = LIMITS.ofOrigin / 2;
const POLL_MS = 25;
/** A slot is renewed at this interval, and stops counting after STALE_MS without a renewal, ms. */
const RENEW_MS = 1000;
const STALE_MS = 3000;
/**
 * A resource that was refused room at an origin counts as waiting for this long, ms: its messages come again within it.
 */
const WAITS_MS = 6000;

/** What is known of a load before it is claimed. All of it comes from its message. */
export interface LoadWanted {
  /** Title of its resource. */
  resource?: string | undefined;
  /** Host and port of its origin. */
  origin?: string | undefined;
  /** The last load was heavy. */
  heavy?: boolean | undefined;
  /** It came by the queue for slow loads. */
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

/** The room that one load holds. */
export interface LoadSlot {
  /** Sets the origin that the load really asks; from now on the load counts there. */
  setOrigin(resource: string, origin: string): void;
  /**
   * Waits until this is the only heavy load, unless it already is. The clock of its origin stands still meanwhile.
   * @throws the clock's reason
   */
  becomeHeavy(clock: LoadClock): Promise<void>;
  /** Frees the room. */
  release(): void;
}

/** The room of one isolate. */
export class LoadSlots {
  readonly #slots = new Set<Slot>();
  /** Resources that recently found no room at an origin, and when; by origin and resource. */
  readonly #refused = new Map<string, { origin: string; resource: string | undefined; at: number }>();

  /** Waits for room for a load until `until` (ms since the epoch); null if there was none. */
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
      // Adds the slot again if it was removed although its timer was only late.
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

  /** Takes the place in the same step that finds it free; otherwise two loads could take it. */
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

  /**
   * Whether another resource was recently refused room at the origin: its load waits here, or its message soon comes
   * again.
   */
  #othersWait(origin: string, resource: string | undefined): boolean {
    const now = Date.now();
    return [...this.#refused.values()].some(
      (one) => one.origin === origin && one.resource !== resource && one.at + WAITS_MS > now,
    );
  }

  #count(counts: (slot: Slot) => boolean): number {
    return this.#live().filter(counts).length;
  }

  /** Removes the slots of invocations that were cut off. */
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

/** When a load counts as heavy. */
interface Heaviness {
  heavyRows: number;
  /** Called once, when the load becomes heavy. */
  onHeavy: () => void;
}

/** Takes how much of the answers was read: bytes since the last call, or rows in total. */
export type Weigh = (read: { bytes?: number; rows?: number }) => Promise<void>;

/**
 * A load that becomes heavy keeps what it has read, and waits until it is the only heavy one. It reads nothing
 * meanwhile. If the origin gives up and breaks the answer off, the next attempt is known to be heavy before it asks.
 */
export function scales(slot: LoadSlot, clock: LoadClock, { heavyRows, onHeavy }: Heaviness): Weigh {
  let isHeavy = false;
  let allBytes = 0;
  return async ({ bytes = 0, rows = 0 }) => {
    allBytes += bytes;
    if (isHeavy || (allBytes <= HEAVY_BYTES && rows <= heavyRows)) return;
    isHeavy = true;
    onHeavy();
    await slot.becomeHeavy(clock);
  };
}
