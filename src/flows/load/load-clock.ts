/**
 * The clock of one load (the picture in docs/task-machine.md). The origin has a time-out of its own, which stands still while we
 * make the load wait; whatever waits how long, the whole load is over at `endsAt`, well before its lease.
 */

import { LoadFailure } from '../../contract/problem.ts';

/** Runs from the moment it is made until it is disposed of. */
export class LoadClock implements Disposable {
  readonly #controller = new AbortController();
  readonly #passed: Promise<never>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What the origin had left when its clock last started, ms, and when that was; null: it stands still. */
  #originMs: number;
  #startedAt: number | null = Date.now();
  #timeoutMs: number;
  #endsAt: number;

  /** `timeoutMs` is the origin's, `endsAt` the end of the whole load, ms since the epoch. */
  constructor(timeoutMs: number, endsAt: number) {
    this.#timeoutMs = timeoutMs;
    this.#originMs = timeoutMs;
    this.#endsAt = endsAt;
    this.#passed = new Promise((_resolve, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason));
    });
    // Nobody may be holding anything when the time has passed.
    this.#passed.catch(() => undefined);
    this.#arm();
  }

  /** Aborts when the time has passed; its reason is a LoadFailure, `origin-timeout` or `overloaded`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The longest that the load may still go on, ms. */
  leftMs(): number {
    return Math.max(Math.min(this.#originLeftMs(), this.#endsAt - Date.now()), 0);
  }

  /** The origin has no longer than this, counted from the start: the definition may say less than the lease. */
  limit(timeoutMs: number): void {
    if (timeoutMs >= this.#timeoutMs) return;
    this.#originMs -= this.#timeoutMs - timeoutMs;
    this.#timeoutMs = timeoutMs;
    this.#arm();
  }

  /** The load ends by this moment (ms since the epoch) at the latest, also if it waits. */
  endBy(at: number): void {
    this.#endsAt = Math.min(this.#endsAt, at);
    this.#arm();
  }

  /** What the work gives, or what the signal's reason is when that comes first; the work is then no longer waited for. */
  hold<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#passed]);
  }

  /** Waits for something that is not the origin's fault: its clock stands still meanwhile. */
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
  return new LoadFailure('overloaded', 'Other large loads went first for as long as this one could wait.', {
    retryable: true,
  });
}
