/**
 * Imitates what the platform does to an invocation, and the local one does not: some time after its handler has
 * returned, it stops.
 * It gets no more answers, its calls are not executed, and its requests to origins are aborted.
 */

import type { QueueServices } from '../../src/queues/refresh-queue.ts';

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export class Invocation {
  readonly #services: QueueServices;
  readonly #cut = new AbortController();
  /** Work under `waitUntil`, which may never end. */
  readonly goesOn: Promise<unknown>[] = [];

  constructor(services: Omit<QueueServices, 'waitUntil'>) {
    this.#services = { ...services, waitUntil: (work) => this.goesOn.push(work) };
  }

  get isCut(): boolean {
    return this.#cut.signal.aborted;
  }

  /** The services that this invocation uses. */
  get services(): QueueServices {
    const { objects, resources, blobs } = this.#services;
    const reached = { objects: this.#reach(objects), resources: this.#reach(resources) };
    return { ...this.#services, ...reached, blobs: this.#reach(blobs) };
  }

  /** The `fetch` to origins of this invocation. */
  get fetch(): Fetch {
    return (url, init) => {
      const signal = AbortSignal.any([this.#cut.signal, ...(init.signal ? [init.signal] : [])]);
      return this.#alive(() => fetch(url, { ...init, signal }));
    };
  }

  /** The handler has returned: remaining work is cut this many ms later. */
  returned(cutMs: number): void {
    setTimeout(() => this.cut(), cutMs);
  }

  cut(): void {
    this.#cut.abort();
  }

  #reach<T extends object>(store: T): T {
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.#alive(async () => Reflect.apply(member, target, args));
      },
    });
  }

  async #alive<T>(call: () => Promise<T>): Promise<T> {
    if (this.isCut) return new Promise(() => undefined);
    try {
      const answer = await call();
      return this.isCut ? await new Promise(() => undefined) : answer;
    } catch (error) {
      if (this.isCut) return new Promise(() => undefined);
      throw error;
    }
  }
}
