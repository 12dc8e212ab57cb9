/**
 * The clock of one load (the picture in docs/task-machine.md). The origin has its own time-out, which does not run
 * while the service makes the load wait. Whatever waits, the whole load ends at `endsAt`, well before its lease.
 */

import { LoadFailure } from '../../contract/problem.ts';

/** Runs from its creation until it is disposed of. */
export class LoadClock implements Disposable {
  readonly #controller = new AbortController();
  readonly #passed: Promise<never>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What the origin had left when its clock last started, ms, and when that was; null: its clock stands still. */
  #originMs: number;
  #startedAt: number | null = Date.now();
  #timeoutMs: number;
  #endsAt: number;

  /** `timeoutMs` is the time-out of the origin, `endsAt` the end of the whole load, ms since the epoch. */
  constructor(timeoutMs: number, endsAt: number) {
    this.#timeoutMs = timeoutMs;
    this.#originMs = timeoutMs;
    this.#endsAt = endsAt;
    this.#passed = new Promise((_resolve, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason));
    });
    // There may be no `hold` when the time runs out; this prevents an unhandled rejection.
    this.#passed.catch(() => undefined);
    this.#arm();
  }

  /** Aborts when the time runs out; its reason is a LoadFailure, `origin-timeout` or `overloaded`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The longest time that the load may still take, ms. */
  leftMs(): number {
    return Math.max(Math.min(this.#originLeftMs(), this.#endsAt - Date.now()), 0);
  }

  /** Shortens the origin's time-out, counted from the start: the definition may allow less than the lease. */
  limit(timeoutMs: number): void {
    if (timeoutMs >= this.#timeoutMs) return;
    this.#originMs -= this.#timeoutMs - timeoutMs;
    this.#timeoutMs = timeoutMs;
    this.#arm();
  }

  /** Makes the load end by this time (ms since the epoch) at the latest, even if it waits. */
  endBy(at: number): void {
    this.#endsAt = Math.min(this.#endsAt, at);
    this.#arm();
  }

  /**
   * Returns the result of the work, or throws the signal's reason if that comes first; then it no longer waits for the
   * work.
   */
  hold<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#passed]);
  }

  /** Waits for something other than the origin. The origin's clock stands still meanwhile. */
  async standStill<T>(wait: () => Promise<T>): Promise<T> {
    this.#originMs = this.#originLeftMs();
    this.#startedAt = null;
    this.#arm();
    try {
      return await wait();
    } finally {
      this.#startedAt = Date.now();
      this.#arm();
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  /** Infinite while the origin's clock stands still. */
  #originLeftMs(): number {
    return this.#startedAt === null ? Number.POSITIVE_INFINITY : this.#originMs - (Date.now() - this.#startedAt);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.signal.aborted) return;
    const isTimeout = this.#originLeftMs() <= this.#endsAt - Date.now();
    this.#timer = setTimeout(
      () => this.#controller.abort(isTimeout ? timeout(this.#timeoutMs) : noTurn()),
      this.leftMs(),
    );
  }
}

function timeout(ms: number): LoadFailure {
  return new LoadFailure('origin-timeout', `The load took longer than ${ms / 1000} s (origin.timeout_s).`, {
    retryable: true,
  });
}

function noTurn(): LoadFailure {
  return new LoadFailure('overloaded', 'This load waited too long for other large loads.', {
    retryable: true,
  });
}
