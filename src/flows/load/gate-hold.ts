/**
 * The permit of one delivery at gates: it holds at most one, and always gives it back. It is asked for before the claim,
 * so that a load without a permit uses no attempt and holds no lease.
 */

import { LEASE_MARGIN_MS } from '../../contract/constants.ts';
import type { DefinedResource, StoredResource } from '../../contract/resource.ts';
import { limitsOf } from '../../core/source-limits.ts';
import { paceMsOf } from '../../core/task-policy.ts';
import { log } from '../../log.ts';
import type { WayServices } from '../../origin/origin-way.ts';
import type { Fetch } from '../../ports/network.ts';
import type { Lease } from '../../ports/object.ts';
import type { GateWait, SourceGates } from '../../ports/source-gate.ts';
import type { Services } from '../services.ts';
import { enterGate, GatePass, noTurn, UNREACHABLE_MS } from './gate-pass.ts';
import type { LoadClock } from './load-clock.ts';

/** For resources without a source. */
export const noGates: SourceGates = () => {
  throw new Error('there is no gate here');
};

/** The permit that one delivery holds, if any. */
export class GateHold {
  /** Whether the load has brought data. */
  isWell = false;
  readonly #gates: SourceGates;
  /** Names the load. */
  readonly load: string;
  #pass: GatePass | null = null;

  /** @param load names the load at gates: the id of its delivery */
  constructor(gates: SourceGates, load: string) {
    this.#gates = gates;
    this.load = load;
  }

  /**
   * Enters the gate of the source that a resource names, if the source has limits.
   *
   * @returns null if the load is in, or if there is no gate to enter
   */
  async enter(
    { definition, source }: Pick<StoredResource, 'definition' | 'source'>,
    force: boolean,
  ): Promise<GateWait | null> {
    if (definition === null || source === undefined || limitsOf(source) === null) return null;
    const ttlMs = definition.origin.timeout_s * 1000 + LEASE_MARGIN_MS + paceMsOf(definition, source);
    try {
      const pass = await enterGate(this.#gates, source, { load: this.load, ttlMs, force });
      if (!(pass instanceof GatePass)) return pass;
      this.#pass = pass;
      return null;
    } catch (error) {
      log('warn', 'gate.unreachable', { source: source.name, error });
      // The gate may have let the load in, and its answer was lost. Takes the permit back without waiting for that.
      this.#gates(source.name)
        .leave({ load: this.load, isWell: false })
        .catch(() => undefined);
      return { outcome: 'wait', reason: 'closed', waitMs: UNREACHABLE_MS };
    }
  }

  /**
   * Makes sure that a load under this definition holds a permit: `enter` before the claim relied on the message and a
   * copy of the definition. Makes the load end before its permit does.
   *
   * @throws LoadFailure `overloaded`, which is retried
   */
  async demand(resource: DefinedResource, { force }: Pick<Lease, 'force'>, clock: LoadClock): Promise<void> {
    const { source } = resource;
    const name = limitsOf(source) === null ? null : (source?.name ?? null);
    if (this.#pass !== null && this.#pass.source !== name) await this.leave();
    if (name !== null && this.#pass === null) {
      const wait = await clock.standStill(() => this.enter(resource, force));
      if (wait !== null) throw noTurn(name, wait.waitMs);
    }
    if (this.#pass !== null) clock.endBy(this.#pass.endsAt);
  }

  /** The same fetcher at the pace of the entered gate. */
  paced(fetch: Fetch, clock: LoadClock): Fetch {
    return this.#pass?.paced(fetch, clock) ?? fetch;
  }

  /**
   * Closes the gate because the source is a database without a free connection: no load may ask for one for a while.
   * Never throws.
   */
  async closeFull(): Promise<void> {
    await this.#pass?.close({ status: 503, retryAfterMs: null });
  }

  /**
   * Where tokens of sources are stored and requested. Those requests wait for slots too, but the answers of their host
   * do not close the gate.
   */
  tokens(clock: LoadClock): WayServices['tokens'] {
    const { load } = this;
    return { gates: this.#gates, load, paced: (fetch) => this.#pass?.inTurn(fetch, clock) ?? fetch };
  }

  /** Gives the permit back. Never throws. */
  async leave(): Promise<void> {
    const pass = this.#pass;
    this.#pass = null;
    await pass?.leave(this.isWell);
  }
}

/** Loads that wait for the same time come at random times within this interval after it, ms. */
const SPREAD_MS = 2000;
/** After this many refusals, the pause does not grow further. */
const MOST_ATTEMPTS = 5;

/** What a message says about the gate of its load. */
export interface KnownGate {
  /** Title of its resource. */
  resource?: string | undefined;
  /** Name of its source, if that has limits. */
  gate?: string | undefined;
  /** An administrator forces the load. */
  force?: boolean | undefined;
}

/**
 * Enters the gate that the message names, by the isolate's copy of the definition. Null: the load may be claimed. If
 * neither names a gate, that is found out after the claim.
 */
export async function enterKnownGate(
  { resources }: Pick<Services, 'resources'>,
  { gate: name, resource: title, force = false }: KnownGate,
  gate: GateHold,
): Promise<GateWait | null> {
  if (name === undefined || title === undefined) return null;
  const resource = await resources.find(title);
  return resource === null ? null : gate.enter(resource, force);
}

/**
 * Returns when the message comes again, ms. If many loads wait for few permits, those that have waited longer ask less
 * often.
 *
 * @param attempts how often the message was delivered
 * @param random from 0 up to 1
 */
export function againMs({ reason, waitMs }: GateWait, attempts: number, random: number): number {
  return (reason === 'full' ? waitMs * Math.min(attempts, MOST_ATTEMPTS) : waitMs) + random * SPREAD_MS;
}
