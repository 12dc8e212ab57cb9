/** Callers held until a task ends, in memory only: who is cut off asks again. */

/** Most callers held at once; an object is billed while it holds one. */
const MAX_HELD = 64;

/** The callers of one object that are held, by task. */
export class HeldWaits {
  readonly #held = new Map<string, Set<() => void>>();
  #count = 0;

  /** Resolves when the task ends, at the latest after `waitMs`; at once when too many are held. */
  async until(taskId: string, waitMs: number): Promise<void> {
    if (this.#count >= MAX_HELD) return;
    this.#count += 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    const held = this.#held.get(taskId) ?? new Set();
    this.#held.set(taskId, held.add(resolve));
    const timer = setTimeout(resolve, waitMs);
    await promise;
    clearTimeout(timer);
    held.delete(resolve);
    if (held.size === 0 && this.#held.get(taskId) === held) this.#held.delete(taskId);
    this.#count -= 1;
  }

  /** The task has ended: whoever waits for it goes on. */
  release(taskId: string): void {
    for (const resolve of this.#held.get(taskId) ?? []) resolve();
  }
}
