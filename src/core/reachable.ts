/** Whether a cache can still be reached by requests after its resource has changed. */

import { Problem } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import type { CacheIdentity } from '../ports/entry.ts';
import { cacheIdentity } from './cache-key.ts';
import { checkParameters } from './parameters.ts';

/**
 * Whether the definition has the cache's scope, accepts its parameters and, with today's defaults, gives them the
 * cache's key.
 */
export function isReachable({ resource, parameters, owner, key }: CacheIdentity, definition: Resource): boolean {
  if ((definition.scope === 'user') !== (owner !== null)) return false;
  try {
    return cacheIdentity(resource, checkParameters(definition, parameters), owner).key === key;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
