/** The stub of a floor's object. */

import type { CacheObject } from './object.ts';

/** The object of a task, which is named by it. The bindings' type names the service's class, in whose place the floor's stands. */
export function objectOfTask(env: Env, taskId: string): DurableObjectStub<CacheObject> {
  const objects = env.CACHE_OBJECT as unknown as DurableObjectNamespace<CacheObject>;
  return objects.getByName(taskId.slice(0, 13));
}
