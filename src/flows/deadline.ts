/** The time-out of a whole load. */

/** A deadline that runs. */
export interface Deadline extends Disposable {
  signal: AbortSignal;
  /** What the work gives, or what the signal's reason is when it comes first; the work is then no longer waited for. */
  hold<T>(work: Promise<T>): Promise<T>;
}

/** Aborts with `reason` at `at` (ms since the epoch), unless disposed of before. */
export function deadline(at: number, reason: Error): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  const passed = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  // Nobody may be holding anything when the time has passed.
  passed.catch(() => undefined);
  const timer = setTimeout(() => controller.abort(reason), Math.max(at - Date.now(), 0));
  return {
    signal,
    hold: (work) => Promise.race([work, passed]),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
