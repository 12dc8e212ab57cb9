/**
 * Which cache a query means, remembered while the isolate keeps the resource's definition. To find it out, the values are checked
 * against a schema and hashed: 8 µs for two parameters (Node.js 24, 2 x AMD EPYC) beside 0.7 µs, for each of the hundred caches that
 * one question may name.
 */

import type { Resource } from '../../contract/resource.ts';
import { cacheFor } from '../../core/cache-key.ts';
import { checkParameters } from '../../core/parameters.ts';
import type { CacheIdentity, Parameters } from '../../ports/entry.ts';
import { MEMORY_SHARES } from '../../ports/memory-shares.ts';
import { BoundedMap } from '../../stores/bounded-map.ts';

/** Longest query that is remembered, characters. */
const MAX_LENGTH = 1000;
/** Bytes of one beside its texts, roughly. */
const BASE_BYTES = 500;

/** One bound over the queries of all definitions: their number is not bounded here. */
const known = new BoundedMap<{ cache: CacheIdentity; bytes: number }>(MEMORY_SHARES.knownCaches, ({ bytes }) => bytes);

/** A changed definition is another object, and what was remembered of the one before is found no more. */
const numbers = new WeakMap<Resource, number>();
let lastNumber = 0;

/** The cache that a user's query means; `find` finds it out when it is not remembered, and throws when it means none. */
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

/** The cache that parameters in JSON mean, likewise. No query begins as their text does here. */
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
