/** The name of a cache for people: its resource and its parameters. */

import type { Schema } from '../api/paths.ts';

export type CacheRecord = Schema<'Cache'>;

/** Parameters in one line; empty if there are none. */
export function parametersText(parameters: object): string {
  return Object.keys(parameters).length === 0 ? '' : JSON.stringify(parameters);
}

/** Such as `cars {"year":1982}`. */
export function cacheName({ resource_title, parameters }: Pick<CacheRecord, 'resource_title' | 'parameters'>): string {
  return [resource_title, parametersText(parameters)].filter(Boolean).join(' ');
}

/** The state of a cache, by this machine's clock. `failing` takes precedence over fresh and stale. */
export function stateOf(cache: CacheRecord, now: number): 'failing' | 'nothing' | 'stale' | 'fresh' {
  if (cache.failing !== null) return 'failing';
  if (cache.expires === null) return 'nothing';
  return Date.parse(cache.expires) <= now ? 'stale' : 'fresh';
}
