/**
 * Remembers which cache a query means, while the isolate keeps the resource's definition. Otherwise the values are
 * checked against a schema and hashed: 8 µs for two parameters (Node.js 24, 2 x AMD EPYC) instead of 0.7 µs, for each
 * of the hundred caches that one request may name.
 */

import type { Resource } from '../../contract/resource.ts';
import { cacheFor } from '../../core/cache-key.ts';
import { checkParameters } from '../../core/parameters.ts';
import type { CacheIdentity, Parameters } from '../../ports/entry.ts';
import { MEMORY_SHARES } from '../../ports/memory-shares.ts';
import { BoundedMap } from '../../stores/bounded-map.ts';

/** Longest query that is remembered, characters. */
const MAX_LENGTH = 1000;
/** Approximate memory of an entry in addition to its texts, bytes. */
const BASE_BYTES = 500;

/** One limit for the queries of all definitions, because the number of definitions has no limit here. */
const known = new BoundedMap<{ cache: CacheIdentity; bytes: number }>(MEMORY_SHARES.knownCaches, ({ bytes }) => bytes);

/** A changed definition is another object, so entries of the previous one are never found again. */
const numbers = new WeakMap<Resource, number>();
let lastNumber = 0;

/**
 * Returns the cache that a user's query means. `find` finds it if it is not remembered, and throws if the query means
 * none.
 */
export function knownCache(
  definition: Resource,
  user: string,
  query: string,
  find: () => CacheIdentity,
): CacheIdentity {
  const asked = definition.scope === 'user' ? `${user}\n${query}` : query;
  if (asked.length > MAX_LENGTH) return find();
  const id = `${numberOf(definition)}\n${asked}`;
  const remembered = known.get(id);
  if (remembered !== undefined) return remembered.cache;
  const cache = find();
  known.set(id, { cache, bytes: BASE_BYTES + 2 * (id.length + JSON.stringify(cache).length) });
  return cache;
}

/** Same for parameters in JSON. A query cannot start like the text that is used for them here. */
export function knownCacheOf(definition: Resource, user: string, title: string, parameters: Parameters): CacheIdentity {
  return knownCache(definition, user, `\n${JSON.stringify(parameters)}`, () =>
    cacheFor(user, title, definition, checkParameters(definition, parameters)),
  );
}

/** Bytes of all that is remembered, for tests. */
export function knownCacheBytes(): number {
  return known.weight;
}

function numberOf(definition: Resource): number {
  const number = numbers.get(definition);
  if (number !== undefined) return number;
  lastNumber += 1;
  numbers.set(definition, lastNumber);
  return lastNumber;
}
