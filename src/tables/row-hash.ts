/** The hash of a row: the first 128 bits of the SHA-256 of its table's name and columns and of its text. */

import { createHash, hash } from 'node:crypto';
import { columnName } from '../contract/column.ts';
import type { TableDefinition } from '../contract/table-definition.ts';

/** Number of 32-bit words of a row's hash. */
export const HASH_WORDS = 4;

/** Size of the buffer for one row, in bytes; a larger row is hashed as a text. */
const SCRATCH_BYTES = 16_384;

/** Hashes rows of one table: takes a row's text, returns its hash as words in an array that the next call overwrites. */
export function rowHasher(table: TableDefinition): (text: string) => Uint32Array {
  // The prefix has a fixed length, so that a row's text cannot be mistaken for the end of a name.
  const prefix = hash('sha256', JSON.stringify(shapeOf(table)), 'base64').slice(0, 22);
  const encoder = new TextEncoder();
  const scratch = encoder.encode(prefix.padEnd(SCRATCH_BYTES));
  const room = scratch.subarray(prefix.length);
  const words = new Uint32Array(HASH_WORDS);
  return (text) => {
    // The platform hashes bytes twice as fast as a text. One UTF-16 unit becomes at most three bytes.
    const fits = text.length * 3 <= room.length;
    const input = fits ? scratch.subarray(0, prefix.length + encoder.encodeInto(text, room).written) : prefix + text;
    const digest = hash('sha256', input, 'buffer');
    for (let word = 0; word < HASH_WORDS; word += 1) words[word] = digest.readUInt32LE(word * 4);
    return words;
  };
}

/** SHA-256 (hex) of the names and columns of all tables: if it changes, the body changes, even without rows. */
export function shapeDigest(tables: readonly TableDefinition[]): string {
  return hash('sha256', JSON.stringify(tables.map(shapeOf)), 'hex');
}

function shapeOf({ name, columns }: TableDefinition): [string, string[]] {
  return [name, columns.map(columnName)];
}

/** `Cache-Hash-Value` (CONTRACT 3): SHA-256 (hex) of row ids joined by commas. `ids` are ascending. */
export function idsHash(ids: Float64Array): string {
  const sum = createHash('sha256');
  const step = 10_000;
  for (let at = 0; at < ids.length; at += step) {
    sum.update(`${at === 0 ? '' : ','}${ids.subarray(at, at + step).join(',')}`);
  }
  return sum.digest('hex');
}
