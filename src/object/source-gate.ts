/**
 * The gate of one source: an object named after the source. All isolates ask it before they call the source. This file
 * has only verbs; the rules are in core/source-gate, the rows in gate-rows.ts. The tables are the truth, and memory
 * holds a copy.
 */

import { DurableObject } from 'cloudflare:workers';
import { close, enter, type GateState, leave, more, newGate, view } from '../core/source-gate/gate.ts';
import { putToken, token } from '../core/source-gate/token.ts';
import type {
  CloseRequest,
  EnterAnswer,
  EnterRequest,
  GateView,
  LeaveRequest,
  MoreAnswer,
  MoreRequest,
  SealedToken,
  SourceGateVerbs,
  TokenAnswer,
  TokenRequest,
} from '../ports/source-gate.ts';
import { GateRows } from './gate-rows.ts';

/** The verbs of ports/source-gate.ts. Everything else is `#private`, since callers of the stub can call every public method. */
export class SourceGate extends DurableObject<Env> implements SourceGateVerbs {
  readonly #rows: GateRows;
  #gate: GateState;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#rows = new GateRows(ctx.storage);
    this.#gate = this.#rows.read();
  }

  async enter(request: EnterRequest): Promise<EnterAnswer> {
    return this.#run((gate, now) => enter(gate, request, now));
  }

  async more(request: MoreRequest): Promise<MoreAnswer> {
    return this.#run((gate, now) => more(gate, request, now));
  }

  async close(request: CloseRequest): Promise<void> {
    this.#run((gate, now) => close(gate, request, now));
  }

  async leave(request: LeaveRequest): Promise<void> {
    this.#run((gate) => leave(gate, request));
  }

  async token(request: TokenRequest): Promise<TokenAnswer> {
    return this.#run((gate, now) => token(gate, request, now));
  }

  async putToken(request: { load: string; token: SealedToken | null }): Promise<void> {
    this.#run((gate) => putToken(gate, request));
  }

  async view(): Promise<GateView> {
    return view(this.#gate, Date.now());
  }

  async forget(): Promise<void> {
    await this.#rows.clear();
    this.#gate = newGate();
  }

  /** One step, written before it is answered. If the write fails, the step is undone in memory too. */
  #run<T>(step: (gate: GateState, now: number) => T): T {
    try {
      const answer = step(this.#gate, Date.now());
      this.#rows.write(this.#gate);
      return answer;
    } catch (error) {
      this.#gate = this.#rows.read();
      throw error;
    }
  }
}
