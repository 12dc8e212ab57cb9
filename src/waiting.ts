/**
 * Waits and time-outs. The platform lets no request await a promise of another request. Code that waits for another
 * request's work therefore polls with `looks`: look, pause, look again.
 *
 * | what waits | for what | where it looks |
 * |---|---|---|
 * | flows/read/await-load.ts | a load, for a read whose data is missing or expired | the look-up |
 * | flows/live/watch-cache.ts | something newer, by `Prefer: wait` and event streams on `/rpc/` | isolate memory |
 * | flows/live/watch-task.ts | the end of a task | its object |
 * | stores/entry-lookup.ts | D1's answer to another request of the isolate | isolate memory |
 * | stores/entry-batch.ts | the same, of many keys | isolate memory |
 * | http/console-provider.ts | the provider's description, by pages of the console | isolate memory |
 * | stores/fetch-once.ts | what another request of the isolate fetches | isolate memory |
 */

/** The pause before look number `look`, ms. The look without a pause is number 0, so `look` begins at 1. */
export type Pauses = (look: number) => number;

/** Pauses that grow from `firstMs` by `factor`, up to `longestMs`. */
export function growingPauses(firstMs: number, longestMs: number, factor = 2): Pauses {
  return (look) => Math.min(firstMs * factor ** (look - 1), longestMs);
}

/** Random pauses, so that many waiting requests neither look nor answer all at the same moment. */
export function randomPauses(shortestMs: number, longestMs: number): Pauses {
  return () => shortestMs + Math.random() * (longestMs - shortestMs);
}

/**
 * Yields the number of the look whenever it is time to look: 0 at once, then 1, 2, … after a pause each, the last at
 * `until` (ms since the epoch). `signal` ends the wait early.
 */
export async function* looks(until: number, pauseMs: Pauses, signal?: AbortSignal): AsyncGenerator<number, void, void> {
  for (let look = 0; ; look += 1) {
    yield look;
    const leftMs = until - Date.now();
    if (leftMs <= 0) return;
    await sleep(Math.min(pauseMs(look + 1), leftMs), signal);
    if (signal?.aborted) return;
  }
}

/** Resolves after `ms`, or as soon as `signal` aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, signal?.aborted ? 0 : ms);
    signal?.addEventListener('abort', end);
  });
}

/**
 * The result of `work` if it settles within `ms`. The work is not cancelled.
 *
 * @throws Error when the time has passed; the error of `work` if it fails earlier
 */
export function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
