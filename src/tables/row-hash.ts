/** What a row is known by: the first 128 bits of the SHA-256 of its table's name and columns and of its text. */

import { createHash, hash } from 'node:crypto';
import { columnName } from '../contract/column.ts';
import type { TableDefinition } from '../contract/table-definition.ts';

/** 32-bit words of a row's hash. */
export const HASH_WORDS = 4;

/** Room for one row on its way to the hash, bytes: one as large is hashed as a text. */
const SCRATCH_BYTES = 16_384;

/** Hashes rows of one table: takes a row's text, gives its hash as words, in an array that the next row is written over. */
export function rowHasher(table: TableDefinition): (text: string) => Uint32Array {
  // Of fixed length, so that no text can pass for the end of a name.
  const prefix = hash('sha256', JSON.stringify(shapeOf(table)), 'base64').slice(0, 22);
  const encoder = new TextEncoder();
  const scratch = encoder.encode(prefix.padEnd(SCRATCH_BYTES));
  const room = scratch.subarray(prefix.length);
  const words = new Uint32Array(HASH_WORDS);
  return (text) => {
    // The platform hashes bytes in half the time that it takes for a text; one UTF-16 unit makes three bytes at most.
    const fits = text.length * 3 <= room.length;
    const input = fits ? scratch.subarray(0, prefix.length + encoder.encodeInto(text, room).written) : prefix + text;
    const digest = hash('sha256', input, 'buffer');
    for (let word = 0; word < HASH_WORDS; word += 1) words[word] = digest.readUInt32LE(word * 4);
    return words;
  };
}

/** SHA-256 (hex) of the names and columns of all tables: with another one the body differs, even without rows. */
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
