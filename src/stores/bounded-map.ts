/**
 * Isolate memory: values with a limit; the least recently used are removed first. Values must not be promises: the
 * platform does not let a request await a promise of another.
 */

interface Item<Value> {
  value: Value;
  weight: number;
}

/** A map that removes its least recently used values when it becomes too heavy. */
export class BoundedMap<Value> {
  readonly #items = new Map<string, Item<Value>>();
  readonly #maxWeight: number;
  readonly #weigh: (value: Value) => number;
  #weight = 0;

  /** `weigh` gives the weight of a value, in the unit of `maxWeight`; without it each value weighs 1. */
  constructor(maxWeight: number, weigh: (value: Value) => number = () => 1) {
    this.#maxWeight = maxWeight;
    this.#weigh = weigh;
  }

  /** The weight of all values together. */
  get weight(): number {
    return this.#weight;
  }

  get size(): number {
    return this.#items.size;
  }

  /** The entries, least recently used first, without those deleted during the iteration. */
  *entries(): Generator<[key: string, value: Value]> {
    for (const [key, { value }] of this.#items) yield [key, value];
  }

  get(key: string): Value | undefined {
    const item = this.#items.get(key);
    if (item === undefined) return undefined;
    // A Map keeps the order of insertion: a used value moves to its end.
    this.#items.delete(key);
    this.#items.set(key, item);
    return item.value;
  }

  set(key: string, value: Value): void {
    this.delete(key);
    const weight = this.#weigh(value);
    this.#items.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#items.keys()) {
      if (this.#weight <= this.#maxWeight) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const item = this.#items.get(key);
    if (item === undefined) return;
    this.#items.delete(key);
    this.#weight -= item.weight;
  }
}
