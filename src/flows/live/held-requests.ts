/**
 * How many requests an isolate holds: in `Prefer: wait`, while a cache is loaded, in event streams. Each takes memory, and
 * they all end together when the isolate does. A request that finds no room is answered at once with what is known.
 */

import { log } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import { HELD_REQUEST_BYTES, MEMORY_SHARES } from '../../ports/memory-shares.ts';
import { isFirstInMinute } from '../../stores/once-a-minute.ts';

/** Most requests held at once: what their share of an isolate's memory has room for. */
export const MAX_HELD = Math.floor(MEMORY_SHARES.heldRequests / HELD_REQUEST_BYTES);
/** Share of the room that is kept for waits of loads: without them a device that has nothing yet gets nothing. */
const KEPT_FOR_LOADS = 0.2;

/** What a request waits for: a load that was asked for, or that something changes (event streams included). */
export type HoldKind = 'load' | 'news';

/** A request that is to be held. */
export interface HoldRequest {
  /** Who asks. */
  user: string;
  kind: HoldKind;
  /** When it ends at the latest, ms since the epoch. */
  until: number;
}

/** Room taken by one request that is held. */
export interface Hold {
  /** It counts until then at most, ms since the epoch: the platform may cut a request short, and nothing of it runs on. */
  keepUntil(until: number): void;
  /** Gives the room back. */
  release(): void;
}

/** Which bound leaves no room: the user's own, or the isolate's. */
export type HoldBound = 'user' | 'isolate';

/** Takes room for a request; null: there is none. */
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
   * Room for a request, or the bound that leaves none.
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

  /** How many are held, those that were cut short included. */
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

/** What a service adds to the room. */
export interface HoldOptions {
  /** Most requests of one user (HELD_PER_USER). */
  heldPerUser: number;
  metrics: Metrics;
  /** Clock, ms since the epoch. Default: Date.now. */
  now?: () => number;
}

/** The room under a service's settings. Who finds none is told to the operator once a minute. */
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
