/** The stub of a floor's object. */

import type { CacheObject } from './object.ts';

/** The bindings' type names the service's class, in whose place the floor's stands. */
export function objectOf(env: Env, name: string): DurableObjectStub<CacheObject> {
  const objects = env.CACHE_OBJECT as unknown as DurableObjectNamespace<CacheObject>;
  return objects.getByName(name);
}
