/**
 * The permit of one load at the gate of its source (DESIGN "The gate of a source"). A source gets no request from a
 * load without a permit, and a gate that cannot be reached lets no load in.
 */

import { LoadFailure } from '../../contract/problem.ts';
import type { StoredSource } from '../../contract/source.ts';
import { slotMs } from '../../core/source-gate/pace.ts';
import { limitsOf } from '../../core/source-limits.ts';
import { log } from '../../log.ts';
import { retryAfterMs } from '../../origin/origin-status.ts';
import type { Fetch } from '../../ports/network.ts';
import type { AskedLimits, CloseRequest, GateWait, SourceGates, SourceGateVerbs } from '../../ports/source-gate.ts';
import { sleep } from '../../waiting.ts';
import type { LoadClock } from './load-clock.ts';

/** By these statuses a source says that it is overloaded as a whole, not only for one load. */
const CLOSING = new Set([429, 503]);
/** A load that would wait longer than this for a slot ends, and starts again later, ms. */
const MOST_WAIT_MS = 60_000;
/** When to retry a gate that does not answer, ms. */
export const UNREACHABLE_MS = 10_000;
/** How many slots a waiting load requests. A load that is slower than its pace would lose them. */
const SLOTS_AHEAD = 10;

/** What a load asks a gate for. */
export interface Entrance {
  /** Names the load: the id of its delivery. */
  load: string;
  /** The longest duration of the load, ms. */
  ttlMs: number;
  /** Enter even if the gate is closed. */
  force: boolean;
}

/** When a request may be sent, ms since the epoch: not before `from`, and not after `until`. */
interface Slot {
  from: number;
  until: number;
}

/**
 * Enters the gate of a source with limits.
 *
 * @throws Error if the gate does not answer
 */
export async function enterGate(
  gates: SourceGates,
  source: StoredSource,
  entrance: Entrance,
): Promise<GatePass | GateWait | null> {
  const asked = limitsOf(source);
  if (asked === null) return null;
  const gate = gates(source.name);
  const from = Date.now();
  const answer = await gate.enter({ ...entrance, ...asked });
  if (answer.outcome === 'wait') return answer;
  return new GatePass(gate, source.name, asked, entrance, { slots: answer.slots, from });
}

export class GatePass {
  /** Name of the source. */
  readonly source: string;
  /** When the permit expires, ms since the epoch. */
  readonly endsAt: number;
  readonly #gate: SourceGateVerbs;
  readonly #rate: AskedLimits['limits']['rate'];
  readonly #entrance: Entrance;
  #slots: Slot[] = [];
  #hasWaited = false;
  /** The source has told this load that it is overloaded. */
  #mayBeClosed = false;

  constructor(
    gate: SourceGateVerbs,
    source: string,
    { limits }: AskedLimits,
    entrance: Entrance,
    first: { slots: readonly number[]; from: number },
  ) {
    this.source = source;
    this.endsAt = first.from + entrance.ttlMs;
    this.#gate = gate;
    this.#rate = limits.rate;
    this.#entrance = entrance;
    this.#keep(first.slots, first.from);
  }

  /** The same fetcher; each request waits for its slot. The origin's clock stands still during the wait. */
  inTurn(fetch: Fetch, clock: LoadClock): Fetch {
    return async (url, init) => {
      await this.#turn(clock);
      return fetch(url, init);
    };
  }

  /** Same, for requests to the source itself: an answer that says it is overloaded closes the gate. */
  paced(fetch: Fetch, clock: LoadClock): Fetch {
    const inTurn = this.inTurn(fetch, clock);
    return async (url, init) => {
      const response = await inTurn(url, init);
      if (CLOSING.has(response.status)) {
        await this.close({ status: response.status, retryAfterMs: retryAfterMs(response.headers, Date.now()) });
      }
      return response;
    };
  }

  /**
   * Gives the permit back. `isWell`: the load has brought data. Never throws: a permit that is not given back expires.
   */
  async leave(isWell: boolean): Promise<void> {
    const request = { load: this.#entrance.load, isWell };
    try {
      await this.#gate.leave(request).catch(() => this.#gate.leave(request));
    } catch (error) {
      log('warn', 'gate.not_left', { source: this.source, error });
    }
  }

  /** @throws LoadFailure `overloaded` if there is no slot within a minute; and the clock's reason */
  async #turn(clock: LoadClock): Promise<void> {
    // Without a rate, requests are not counted, so the gate is asked only if it is known to have closed.
    if (this.#rate === null && !this.#mayBeClosed) return;
    for (let waitedMs = 0; ; ) {
      const slot = this.#slots.shift() ?? null;
      const now = Date.now();
      if (slot !== null && slot.until < now) continue;
      if (slot !== null) {
        this.#hasWaited = slot.from > now;
        if (this.#hasWaited) await standStill(clock, slot.from - now);
        // A load that wakes too late has lost the slot.
        if (Date.now() <= slot.until) return;
        continue;
      }
      const waitMs = await this.#askForMore();
      waitedMs += waitMs;
      if (waitedMs > MOST_WAIT_MS) throw noTurn(this.source, waitMs);
      if (waitMs > 0) await standStill(clock, waitMs);
      else if (this.#rate === null) return;
    }
  }

  /** Returns how long to wait before asking again, ms; 0 if there are slots. */
  async #askForMore(): Promise<number> {
    const from = Date.now();
    const { load, force } = this.#entrance;
    const answer = await this.#gate
      .more({ load, force, want: this.#hasWaited ? SLOTS_AHEAD : 1 })
      .catch((cause: unknown) => {
        throw noTurn(this.source, UNREACHABLE_MS, cause);
      });
    if (answer.outcome === 'gone') throw noTurn(this.source, 0);
    if (answer.outcome === 'wait') {
      this.#hasWaited = true;
      return answer.waitMs;
    }
    this.#mayBeClosed = false;
    this.#keep(answer.slots, from);
    return 0;
  }

  /**
   * Keeps slots. The answer took an unknown part of the elapsed time, so each slot starts no earlier and
   * ends no later than by the gate's clock.
   */
  #keep(slots: readonly number[], from: number): void {
    if (this.#rate === null) return;
    const now = Date.now();
    const goodMs = slotMs(this.#rate);
    this.#slots = slots.map((inMs) => ({ from: inMs === 0 ? now : now + inMs, until: from + inMs + goodMs }));
  }

  /** Tells the gate that the source is overloaded, so that all other loads know at once. Never throws. */
  async close(request: CloseRequest): Promise<void> {
    this.#mayBeClosed = true;
    try {
      await this.#gate.close(request);
    } catch (error) {
      log('warn', 'gate.not_closed', { source: this.source, error });
    }
  }
}

async function standStill(clock: LoadClock, ms: number): Promise<void> {
  await clock.standStill(() => clock.hold(sleep(ms)));
}

/** The failure of a load that gets no turn. */
export function noTurn(source: string, waitMs: number, cause?: unknown): LoadFailure {
  return new LoadFailure('overloaded', 'The source of this resource has no room for this load now.', {
    adminDetail: `The limits of the source "${source}" (concurrency, rate) gave this load no turn in time.`,
    retryable: true,
    retryAfterMs: waitMs,
    cause,
  });
}
