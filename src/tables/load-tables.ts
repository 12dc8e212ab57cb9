/**
 * Loads tables (DESIGN "Rows, id map and deltas"): streams the origin's rows past the id map of the version before. Only
 * that map, the new one and one part of the body are held, never a table.
 */

import { JSON_TYPE, MAX_ROWS } from '../contract/constants.ts';
import type { PreviousLoad } from '../contract/object.ts';
import { LoadFailure } from '../contract/problem.ts';
import type { Resource, TableDefinition } from '../contract/resource.ts';
import type { MakeRowReader, RowSink } from '../contract/rows.ts';
import type { Blobs } from '../contract/stores.ts';
import { BlobWriter } from './blob-writer.ts';
import { checkGuard } from './guard.ts';
import { IdMap } from './id-map.ts';
import { IdMapBuilder } from './id-map-builder.ts';
import { decodeIdMap, encodeIdMap } from './id-map-format.ts';
import type { LoadInput, LoadResult } from './load.ts';
import { idsHash, rowHasher, shapeDigest } from './row-hash.ts';
import { TableBody } from './table-body.ts';

export interface TablesInput extends LoadInput {
  tables: readonly TableDefinition[];
  reader: MakeRowReader;
  /** Undefined: there is none, or this load is forced. */
  guard: Resource['guard'];
}

// A larger piece of the answer could make many parts before the first is sent off.
const PIECE_BYTES = 65_536;

/**
 * Writes body and id map to R2 as one object, unless no row came or went and the tables have the same shape. Another
 * order of the rows alone is no change.
 * @throws LoadFailure `origin-malformed`, `origin-too-large`, `origin-guard`
 */
export async function loadTables(input: TablesInput): Promise<LoadResult> {
  const { tables, previous } = input;
  const map = await previousMap(input.blobs, input.key, previous);
  const digest = shapeDigest(tables);
  const before = previous?.rows ?? 0;
  const writer = new BlobWriter(input.blobs, input.key, input.fence, 'body');
  try {
    const rows = new Rows(input, map, (bytes) => writer.write(bytes));
    await readAll(input, rows, writer);
    const { inserted, builder } = rows;
    const deleted = map?.remaining ?? before;
    const comparable = map !== null && previous?.digest === digest;
    checkGuard(input.guard, { rows: builder.rows, before, deleted: comparable ? deleted : null });
    if (previous?.digest === digest && inserted === 0 && deleted === 0) return { change: null, inserted, deleted };
    const bytes = writer.bytes;
    const encoded = encodeIdMap(builder.columns());
    await writer.finish(encoded);
    const change = {
      contentType: JSON_TYPE,
      bytes,
      mapBytes: encoded.reduce((sum, piece) => sum + piece.byteLength, 0),
      rows: builder.rows,
      hash: idsHash(builder.sortedIds()),
      digest,
      nextRowId: rows.nextRowId,
      deltaBytes: null,
    };
    return { change, inserted, deleted };
  } finally {
    await writer.abort();
  }
}

async function readAll({ body, reader, tables }: TablesInput, rows: RowSink, writer: BlobWriter): Promise<void> {
  const read = reader(tables, rows);
  for await (const chunk of body) {
    for (let at = 0; at < chunk.byteLength; at += PIECE_BYTES) {
      read.write(chunk.subarray(at, at + PIECE_BYTES));
      if (writer.isFull) await writer.drain();
    }
  }
  read.end();
}

/** Rows on their way from the reader to body and map. */
class Rows implements RowSink {
  inserted = 0;
  nextRowId: number;
  readonly builder: IdMapBuilder;
  readonly #tables: readonly TableDefinition[];
  readonly #previous: IdMap | null;
  readonly #body: TableBody;
  #hash: (text: string) => Uint32Array = () => new Uint32Array();

  constructor({ tables, nextRowId }: TablesInput, previous: IdMap | null, write: (bytes: Uint8Array) => void) {
    this.#tables = tables;
    this.#previous = previous;
    this.#body = new TableBody(tables, write);
    this.nextRowId = nextRowId;
    this.builder = new IdMapBuilder(previous?.remaining ?? 0);
  }

  beginTable(table: number): void {
    const definition = this.#tables[table];
    if (definition !== undefined) this.#hash = rowHasher(definition);
    this.#body.begin(table);
  }

  row(text: string): void {
    if (this.builder.rows === MAX_ROWS) {
      throw new LoadFailure('origin-too-large', `The origin answered with more than ${MAX_ROWS} rows.`);
    }
    const hash = this.#hash(text);
    const id = this.#previous?.take(hash) ?? this.#newId();
    this.builder.add(hash, id);
    this.#body.row(id, text);
  }

  endTable(): void {
    this.#body.end();
  }

  #newId(): number {
    this.inserted += 1;
    this.nextRowId += 1;
    return this.nextRowId - 1;
  }
}

/** The id map behind the body of the version before; null where there is none that can be read. */
async function previousMap(blobs: Blobs, key: string, previous: PreviousLoad | null): Promise<IdMap | null> {
  if (previous === null || previous.mapBytes === 0) return null;
  const range = { offset: previous.bytes, length: previous.mapBytes };
  const stream = await blobs.get(key, previous.fence, 'body', range);
  if (stream === null) return null;
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const columns = decodeIdMap(bytes);
  return columns === null ? null : new IdMap(columns);
}
