/**
 * Limits how many requests an isolate holds: in `Prefer: wait`, while a cache is loaded, in event streams. Each takes
 * memory, and all of them end when the isolate does. A request that finds no room is answered at once with what is
 * known.
 */

import { log } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import { HELD_REQUEST_BYTES, MEMORY_SHARES } from '../../ports/memory-shares.ts';
import { isFirstInMinute } from '../../stores/once-a-minute.ts';

/** Most requests held at the same time: as many as fit into their share of an isolate's memory. */
export const MAX_HELD = Math.floor(MEMORY_SHARES.heldRequests / HELD_REQUEST_BYTES);
/**
 * Share of the room that is reserved for waits for loads: without such a wait a device that has no data yet gets none.
 */
const KEPT_FOR_LOADS = 0.2;

/** What a request waits for: a load that it requested, or any change (event streams included). */
export type HoldKind = 'load' | 'news';

/** A request to hold. */
export interface HoldRequest {
  /** The caller. */
  user: string;
  kind: HoldKind;
  /** When the hold ends at the latest, ms since the epoch. */
  until: number;
}

/** The room of one held request. */
export interface Hold {
  /**
   * Counts the request until then at the latest, ms since the epoch: the platform may cut a request off without running
   * its cleanup.
   */
  keepUntil(until: number): void;
  /** Frees the room. */
  release(): void;
}

/** Which limit is reached: the user's or the isolate's. */
export type HoldBound = 'user' | 'isolate';

/** Takes room for a request; null if there is none. */
export type HoldRequests = (request: HoldRequest) => Hold | null;

interface Held {
  kind: HoldKind;
  until: number;
}

/** The room of one isolate. */
export class HeldRequests {
  readonly #max: number;
  readonly #byUser = new Map<string, Set<Held>>();
  readonly #counts: Record<HoldKind, number> = { load: 0, news: 0 };

  constructor(max = MAX_HELD) {
    this.#max = max;
  }

  /**
   * Takes room for a request, or returns the limit that is reached.
   *
   * @param perUser most requests of one user
   * @param now ms since the epoch
   */
  enter({ user, kind, until }: HoldRequest, perUser: number, now: number): Hold | HoldBound {
    if (this.#countOf(user) >= perUser) this.#dropPast(user, now);
    if (this.#countOf(user) >= perUser) return 'user';
    if (this.#isFull(kind)) for (const each of [...this.#byUser.keys()]) this.#dropPast(each, now);
    if (this.#isFull(kind)) return 'isolate';
    const held = { kind, until };
    this.#add(user, held);
    return {
      keepUntil: (later) => {
        held.until = later;
      },
      release: () => this.#drop(user, held),
    };
  }

  /** How many requests are held, including those that the platform cut off. */
  get count(): number {
    return this.#counts.load + this.#counts.news;
  }

  #isFull(kind: HoldKind): boolean {
    if (this.count >= this.#max) return true;
    return kind === 'news' && this.#counts.news >= this.#max * (1 - KEPT_FOR_LOADS);
  }

  #countOf(user: string): number {
    return this.#byUser.get(user)?.size ?? 0;
  }

  #add(user: string, held: Held): void {
    const own = this.#byUser.get(user) ?? new Set();
    own.add(held);
    this.#byUser.set(user, own);
    this.#counts[held.kind] += 1;
  }

  #drop(user: string, held: Held): void {
    const own = this.#byUser.get(user);
    if (own?.delete(held) !== true) return;
    this.#counts[held.kind] -= 1;
    if (own.size === 0) this.#byUser.delete(user);
  }

  #dropPast(user: string, now: number): void {
    for (const held of this.#byUser.get(user) ?? []) if (held.until <= now) this.#drop(user, held);
  }
}

/** The room of this isolate. */
export const heldRequests = new HeldRequests();

/** Options of a service. */
export interface HoldOptions {
  /** Most requests of one user (HELD_PER_USER). */
  heldPerUser: number;
  metrics: Metrics;
  /** Clock, ms since the epoch. Default: Date.now. */
  now?: () => number;
}

/** The room with the settings of a service. Tells the operator once a minute about requests that find no room. */
export function holdsOf(room: HeldRequests, { heldPerUser, metrics, now = Date.now }: HoldOptions): HoldRequests {
  return (request) => {
    const entered = room.enter(request, heldPerUser, now());
    if (typeof entered === 'object') return entered;
    tell(entered, request, metrics, now());
    return null;
  };
}

function tell(bound: HoldBound, { user, kind }: HoldRequest, metrics: Metrics, now: number): void {
  const whose = bound === 'user' ? { user } : {};
  if (!isFirstInMinute(`request.not_held ${JSON.stringify(whose)}`, now)) return;
  log('warn', 'request.not_held', { bound, kind, ...whose });
  metrics.write('not_held', { bound }, {});
}

/** Lets all waits of a request share the room of one, until the last of them ends. */
export function sharedHold(hold: HoldRequests): HoldRequests {
  let room: Hold | null = null;
  let waits = 0;
  return (request: HoldRequest) => {
    room ??= hold(request);
    if (room === null) return null;
    const taken = room;
    waits += 1;
    return {
      keepUntil: (until) => taken.keepUntil(until),
      release() {
        waits -= 1;
        if (waits > 0) return;
        taken.release();
        room = null;
      },
    };
  };
}
