/**
 * Isolate memory: values under a bound; what was used longest ago goes first. Never promises: the platform lets no request
 * await another's.
 */

interface Item<Value> {
  value: Value;
  weight: number;
}

/** A map that forgets what was used longest ago when it gets too heavy. */
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

  /** Of all values together. */
  get weight(): number {
    return this.#weight;
  }

  get size(): number {
    return this.#items.size;
  }

  /** What was used longest ago first; what is deleted meanwhile is left out. */
  *entries(): Generator<[key: string, value: Value]> {
    for (const [key, { value }] of this.#items) yield [key, value];
  }

  get(key: string): Value | undefined {
    const item = this.#items.get(key);
    if (item === undefined) return undefined;
    // A Map keeps the order of insertion: what is used goes to its end.
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
