/** How caches stand under their resources, for administration: a changed, purged or deleted resource writes no entry. */

import type { Parameters } from '../contract/entry.ts';
import { Problem } from '../contract/problem.ts';
import type { Resource, StoredResource } from '../contract/resource.ts';
import type { EntryRow, Resources } from '../contract/stores.ts';
import { cacheIdentity } from '../core/cache-key.ts';
import { freshnessRules, judge, type Standing } from '../core/freshness.ts';
import { checkParameters } from '../core/parameters.ts';
import { sideBySide } from './side-by-side.ts';

const WIDTH = 20;

/** An entry, the definition that it is judged by and how it stands. */
export interface StandingCache {
  entry: EntryRow;
  /** Null: unknown or deleted. */
  resource: (StoredResource & { definition: Resource }) | null;
  standing: Standing;
}

/** Judges entries by their resources' definitions, each asked for once. */
export async function standingsOf(
  resources: Pick<Resources, 'find'>,
  entries: readonly EntryRow[],
  now: number,
): Promise<StandingCache[]> {
  const titles = [...new Set(entries.map(({ resource }) => resource))];
  const found = await sideBySide(titles, WIDTH, (title) => resources.find(title));
  const known = new Map(titles.map((title, index) => [title, found[index] ?? null]));
  return entries.map((entry) => {
    const stored = known.get(entry.resource) ?? null;
    if (stored?.definition == null) return { entry, resource: null, standing: { state: 'absent' } };
    const resource = { ...stored, definition: stored.definition };
    const rules = freshnessRules(resource, null, null);
    return { entry, resource, standing: judge(entry, rules, now) };
  });
}

/** Whether a request could still lead to this cache: a changed definition may give its parameters another key, or none. */
export function isReachable(entry: EntryRow, definition: Resource): boolean {
  if ((definition.scope === 'user') !== (entry.owner !== null)) return false;
  const values = acceptable(definition, entry.parameters);
  return values !== null && cacheIdentity(entry.resource, values, entry.owner).key === entry.key;
}

function acceptable(definition: Resource, parameters: Parameters): Parameters | null {
  try {
    return checkParameters(definition, parameters);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}
