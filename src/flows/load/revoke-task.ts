/** Revokes a waiting task (CONTRACT 2). */

import type { Identity } from '../../contract/identity.ts';
import { isOpenTo } from '../../core/access.ts';
import type { RevokeAnswer, Unavailable } from '../../ports/object.ts';
import { demandAvailable } from '../ask-object.ts';
import { readTask } from '../live/watch-task.ts';
import type { Services } from '../services.ts';

/**
 * Asks the object: only it knows whether the task still waits and who requested it. A task of a resource that is closed
 * to the caller counts as unknown, like one that does not exist.
 *
 * @param taskId a UUID in lower case
 * @throws Problem `overloaded`
 */
export async function revokeTask(
  services: Pick<Services, 'objects' | 'resources' | 'lookup'>,
  identity: Identity,
  taskId: string,
): Promise<Exclude<RevokeAnswer, Unavailable>> {
  const mayAdmin = identity.scopes.has('cache:admin');
  if (!mayAdmin) {
    const task = await readTask(services, taskId);
    const isOpen = task !== null && isOpenTo(await services.resources.find(task.cache.resource), identity);
    if (!isOpen) return { outcome: 'unknown' };
  }
  return demandAvailable(
    await services.objects.revoke({
      taskId,
      user: identity.user,
      mayRefresh: identity.scopes.has('cache:refresh'),
      mayAdmin,
    }),
  );
}
