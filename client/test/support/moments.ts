/** The moments at which a page can be killed: each step of its store, each request and each answer. */

import { FailingIndexedDb, type Fault } from './failing-indexed-db.ts';

/** What a page says before it stops. */
export const STANDS_STILL = 'stands still at ';

export class MomentCounter {
  /** Moments that have passed. */
  count = 0;
  /** Like the platform's, but that its steps are counted. */
  readonly indexedDb: FailingIndexedDb;
  #last = Number.POSITIVE_INFINITY;
  /** What goes wrong with each so many-th step of the store. */
  failing: { fault: Fault | null; every: number } = { fault: null, every: 1 };

  constructor() {
    // A page has no such function; the order of its events is that of the platform.
    (globalThis as { setImmediate?: unknown }).setImmediate ??= (run: () => void) => setTimeout(run);
    this.indexedDb = new FailingIndexedDb(globalThis.indexedDB, ({ what, request = '' }) => {
      this.#pass(`${what} ${request}`);
      const { fault, every } = this.failing;
      return fault !== null && this.count % every === 0 ? fault : undefined;
    });
  }

  /** Like the platform's; what it asks and hears is counted. */
  readonly fetch: typeof fetch = async (input, init) => {
    this.#pass(`request ${String(input)}`);
    const response = await fetch(input, init);
    this.#pass(`answer ${String(input)}`);
    return response;
  };

  /** The page stops at the moment that comes so many later. Nothing that it has begun before is undone. */
  stopAfter(count: number): void {
    this.#last = this.count + count;
  }

  #pass(what: string): void {
    this.count += 1;
    if (this.count < this.#last) return;
    console.log(STANDS_STILL + what);
    // Nothing else runs in this page any more, as in one that was killed.
    for (;;);
  }
}
