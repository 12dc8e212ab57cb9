/** Callers that are held until a task ends. They are kept in memory only: a caller whose connection breaks asks again. */

/** Most callers held at the same time; an object is billed while it holds one. */
const MAX_HELD = 64;

/** The held callers of one object, by task. */
export class HeldWaits {
  readonly #held = new Map<string, Set<() => void>>();
  #count = 0;

  /** Resolves when the task ends, or after `waitMs`; at once when too many callers are held. */
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

  /** Resolves all callers that wait for this task, which has ended. */
  release(taskId: string): void {
    for (const resolve of this.#held.get(taskId) ?? []) resolve();
  }
}
