/** Loads tables into the real R2, as the refresh consumer does. */
import { env } from 'cloudflare:workers';
import type { Resource } from '../../src/contract/resource.ts';
import type { TableDefinition } from '../../src/contract/table-definition.ts';
import { readJson } from '../../src/origin/read-json.ts';
import type { Blobs } from '../../src/ports/blobs.ts';
import type { LoadChange, PreviousLoad } from '../../src/ports/object.ts';
import { r2Blobs } from '../../src/stores/blobs.ts';
import type { LoadResult } from '../../src/tables/load.ts';
import { loadTables } from '../../src/tables/load-tables.ts';

/** One cache that is loaded repeatedly. */
export class LoadedCache {
  readonly key = crypto.randomUUID();
  readonly #blobs: Blobs;
  fence = 0;
  previous: PreviousLoad | null = null;
  nextRowId = 1;

  constructor(blobs: Blobs = r2Blobs(env.BLOBS)) {
    this.#blobs = blobs;
  }

  /** Loads an answer in pieces of this many bytes; a changed load becomes the version before of the next. */
  async load(
    tables: readonly TableDefinition[],
    answer: string | AsyncIterable<Uint8Array>,
    guard?: Resource['guard'],
  ): Promise<LoadResult> {
    this.fence += 1;
    const { key, fence, previous, nextRowId } = this;
    const body = typeof answer === 'string' ? pieces(answer, 50_000) : answer;
    const answers = [{ body, reader: readJson }];
    const input = { answers, blobs: this.#blobs, key, fence, previous, nextRowId, tables, guard };
    const result = await loadTables(input);
    if (result.change !== null) {
      this.previous = previousOf(result.change, fence);
      this.nextRowId = result.change.nextRowId;
    }
    return result;
  }

  /** Names of this cache's objects in R2. */
  async objects(): Promise<string[]> {
    const { objects } = await env.BLOBS.list({ prefix: `${this.key}/` });
    return objects.map(({ key }) => key.slice(this.key.length + 1));
  }

  /** The body of the last load that changed it. */
  async body(): Promise<string> {
    const { fence = 0, bytes = 0 } = this.previous ?? {};
    const stream = await this.#blobs.get(this.key, fence, 'body', { offset: 0, length: bytes });
    return new Response(stream).text();
  }
}

/** What the object passes to the next load. */
export function previousOf(change: LoadChange, fence: number): PreviousLoad {
  const { nextRowId: _next, deltaBytes: _delta, ...loaded } = change;
  const times = { loadedAt: 0, changedAt: 0, expiresAt: 0 };
  return {
    ...loaded,
    ...times,
    fence,
    version: fence,
    changed: fence,
    number: 1,
    originEtag: null,
    originLastModified: null,
  };
}

export async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
