/** Deltas as they are answered: `[{"name":"<table>","insert_rows":[[<row id>,<cell>,…],…],"delete_ids":[…]},…]` (CONTRACT 3). */

import type { Delta, TableDelta } from './fold.ts';
import { hasId, idAt, lineEnd } from './row-lines.ts';

const PIECE_BYTES = 65_536;
/** Number of ids that are converted to text at a time. */
const IDS_AT_ONCE = 1000;

/** The body of a delta, in pieces; `names`: the names of its tables, in order. */
export function deltaBody(names: readonly string[], delta: Delta): Uint8Array<ArrayBuffer>[] {
  const pieces = new Pieces();
  for (const [index, name] of names.entries()) {
    pieces.text(`${index === 0 ? '[' : ','}{"name":${JSON.stringify(name)},"insert_rows":[`);
    const table = delta[index];
    if (table !== undefined) writeRows(pieces, table);
    pieces.text('],"delete_ids":[');
    if (table !== undefined) writeIds(pieces, table.deletes);
    pieces.text(']}');
  }
  pieces.text(names.length === 0 ? '[]' : ']');
  return pieces.end();
}

function writeRows(pieces: Pieces, { inserts, cancelled }: TableDelta): void {
  let before = '[';
  for (const lines of inserts) {
    for (let at = 0, end = 0; at < lines.byteLength; at = end + 1) {
      end = lineEnd(lines, at);
      if (cancelled.length > 0 && hasId(cancelled, idAt(lines, at))) continue;
      pieces.text(before);
      pieces.bytes(lines.subarray(at, end));
      before = '],[';
    }
  }
  if (before !== '[') pieces.text(']');
}

function writeIds(pieces: Pieces, ids: Float64Array): void {
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    pieces.text(`${at === 0 ? '' : ','}${ids.subarray(at, at + IDS_AT_ONCE).join(',')}`);
  }
}

/** Collects bytes in pieces of equal size, so that no byte is copied twice. */
class Pieces {
  readonly #full: Uint8Array<ArrayBuffer>[] = [];
  readonly #encoder = new TextEncoder();
  #piece = new Uint8Array(PIECE_BYTES);
  #used = 0;

  text(text: string): void {
    // Room for any characters: at most three bytes per UTF-16 unit.
    if (text.length * 3 > PIECE_BYTES - this.#used) this.bytes(this.#encoder.encode(text));
    else this.#used += this.#encoder.encodeInto(text, this.#piece.subarray(this.#used)).written;
  }

  bytes(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength; ) {
      if (this.#used === PIECE_BYTES) this.#turnOver();
      const part = bytes.subarray(at, at + PIECE_BYTES - this.#used);
      this.#piece.set(part, this.#used);
      this.#used += part.byteLength;
      at += part.byteLength;
    }
  }

  end(): Uint8Array<ArrayBuffer>[] {
    // A copy with its exact length: most deltas are far smaller than a piece.
    return [...this.#full, this.#piece.slice(0, this.#used)];
  }

  #turnOver(): void {
    this.#full.push(this.#piece);
    this.#piece = new Uint8Array(PIECE_BYTES);
    this.#used = 0;
  }
}
