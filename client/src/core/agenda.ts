/** Names, sorted by the moment that each waits for: a binary heap. An outdated entry stays until it reaches the top. */

import { NEVER } from './times.ts';

export class Agenda {
  readonly #moments = new Map<string, number>();
  readonly #due = new Set<string>();
  #heap: (readonly [at: number, name: string])[] = [];

  /** @param at ms; Infinity: the name waits for nothing */
  set(name: string, at: number): void {
    if ((this.#moments.get(name) ?? NEVER) === at) return;
    this.#due.delete(name);
    if (at === NEVER) {
      this.#moments.delete(name);
      return;
    }
    this.#moments.set(name, at);
    this.#push([at, name]);
  }

  /** All names that are due, the earliest first. `now` never goes back. */
  due(now: number): ReadonlySet<string> {
    for (let first = this.#first(); first !== undefined && first[0] <= now; first = this.#first()) {
      this.#due.add(first[1]);
      this.#pop();
    }
    return this.#due;
  }

  /** The earliest moment of the names that are not due yet. */
  get next(): number {
    return this.#first()?.[0] ?? NEVER;
  }

  #first(): readonly [number, string] | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || (this.#moments.get(first[1]) === first[0] && !this.#due.has(first[1]))) return first;
      this.#pop();
    }
  }

  #push(entry: readonly [number, string]): void {
    const heap = this.#heap;
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] ?? entry;
      if (above[0] <= entry[0]) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    const atOf = (place: number) => heap[place]?.[0] ?? NEVER;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const child = atOf(left + 1) < atOf(left) ? left + 1 : left;
      const below = heap[child];
      if (below === undefined || below[0] >= last[0]) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = last;
  }
}
