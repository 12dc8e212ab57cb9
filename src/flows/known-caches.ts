/**
 * Which cache a query means, remembered while the isolate keeps the resource's definition: to find it out, the values are
 * checked against a schema and hashed, which costs more than the rest of a read.
 */

import type { CacheIdentity } from '../contract/entry.ts';
import type { Resource } from '../contract/resource.ts';
import { BoundedMap } from '../stores/bounded-map.ts';

/** Queries remembered of a definition, and the longest of them, characters. */
const MAX_QUERIES = 1000;
const MAX_LENGTH = 1000;

/** By the definition itself: a changed one is another object, and takes what was remembered of it along. */
const known = new WeakMap<Resource, BoundedMap<CacheIdentity>>();

/** The cache that a user's query means; `find` finds it out when it is not remembered, and throws when it means none. */
export function knownCache(
  definition: Resource,
  user: string,
  query: string,
  find: () => CacheIdentity,
): CacheIdentity {
  const id = definition.scope === 'user' ? `${user}\n${query}` : query;
  if (id.length > MAX_LENGTH) return find();
  const queries = known.get(definition) ?? new BoundedMap(MAX_QUERIES);
  const remembered = queries.get(id);
  if (remembered !== undefined) return remembered;
  const found = find();
  queries.set(id, found);
  known.set(definition, queries);
  return found;
}
