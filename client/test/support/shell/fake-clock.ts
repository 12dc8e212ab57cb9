/** A clock that the test moves: a day passes in a moment. */

import type { Clock } from '../../../src/shell/platform.ts';

export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers: { at: number; ring: () => void }[] = [];
  now = () => this.#now;
  wall = () => this.#now + 1_800_000_000_000;
  random = () => 0.5;
  after = (ms: number, ring: () => void) => {
    const timer = { at: this.#now + ms, ring };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Lets time pass, timer by timer, with all that each sets off. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await calm();
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.ring();
      await calm();
    }
    this.#now = end;
  }
}

/** What is under way without a timer has come to its end. */
async function calm(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
