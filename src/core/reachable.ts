/** Whether requests still lead to a cache, after its resource has changed. */

import { Problem } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import type { CacheIdentity } from '../ports/entry.ts';
import { cacheIdentity } from './cache-key.ts';
import { checkParameters } from './parameters.ts';

/** Whether the definition has the cache's scope, takes its parameters and, with the defaults of today, gives them its key. */
export function isReachable({ resource, parameters, owner, key }: CacheIdentity, definition: Resource): boolean {
  if ((definition.scope === 'user') !== (owner !== null)) return false;
  try {
    return cacheIdentity(resource, checkParameters(definition, parameters), owner).key === key;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
