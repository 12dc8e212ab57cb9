/**
 * The state of caches under the definitions of their resources, for administration. It is computed here, because
 * changing, purging or deleting a resource writes no entries.
 */

import { Problem } from '../../contract/problem.ts';
import { type DefinedResource, isDefined } from '../../contract/resource.ts';
import { isCacheKey } from '../../core/cache-key.ts';
import { type Freshness, freshnessRules, judge } from '../../core/freshness.ts';
import { NAMELESS } from '../../ports/entry.ts';
import type { EntryRow, Resources } from '../../ports/stores.ts';
import type { Services } from '../services.ts';

/** An entry, the definition that decides its state, and the state. */
export interface JudgedCache {
  entry: EntryRow;
  /** Null: unknown or deleted. */
  resource: DefinedResource | null;
  freshness: Freshness;
}

/**
 * Judges entries by the definitions of their resources, and looks each definition up once; `now` in ms since the epoch.
 */
export async function judgeCaches(
  resources: Pick<Resources, 'findAll'>,
  entries: readonly EntryRow[],
  now: number,
): Promise<JudgedCache[]> {
  const known = await resources.findAll([...new Set(entries.map(({ resource }) => resource))]);
  return entries.map((entry) => {
    const resource = known.get(entry.resource) ?? null;
    if (!isDefined(resource)) return { entry, resource: null, freshness: { state: 'absent' } };
    return { entry, resource, freshness: judge(entry, freshnessRules(resource, null, null), now) };
  });
}

/**
 * Returns the state of the cache with this key; `now` in ms since the epoch.
 *
 * @throws Problem `not-found`
 */
export async function judgeCache(
  { entries, resources }: Pick<Services, 'entries' | 'resources'>,
  key: string,
  now: number,
): Promise<JudgedCache> {
  const entry = isCacheKey(key) ? await entries.find(key) : null;
  const [cache] = entry === null || entry.resource === NAMELESS ? [] : await judgeCaches(resources, [entry], now);
  if (cache === undefined) throw unknownCache(key);
  return cache;
}

/** Refusal for a key without a cache. */
export function unknownCache(key: string): Problem {
  const named = isCacheKey(key) ? `the key ${key}` : 'this key: a key has 64 hex digits';
  return new Problem('not-found', `There is no cache with ${named}.`);
}
