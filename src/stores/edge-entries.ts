/**
 * Copies of entries at the location's edge, where all its isolates find them. A chain takes long to parse, so this
 * isolate recognises by its ETag what it has read or put before.
 */

import { type EntryCopy, isCurrentAtEdge, readAtEdge, usableCopy, usableUntil } from '../core/known-entry.ts';
import { log } from '../log.ts';
import { type EdgeCache, edgeUrl } from './edge-cache.ts';
import type { KnownEntries } from './known-entries.ts';

/** The copies of a location; `now` is the clock, ms. */
export class EdgeEntries {
  readonly #edge: EdgeCache;
  readonly #known: KnownEntries;
  readonly #now: () => number;

  constructor(edge: EdgeCache, known: KnownEntries, now: () => number) {
    this.#edge = edge;
    this.#known = known;
    this.#now = now;
  }

  /**
   * Reads the copy at the edge into memory. Returns the copy known then, if the location considers it current;
   * otherwise null.
   */
  async readCurrent(key: string): Promise<EntryCopy | null> {
    const found = await this.#edge.match(urlOf(key));
    if (found === null) return null;
    const etag = found.headers.get('ETag') ?? '';
    let known = this.#known.get(key);
    if (etag === '' || known.edge?.etag !== etag) {
      try {
        const there = await found.json<EntryCopy>();
        known = readAtEdge(this.#known.get(key), there, etag, this.#now());
        this.#known.set(key, known);
      } catch (error) {
        // A copy that breaks off counts as not kept.
        log('warn', 'edge_cache.copy_broken', { key, error });
        return null;
      }
    }
    return isCurrentAtEdge(known, this.#now()) ? usableCopy(known, this.#now()) : null;
  }

  /** Puts the newer of the copy known here and the copy at the edge, for as long as it may be used. */
  async put(key: string): Promise<void> {
    await this.readCurrent(key);
    const known = this.#known.get(key);
    const { copy } = known;
    if (copy === null) return;
    const etag = etagOf(copy);
    this.#known.set(key, { ...known, edge: { etag, currentUntil: copy.currentUntil } });
    const ttlS = Math.ceil((usableUntil(copy) - this.#now()) / 1000);
    await this.#edge.put(urlOf(key), JSON.stringify(copy), ttlS, etag);
  }
}

/** Two copies of a key with the same tag are equal. Uses only characters of RFC 9110 section 8.8.3. */
function etagOf({ entry, mark, markAt, confirmedAt, currentUntil }: EntryCopy): string {
  const parts = [entry?.revision, mark?.number, mark?.purged, mark?.deleted, markAt, confirmedAt, currentUntil];
  return `"${parts.join('-')}"`;
}

/** The number identifies the format of the copy: two releases that run at the same time must not read each other's. */
function urlOf(key: string): string {
  return edgeUrl('entry', 2, key);
}
