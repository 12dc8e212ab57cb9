/**
 * The keys of the rows of one load: 64 bits of each, so that half a million keys need a few MB
 * (ports/memory-shares.ts).
 */

/** Where a key was seen before: nowhere, in this answer, or on an earlier page. */
export type KeySeen = 'new' | 'here' | 'earlier';

const FIRST_SLOTS = 1024;
/** The share of slots that may be used: four of five. */
const LOAD = { taken: 4, of: 5 };
/** Number of keys per array of hashes. Hashes are kept in several arrays, so that growing copies none of them. */
const CHUNK = 8192;

/** A set of key hashes. The origin does not know the seed, so it cannot create collisions on purpose. */
export class KeySet {
  size = 0;
  readonly #seed = crypto.getRandomValues(new Uint32Array(2));
  /** Two words of hash per key, in the order in which the keys came. */
  readonly #chunks: Uint32Array[] = [];
  /** Numbers of keys, from 1; 0: a free slot. Open addressing. */
  #slots = new Uint32Array(FIRST_SLOTS);
  /** The number of the first key of this page. */
  #pageBegin = 0;

  /** The next keys belong to another answer. */
  beginPage(): void {
    this.#pageBegin = this.size;
  }

  add(key: string): KeySeen {
    const [low, high] = this.#hash(key);
    const mask = this.#slots.length - 1;
    let slot = low & mask;
    for (let number = this.#slots[slot] ?? 0; number !== 0; number = this.#slots[slot] ?? 0) {
      if (this.#is(number - 1, low, high)) return number > this.#pageBegin ? 'here' : 'earlier';
      slot = (slot + 1) & mask;
    }
    this.#keep(low, high);
    this.#slots[slot] = this.size;
    if (this.size * LOAD.of > this.#slots.length * LOAD.taken) this.#grow();
    return 'new';
  }

  has(key: string): boolean {
    const [low, high] = this.#hash(key);
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot] ?? 0;
      if (number === 0 || this.#is(number - 1, low, high)) return number !== 0;
    }
  }

  #is(index: number, low: number, high: number): boolean {
    const chunk = this.#chunks[Math.floor(index / CHUNK)];
    const at = (index % CHUNK) * 2;
    return chunk?.[at] === low && chunk[at + 1] === high;
  }

  #keep(low: number, high: number): void {
    const at = this.size % CHUNK;
    if (at === 0) this.#chunks.push(new Uint32Array(CHUNK * 2));
    this.#chunks.at(-1)?.set([low, high], at * 2);
    this.size += 1;
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < this.size; index += 1) {
      let slot = (this.#chunks[Math.floor(index / CHUNK)]?.[(index % CHUNK) * 2] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }

  #hash(key: string): [low: number, high: number] {
    return hash64(key, this.#seed[0] ?? 0, this.#seed[1] ?? 0);
  }
}

/** Two hash words of a text, which depend on all of its characters (mixed as in MurmurHash 3). */
export function hash64(text: string, seedLow: number, seedHigh: number): [low: number, high: number] {
  let low = seedLow ^ 0xdeadbeef;
  let high = seedHigh ^ 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x9e3779b1);
    high = Math.imul(high ^ code, 0x5f356495);
    low = (low << 13) | (low >>> 19);
    high = (high << 17) | (high >>> 15);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  return [low >>> 0, high >>> 0];
}
