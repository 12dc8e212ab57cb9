/**
 * The format of an id map, 22 bytes per row: a header of 24 bytes (magic and format number, number of rows, the first
 * half of the SHA-256 of the rest), 8 bytes for each table (its index and first row), then by columns: 16 bytes of each
 * row's hash, the low 32 and the high 16 bits of its id. Numbers are little-endian, like those of every machine that
 * runs this. A map that is damaged or has another format counts as absent.
 */

import { createHash } from 'node:crypto';
import type { IdMapColumns } from './id-map.ts';
import type { IdMapPieces } from './id-map-builder.ts';
import { HASH_WORDS } from './row-hash.ts';

const MAGIC_AND_FORMAT = 0x46_49_4d_02;
const HEADER_BYTES = 24;
const CHECK_AT = 8;
const ROW_BYTES = 22;
const TABLE_BYTES = 8;

/** The map as consecutive pieces. */
export function encodeIdMap({ rows, tables, words, low, high }: IdMapPieces): Uint8Array[] {
  const header = new Uint8Array(HEADER_BYTES);
  const columns = [tables, ...words, ...low, ...high].map(
    (column) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength),
  );
  const view = new DataView(header.buffer);
  view.setUint32(0, MAGIC_AND_FORMAT);
  view.setUint32(4, rows, true);
  header.set(checkOf(columns), CHECK_AT);
  return [header, ...columns];
}

/** The columns of a map, as views of its bytes; null if it is damaged or has another format. */
export function decodeIdMap(bytes: Uint8Array): IdMapColumns | null {
  if (bytes.byteLength < HEADER_BYTES || bytes.byteOffset % 4 !== 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const rows = view.getUint32(4, true);
  const tables = (bytes.byteLength - HEADER_BYTES - rows * ROW_BYTES) / TABLE_BYTES;
  if (view.getUint32(0) !== MAGIC_AND_FORMAT || !Number.isInteger(tables) || tables < 0) return null;
  const check = checkOf([bytes.subarray(HEADER_BYTES)]);
  if (!check.every((byte, index) => byte === bytes[CHECK_AT + index])) return null;
  const tablesAt = bytes.byteOffset + HEADER_BYTES;
  const wordsAt = tablesAt + tables * TABLE_BYTES;
  const lowAt = wordsAt + rows * HASH_WORDS * 4;
  return {
    tables: new Uint32Array(bytes.buffer, tablesAt, tables * 2),
    words: new Uint32Array(bytes.buffer, wordsAt, rows * HASH_WORDS),
    low: new Uint32Array(bytes.buffer, lowAt, rows),
    high: new Uint16Array(bytes.buffer, lowAt + rows * 4, rows),
  };
}

function checkOf(pieces: readonly Uint8Array[]): Uint8Array {
  const sum = createHash('sha256');
  for (const piece of pieces) sum.update(piece);
  return sum.digest().subarray(0, HEADER_BYTES - CHECK_AT);
}
