/**
 * A cache of tables that is loaded repeatedly, without the service: loads, chain and retention as the object keeps
 * them.
 */

import type { TableDefinition } from '../../src/contract/table-definition.ts';
import { chooseDelta } from '../../src/core/choose-delta.ts';
import { type OpenedDelta, openDelta } from '../../src/flows/read/open-delta.ts';
import type { ServedBody } from '../../src/flows/read/serve-cache.ts';
import { readJson } from '../../src/origin/read-json.ts';
import type { FoldedDeltas } from '../../src/ports/blobs.ts';
import type { Entry, Link, Loaded } from '../../src/ports/entry.ts';
import type { LoadChange, PreviousLoad } from '../../src/ports/object.ts';
import { loadTables } from '../../src/tables/load-tables.ts';
import { memoryBlobs } from './memory-blobs.ts';

const KEY = 'f'.repeat(64);

// Node has no such stream: it passes bytes unchanged.
Object.assign(globalThis, { IdentityTransformStream: TransformStream });

export class History {
  readonly blobs = memoryBlobs();
  version = 0;
  chain: Link[] = [];
  #tables: readonly TableDefinition[] = [];
  #previous: PreviousLoad | null = null;
  #nextRowId = 1;
  readonly #retain: number;

  constructor(retain: number) {
    this.#retain = retain;
  }

  /** Loads an answer of the origin as the next version. */
  async load(tables: readonly TableDefinition[], answer: string): Promise<void> {
    const fence = this.version + 1;
    const bytes = new TextEncoder().encode(answer);
    const body = (async function* () {
      yield bytes;
    })();
    const { change } = await loadTables({
      answers: [{ body, reader: readJson }],
      blobs: this.blobs,
      key: KEY,
      fence,
      previous: this.#previous,
      nextRowId: this.#nextRowId,
      tables,
      guard: undefined,
    });
    this.version += 1;
    this.#tables = tables;
    if (change !== null) this.#commit(change, fence);
  }

  #commit(change: LoadChange, fence: number): void {
    const { nextRowId, deltaBytes, ...rest } = change;
    const facts = { fence, version: this.version, changed: this.version, loadedAt: 0, changedAt: 0, expiresAt: 0 };
    this.#previous = { ...rest, ...facts, number: 1, originEtag: null, originLastModified: null };
    this.#nextRowId = nextRowId;
    this.chain = [...this.chain, { version: this.version, fence, deltaBytes, hash: change.hash }].slice(-this.#retain);
    const kept = new Set([`${KEY}/${fence}/body`, ...this.chain.map((link) => `${KEY}/${link.fence}/delta`)]);
    for (const name of this.blobs.content.keys()) if (!kept.has(name)) this.blobs.content.delete(name);
  }

  get loaded(): Loaded {
    if (this.#previous === null) throw new Error('nothing is loaded');
    return { ...this.#previous, version: this.version };
  }

  /** The full table. */
  async body(): Promise<string> {
    const { fence, bytes } = this.loaded;
    return new Response(await this.blobs.get(KEY, fence, 'body', { offset: 0, length: bytes })).text();
  }

  /** The delta between two versions; null: there is none. `bytes`: the size of the table. */
  async delta(from: number, to: number, bytes = this.loaded.bytes): Promise<{ text: string; hash: string } | null> {
    const chosen = chooseDelta(this, { ...this.loaded, bytes }, { from, to });
    const opened = chosen === null ? null : await this.#open(chosen, from === 0 ? this.loaded.bytes : bytes);
    if (chosen === null || opened === null) return null;
    return { text: await new Response(opened.body).text(), hash: chosen.hash };
  }

  #open(chosen: NonNullable<ReturnType<typeof chooseDelta>>, bytes: number): Promise<OpenedDelta | null> {
    const served: ServedBody = {
      outcome: 'body',
      entry: { key: KEY } as Entry,
      loaded: { ...this.loaded, bytes },
      expiresAt: 0,
      forwarded: null,
      tables: this.#tables.map(({ name }) => name),
    };
    const foldedDeltas: FoldedDeltas = {
      async get(_key, _from, _to, fold) {
        const pieces = await fold.make();
        const body = pieces === null ? null : new Uint8Array(Buffer.concat(pieces));
        return body === null ? null : { body, bytes: body.byteLength };
      },
    };
    return openDelta({ blobs: this.blobs, foldedDeltas, waitUntil: () => {} }, served, chosen);
  }

  /** The delta that a load wrote. */
  stored(fence: number): Uint8Array | undefined {
    return this.blobs.content.get(`${KEY}/${fence}/delta`);
  }
}
