/** A cache of the service in memory, with versions of tables, deltas and hashes like the real service. */

import type { Json, Parameters } from './api.ts';
import { sha256 } from './data/sha256.ts';

/** Rows by table: the columns, and rows with one cell for each column. */
export type FakeTables = Readonly<Record<string, { columns: readonly string[]; rows: readonly (readonly Json[])[] }>>;

interface Version {
  tables: readonly { name: string; columns: readonly string[]; rows: ReadonlyMap<number, readonly Json[]> }[];
}

const KEPT = 50;

/** One cache. */
export class FakeCache {
  readonly title: string;
  readonly parameters: Parameters;
  readonly #tag: Promise<string>;
  readonly #versions: Version[] = [];
  #nextRow = 1;
  #loadedAt = Date.now();

  constructor(title: string, parameters: Parameters, name: string) {
    this.title = title;
    this.parameters = parameters;
    this.#tag = sha256(name).then((hash) => hash.slice(0, 16));
  }

  /** Replaces the rows; a row that is unchanged keeps its id. */
  set(tables: FakeTables): void {
    this.#loadedAt = Date.now();
    const before = this.#versions.at(-1);
    const version: Version = {
      tables: Object.entries(tables).map(([name, { columns, rows }]) => {
        const known = before?.tables.find((table) => table.name === name);
        const same = JSON.stringify(known?.columns) === JSON.stringify(columns);
        const free = new Map<string, number[]>();
        for (const [id, row] of same ? (known?.rows ?? []) : []) {
          const text = JSON.stringify(row);
          free.set(text, [...(free.get(text) ?? []), id]);
        }
        const ids = rows.map((row) => free.get(JSON.stringify(row))?.shift() ?? this.#nextRow++);
        return { name, columns, rows: new Map(rows.map((row, at) => [ids[at] as number, row])) };
      }),
    };
    if (before === undefined || textOf(before) !== textOf(version)) this.#versions.push(version);
  }

  /** The answer of `/sync/` to a client that holds `etag`. */
  async item(id: string, etag: string | undefined): Promise<{ item: object; body: string | null }> {
    const tag = await this.#tag;
    const now = this.#versions.length;
    const [, heldTag, held] = /^(.*)-v(\d+)$/.exec(etag?.replaceAll('"', '') ?? '') ?? [];
    const from = heldTag === tag ? Number(held) : null;
    const facts = {
      id,
      tag,
      etag: `${tag}-v${now}`,
      version: now,
      revision: now,
      hash: await sha256(
        idsOf(this.#version(now))
          .sort((a, b) => a - b)
          .join(','),
      ),
      loaded: new Date(this.#loadedAt).toISOString(),
    };
    if (from === now) return { item: { ...facts, status: 304, content_version: `v${now}` }, body: null };
    const body = from === null || from > now || now - from >= KEPT ? null : this.#delta(from, now);
    return body === null
      ? { item: { ...facts, status: 200, content_version: `v${now}` }, body: textOf(this.#version(now)) }
      : { item: { ...facts, status: 200, content_version: `delta v${from}-v${now}` }, body };
  }

  /** The answer of `/rpc/`. */
  async read(ifNoneMatch: string | null): Promise<Response> {
    const { item, body } = await this.item('', ifNoneMatch ?? undefined);
    const { etag, hash, content_version: contentVersion } = item as Record<string, string>;
    const headers = {
      'Content-Type': 'application/json',
      ETag: `"${etag}"`,
      'Cache-Hash-Value': `${hash}`,
      'Content-Version': contentVersion?.startsWith('delta') ? `"${contentVersion}"` : `${contentVersion}`,
    };
    return new Response(body, { status: body === null ? 304 : 200, headers });
  }

  #version(number: number): Version {
    return this.#versions[number - 1] as Version;
  }

  /** The delta; null: the columns have changed in between. */
  #delta(from: number, to: number): string | null {
    const before = this.#version(from);
    const after = this.#version(to);
    const shape = ({ tables }: Version) => JSON.stringify(tables.map(({ name, columns }) => [name, columns]));
    if (shape(before) !== shape(after)) return null;
    return JSON.stringify(
      after.tables.map(({ name, rows }, at) => {
        const old = before.tables[at]?.rows ?? new Map();
        return {
          name,
          insert_rows: [...rows].filter(([id]) => !old.has(id)).map(([id, row]) => [id, ...row]),
          delete_ids: [...old.keys()].filter((id) => !rows.has(id)),
        };
      }),
    );
  }
}

function idsOf({ tables }: Version): number[] {
  return tables.flatMap(({ rows }) => [...rows.keys()]);
}

function textOf({ tables }: Version): string {
  return JSON.stringify(
    tables.map(({ name, columns, rows }) => ({ name, columns, data: [...rows].map(([id, row]) => [id, ...row]) })),
  );
}
