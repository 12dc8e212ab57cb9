/**
 * Which of several databases holds a row (SYNC_SHARDS, ENTRY_SHARDS). Rendezvous hashing: with more databases, rows
 * move only to the new ones; with fewer, only from the removed ones; each time as few as possible. Any change in this
 * file moves rows.
 */

/** The number of databases now, and before the last change; both are equal once all rows have moved. */
export interface Shards {
  now: number;
  before: number;
}

const encoder = new TextEncoder();

/** Number of the database, from 0, for a row with this hash of 32 bits: the one with the largest weight. */
export function shardOf(hash: number, count: number): number {
  let best = 0;
  let heaviest = -1;
  for (let shard = 0; shard < count; shard++) {
    const weight = mix(hash ^ Math.imul(shard + 1, 0x9e3779b9));
    if (weight > heaviest) [best, heaviest] = [shard, weight];
  }
  return best;
}

/** FNV-1a of the text's UTF-8, as the database stores it. */
export function hashOfText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The first 32 bits of a cache key, which is already a hash. */
export function hashOfKey(key: string): number {
  return Number.parseInt(key.slice(0, 8), 16);
}

/** The finalizer of MurmurHash3: a permutation of 32 bits, so that no two databases have the same weight. */
function mix(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
