/** Copies of resources that an isolate keeps, with their sources. */

import { DEFINITION_CACHE_MS } from '../contract/constants.ts';
import type { StoredResource } from '../contract/resource.ts';
import { MEMORY_SHARES } from '../ports/memory-shares.ts';
import { BoundedMap } from './bounded-map.ts';

/** How long D1 may take if an expired copy can be used instead, ms. */
export const TIMEOUT_MS = 2000;
/** A copy expires this much earlier, so that it is never older than DEFINITION_CACHE_MS while D1 answers in time. */
const COPY_MS = DEFINITION_CACHE_MS - TIMEOUT_MS;
/**
 * Approximate bytes of a copy: a base, and a factor per character of its text, including the compiled schema of its
 * parameters.
 */
const BASE_BYTES = 500;
const BYTES_PER_CHARACTER = 6;

/** D1's answer for a title. */
export interface Copy {
  resource: StoredResource | null;
  bytes: number;
  /** When D1 gave the answer, and when it must be asked again, ms. */
  confirmedAt: number;
  askAt: number;
}

/** By title. */
export const copies = new BoundedMap<Copy>(MEMORY_SHARES.definitions, (copy) => copy.bytes);

/** Bytes of all copies, for tests. */
export function definitionBytes(): number {
  return copies.weight;
}

/** Keeps D1's latest answer; `now` in ms. */
export function keep(title: string, resource: StoredResource | null, now: number): void {
  const bytes = BASE_BYTES + BYTES_PER_CHARACTER * JSON.stringify(resource).length;
  copies.set(title, { resource, bytes, confirmedAt: now, askAt: now + COPY_MS });
}

/** Forgets these copies, because their source has changed. */
export function forgetCopies(titles: readonly string[]): void {
  for (const title of titles) copies.delete(title);
}
