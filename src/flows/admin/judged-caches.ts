/** How caches stand under their resources, for administration: a changed, purged or deleted resource writes no entry. */

import { Problem } from '../../contract/problem.ts';
import { type DefinedResource, isDefined } from '../../contract/resource.ts';
import { isCacheKey } from '../../core/cache-key.ts';
import { type Freshness, freshnessRules, judge } from '../../core/freshness.ts';
import { NAMELESS } from '../../ports/entry.ts';
import type { EntryRow, Resources } from '../../ports/stores.ts';
import type { Services } from '../services.ts';

/** An entry, the definition that it is judged by and how it stands. */
export interface JudgedCache {
  entry: EntryRow;
  /** Null: unknown or deleted. */
  resource: DefinedResource | null;
  freshness: Freshness;
}

/** Judges entries by their resources' definitions, each asked for once; `now` in ms since the epoch. */
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
 * How the cache of a key stands; `now` in ms since the epoch.
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

/** The refusal for a key that no cache has. */
export function unknownCache(key: string): Problem {
  const named = isCacheKey(key) ? `the key ${key}` : 'this key: a key has 64 hex digits';
  return new Problem('not-found', `There is no cache with ${named}.`);
}
