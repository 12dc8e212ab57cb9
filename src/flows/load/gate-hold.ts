/** What one delivery holds at gates: at most one permit, which it gives back whatever becomes of it. */

import { LEASE_MARGIN_MS } from '../../contract/constants.ts';
import type { DefinedResource, StoredResource } from '../../contract/resource.ts';
import { limitsOf } from '../../core/source-limits.ts';
import { paceMsOf } from '../../core/task-policy.ts';
import { log } from '../../log.ts';
import type { Fetch } from '../../origin/fetch-origin.ts';
import type { WayServices } from '../../origin/origin-way.ts';
import type { Lease } from '../../ports/object.ts';
import type { GateWait, SourceGates } from '../../ports/source-gate.ts';
import { enterGate, GatePass, noTurn, UNREACHABLE_MS } from './gate-pass.ts';
import type { LoadClock } from './load-clock.ts';

/** Of what has no source. */
export const noGates: SourceGates = () => {
  throw new Error('there is no gate here');
};

export class GateHold {
  /** The load has brought data. */
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
   * Enters the gate of the source that a resource names, where that has limits.
   *
   * @returns null: it is in, or there is nothing to enter
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
      // It may have let the load in, and its answer was lost: nobody waits for that to be undone.
      this.#gates(source.name)
        .leave({ load: this.load, isWell: false })
        .catch(() => undefined);
      return { outcome: 'wait', reason: 'closed', waitMs: UNREACHABLE_MS };
    }
  }

  /**
   * Sees to it that a load under this definition holds a permit: the one before the claim went by what the message and a copy said. The
   * load then ends before its permit does.
   *
   * @throws LoadFailure `overloaded`, to be tried again
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

  /** The same fetcher, by the pace of the gate that was entered. */
  paced(fetch: Fetch, clock: LoadClock): Fetch {
    return this.#pass?.paced(fetch, clock) ?? fetch;
  }

  /** The source is a database that has no connection left: nobody is to ask for one for a while. Never throws. */
  async closeFull(): Promise<void> {
    await this.#pass?.close({ status: 503, retryAfterMs: null });
  }

  /** Where tokens of sources are kept and asked for: those requests take turns, too, and what their host answers closes no source. */
  tokens(clock: LoadClock): WayServices['tokens'] {
    const { load } = this;
    return { gates: this.#gates, load, paced: (fetch) => this.#pass?.inTurn(fetch, clock) ?? fetch };
  }

  /** Gives back what is held. Never throws. */
  async leave(): Promise<void> {
    const pass = this.#pass;
    this.#pass = null;
    await pass?.leave(this.isWell);
  }
}
