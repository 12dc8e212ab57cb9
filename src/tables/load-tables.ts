/**
 * Loads tables (DESIGN "Rows, id map and deltas"): compares the origin's rows one by one with the id map of the version
 * before. Holds that map, the new map, the delta and one part of the body, but never a whole table.
 */

import { JSON_TYPE, MAX_ROWS } from '../contract/constants.ts';
import type { Resource } from '../contract/resource.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { PreviousLoad } from '../ports/object.ts';
import type { RowSink, TableAnswer } from '../ports/rows.ts';
import { readWhole } from '../stores/blob-content.ts';
import { BlobWriter } from './blob-writer.ts';
import { DeltaWriter } from './delta-writer.ts';
import { checkGuard } from './guard.ts';
import { IdMap } from './id-map.ts';
import { IdMapBuilder } from './id-map-builder.ts';
import { decodeIdMap, encodeIdMap } from './id-map-format.ts';
import { type LoadInput, type LoadResult, tooManyRows } from './load.ts';
import { idsHash, rowHasher, shapeDigest } from './row-hash.ts';
import { TableBody } from './table-body.ts';

/** The additional input of a load with tables. */
export interface TablesInput extends LoadInput {
  tables: readonly TableDefinition[];
  /**
   * The origin's answer, or each page of it, in order. The next page is requested after the page before has been read
   * to its end.
   */
  answers: AsyncIterable<TableAnswer> | Iterable<TableAnswer>;
  /** Undefined: there is no guard, or this load is forced. */
  guard: Resource['guard'];
  /**
   * Called with the number of rows so far, after each piece of the answer; the load continues when its promise
   * resolves.
   */
  onRows?: (rows: number) => Promise<void>;
}

// A larger piece could contain too many rows before they are counted (ports/memory-shares.ts), or fill several parts
// before one is sent.
const PIECE_BYTES = 8192;

/**
 * Writes body and id map to R2 as one object, and the delta as another, unless no row was inserted or deleted and the
 * tables have the same shape. A different order of the same rows is not a change.
 * @throws LoadFailure `origin-malformed`, `origin-too-large`, `origin-guard`
 */
export async function loadTables(input: TablesInput): Promise<LoadResult> {
  const { tables, previous } = input;
  const map = await previousMap(input.blobs, input.key, previous);
  const digest = shapeDigest(tables);
  const before = previous?.rows ?? 0;
  const writer = new BlobWriter(input.blobs, input.key, input.fence, 'body');
  try {
    // Tables with other names or columns make a gap in the chain, and so does a lost map.
    const comparable = map !== null && previous?.digest === digest;
    const delta = comparable ? new DeltaWriter(input.blobs, input.key, input.fence, tables) : null;
    const rows = new Rows(input, { previous: map, delta, write: (bytes) => writer.write(bytes) });
    await readAll(input, rows, writer);
    const { inserted, builder } = rows;
    const deleted = map?.remaining ?? before;
    checkGuard(input.guard, { rows: builder.rows, before });
    if (previous?.digest === digest && inserted === 0 && deleted === 0) return { change: null, inserted, deleted };
    const bytes = writer.bytes;
    const encoded = encodeIdMap(builder.pieces());
    const deltaBytes = map === null || delta === null ? null : await delta.finish(map, bytes);
    await writer.finish(encoded);
    const change = {
      contentType: JSON_TYPE,
      bytes,
      mapBytes: encoded.reduce((sum, piece) => sum + piece.byteLength, 0),
      rows: builder.rows,
      hash: idsHash(builder.sortedIds()),
      digest,
      nextRowId: rows.nextRowId,
      deltaBytes,
      rowChanges: { inserted, deleted },
    };
    return { change, inserted, deleted };
  } finally {
    await writer.abort();
  }
}

async function readAll({ answers, tables, onRows }: TablesInput, rows: Rows, writer: BlobWriter): Promise<void> {
  for await (const { body, reader } of answers) {
    const read = reader(tables, rows);
    for await (const chunk of body) {
      for (let at = 0; at < chunk.byteLength; at += PIECE_BYTES) {
        read.write(chunk.subarray(at, at + PIECE_BYTES));
        await onRows?.(rows.builder.rows);
        if (writer.isFull) await writer.drain();
      }
    }
    read.end();
  }
}

interface RowTargets {
  /** The map of the version before; null: there is no version to compare with. */
  previous: IdMap | null;
  delta: DeltaWriter | null;
  /** Takes bytes of the body. */
  write(bytes: Uint8Array): void;
}

/** Passes rows from the reader to body, map and delta. */
class Rows implements RowSink {
  inserted = 0;
  nextRowId: number;
  readonly builder = new IdMapBuilder();
  readonly #tables: readonly TableDefinition[];
  readonly #previous: IdMap | null;
  readonly #delta: DeltaWriter | null;
  readonly #body: TableBody;
  #hash: (text: string) => Uint32Array = () => new Uint32Array();

  constructor({ tables, nextRowId }: TablesInput, { previous, delta, write }: RowTargets) {
    this.#tables = tables;
    this.#previous = previous;
    this.#delta = delta;
    this.#body = new TableBody(tables, write);
    this.nextRowId = nextRowId;
  }

  beginTable(table: number): void {
    const definition = this.#tables[table];
    if (definition !== undefined) this.#hash = rowHasher(definition);
    this.#body.begin(table);
    this.builder.beginTable(table);
    this.#delta?.beginTable(table);
  }

  row(text: string): void {
    if (this.builder.rows === MAX_ROWS) throw tooManyRows();
    const hash = this.#hash(text);
    const id = this.#previous?.take(hash) ?? this.#insert(text);
    this.builder.add(hash, id);
    this.#body.row(id, text);
  }

  endTable(): void {
    this.#body.end();
  }

  /** Inserts a new row; returns its id. */
  #insert(text: string): number {
    const id = this.nextRowId;
    this.#delta?.insert(id, text);
    this.inserted += 1;
    this.nextRowId += 1;
    return id;
  }
}

/** The id map stored after the body of the version before; null if there is none that can be read. */
async function previousMap(blobs: Blobs, key: string, previous: PreviousLoad | null): Promise<IdMap | null> {
  if (previous === null || previous.mapBytes === 0) return null;
  const range = { offset: previous.bytes, length: previous.mapBytes };
  const content = await blobs.get(key, previous.fence, 'body', range);
  const bytes = content === null ? null : await readWhole(content, previous.mapBytes);
  const columns = bytes === null ? null : decodeIdMap(bytes);
  return columns === null ? null : new IdMap(columns);
}
