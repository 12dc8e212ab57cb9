/** The tables of the soak: their rows at the origin for each load, and what a device must have after each version. */

import { createHash } from 'node:crypto';

/** A table's shape. */
export interface Shape {
  title: string;
  rows: number;
  /** Characters of a row's text. */
  text: number;
  /** Rows that each load changes; they differ from load to load. */
  changed: number;
}

/** 8 to 20 MB each; a delta over a few loads has about 0.2 to 5 MB. */
export const SHAPES: readonly Shape[] = [
  { title: 'orders', rows: 60_000, text: 110, changed: 1500 },
  { title: 'stock', rows: 100_000, text: 120, changed: 2500 },
  { title: 'plans', rows: 40_000, text: 480, changed: 700 },
];

/** One version, as the verifier read it. */
export interface Version {
  number: number;
  etag: string;
  /** SHA-256 of the whole body. */
  sha256: string;
  /** Row ids, ascending, and their `Cache-Hash-Value`. */
  ids: readonly number[];
  idsHash: string;
}

type Row = [id: number, ...cells: unknown[]];
export type Body = { data: Row[] }[];
export type Delta = { insert_rows: Row[]; delete_ids: number[] }[];

/** Most versions that a device may have, and most bodies that are kept to check ranges. */
const HELD = 10;
const BODIES = 3;

/** One table at the origin, and what is known about its versions. */
export class SoakTable {
  readonly shape: Shape;
  readonly #rows = new Map<number, string>();
  readonly #versions = new Map<number, Version>();
  readonly #bodies = new Map<string, Buffer>();
  #load = 0;

  constructor(shape: Shape) {
    this.shape = shape;
  }

  /** Changes the origin's rows. */
  change(): void {
    this.#load += 1;
  }

  /** The origin's answer, a few rows at a time. */
  *answer(): Generator<string> {
    const { rows, text, changed } = this.shape;
    const filler = 'n'.repeat(text);
    yield '[';
    for (let at = 0; at < rows; at += 500) {
      const batch: string[] = [];
      for (let row = at; row < Math.min(at + 500, rows); row += 1) {
        const loads = Math.floor((this.#load * changed + rows - 1 - row) / rows);
        batch.push(`[${row},${loads},"${filler}"]`);
      }
      yield (at === 0 ? '' : ',') + batch.join(',');
    }
    yield ']';
  }

  /** Notes a whole body that was read. @throws Error if it does not match the answer's head */
  note(body: Buffer, head: { version: number; etag: string; idsHash: string }): void {
    const [table] = JSON.parse(body.toString()) as Body;
    const rows = table?.data ?? [];
    for (const [id, ...cells] of rows) this.#rows.set(id, JSON.stringify(cells));
    const ids = rows.map(([id]) => id).toSorted((a, b) => a - b);
    if (rows.length !== this.shape.rows) throw new Error(`${this.shape.title} has ${rows.length} rows`);
    if (hashOf(ids) !== head.idsHash)
      throw new Error(`${this.shape.title} v${head.version}: its hash is of other rows`);
    const sha256 = createHash('sha256').update(body).digest('hex');
    this.#versions.set(head.version, { number: head.version, etag: head.etag, sha256, ids, idsHash: head.idsHash });
    this.#bodies.set(head.etag, body);
    for (const etag of [...this.#bodies.keys()].slice(0, -BODIES)) this.#bodies.delete(etag);
  }

  /** A version; undefined: the verifier has not read it. */
  version(number: number): Version | undefined {
    return this.#versions.get(number);
  }

  get newest(): Version {
    const last = [...this.#versions.values()].at(-1);
    if (last === undefined) throw new Error(`${this.shape.title} was not read`);
    return last;
  }

  /** Versions that a device may have, the newest last. */
  get held(): Version[] {
    return [...this.#versions.values()].slice(-HELD);
  }

  /** The whole body with an ETag, while it is kept. */
  body(etag: string): Buffer | undefined {
    return this.#bodies.get(etag);
  }

  /** What is wrong with a delta, as text; null: nothing. */
  deltaFault(text: string, from: number, to: number, idsHash: unknown): string | null {
    const before = this.#versions.get(from);
    const after = this.#versions.get(to);
    if (before === undefined || after === undefined) return `a delta v${from}-v${to} of versions that nobody saw`;
    const [delta] = JSON.parse(text) as Delta;
    const deleted = new Set(delta?.delete_ids ?? []);
    const inserted = delta?.insert_rows ?? [];
    const ids = before.ids.filter((id) => !deleted.has(id));
    for (const [id, ...cells] of inserted) {
      if (this.#rows.get(id) !== JSON.stringify(cells)) return `the delta v${from}-v${to} has another row ${id}`;
      ids.push(id);
    }
    const hash = hashOf(ids.toSorted((a, b) => a - b));
    return hash === after.idsHash && hash === idsHash ? null : `the delta v${from}-v${to} leads to other rows`;
  }
}

function hashOf(ids: readonly number[]): string {
  return createHash('sha256').update(ids.join(',')).digest('hex');
}
