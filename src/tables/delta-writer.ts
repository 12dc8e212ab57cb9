/**
 * Writes the delta between a load and the version before while rows arrive (delta-format.ts). A delta that grows too
 * large to be worth keeping is discarded at once; the chain then has a gap there.
 */

import { MAX_DELTA_BYTES, SMALL_DELTA_BYTES } from '../contract/constants.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import type { Blobs } from '../ports/blobs.ts';
import { BlobWriter } from './blob-writer.ts';
import { deltaHead } from './delta-format.ts';
import type { IdMap } from './id-map.ts';

const FLUSH_LENGTH = 32_768;
/** Number of ids that are converted to text at a time. */
const IDS_AT_ONCE = 1000;

export class DeltaWriter {
  readonly #encoder = new TextEncoder();
  /** Null once given up. */
  #writer: BlobWriter | null;
  #text: string;

  constructor(blobs: Blobs, key: string, fence: number, tables: readonly TableDefinition[]) {
    this.#writer = new BlobWriter(blobs, key, fence, 'delta');
    this.#text = deltaHead(tables.map(({ name }) => name));
  }

  /** The next rows belong to the table with this index. */
  beginTable(table: number): void {
    this.#add(`@${table}`);
  }

  /** A row that the version before does not have; `text` as in RowSink. */
  insert(id: number, text: string): void {
    this.#add(`${id},${text}`);
  }

  /**
   * Writes the delta to R2, with one put.
   *
   * @param before the map of the version before, from which the rows of this load have been taken
   * @param bodyBytes size of the new body: a delta of more than half of it is given up, unless it is small
   * @returns its size in bytes; null if it was given up
   */
  async finish(before: IdMap, bodyBytes: number): Promise<number | null> {
    const limit = Math.min(Math.max(bodyBytes / 2, SMALL_DELTA_BYTES), MAX_DELTA_BYTES);
    // Each id needs at least two bytes: if there are too many, they are not even listed.
    if (before.remaining * 2 > limit) this.#writer = null;
    else this.#delete(before.remainingIds());
    this.#flush();
    if (this.#writer === null || this.#writer.bytes > limit) return null;
    await this.#writer.finish([]);
    return this.#writer.bytes;
  }

  #delete(ids: ReadonlyMap<number, readonly number[]>): void {
    for (const [table, ofTable] of ids) {
      for (let at = 0; at < ofTable.length; at += IDS_AT_ONCE) {
        const some = ofTable.slice(at, at + IDS_AT_ONCE).join(',');
        this.#append(at === 0 ? `\n-${table}:${some}` : `,${some}`);
      }
    }
  }

  #add(line: string): void {
    this.#append(`\n${line}`);
  }

  #append(text: string): void {
    if (this.#writer === null) return;
    this.#text += text;
    if (this.#text.length >= FLUSH_LENGTH) this.#flush();
  }

  #flush(): void {
    const bytes = this.#encoder.encode(this.#text);
    this.#text = '';
    // Nothing has been uploaded yet, so nothing has to be removed.
    if (this.#writer !== null && this.#writer.bytes + bytes.byteLength > MAX_DELTA_BYTES) this.#writer = null;
    this.#writer?.write(bytes);
  }
}
