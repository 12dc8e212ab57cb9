/**
 * The delta of a load to the version before, written as rows come (delta-format.ts). What grows too large to be worth
 * keeping is let go of at once: the chain has a gap there.
 */

import { MAX_DELTA_BYTES, SMALL_DELTA_BYTES } from '../contract/constants.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import type { Blobs } from '../ports/stores.ts';
import { BlobWriter } from './blob-writer.ts';
import { deltaHead } from './delta-format.ts';
import type { IdMap } from './id-map.ts';

const FLUSH_LENGTH = 32_768;
/** Ids that are made a text of at once. */
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

  /** The rows of the table with this index follow. */
  beginTable(table: number): void {
    this.#add(`@${table}`);
  }

  /** A row that was not there before; `text` as in RowSink. */
  insert(id: number, text: string): void {
    this.#add(`${id},${text}`);
  }

  /**
   * Puts the delta to R2, in one put.
   *
   * @param before the map of the version before, of which the load's rows were taken
   * @param bodyBytes size of the new body: past half of it the delta is given up, unless it is small
   * @returns its size in bytes; null if it was given up
   */
  async finish(before: IdMap, bodyBytes: number): Promise<number | null> {
    const limit = Math.min(Math.max(bodyBytes / 2, SMALL_DELTA_BYTES), MAX_DELTA_BYTES);
    // Each id takes two bytes at least: very many are not even listed.
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
    // Nothing was uploaded so far, so there is nothing to take back.
    if (this.#writer !== null && this.#writer.bytes + bytes.byteLength > MAX_DELTA_BYTES) this.#writer = null;
    this.#writer?.write(bytes);
  }
}
