/** Taking back a task that waits (CONTRACT 2). */

import type { Identity } from '../contract/identity.ts';
import type { RevokeAnswer, Unavailable } from '../contract/object.ts';
import { available } from './available.ts';
import type { Services } from './services.ts';

/**
 * Asks the object, which alone knows whether the task still waits and who asked for it.
 *
 * @param taskId a UUID in lower case
 * @throws Problem `overloaded`
 */
export async function revokeTask(
  services: Pick<Services, 'objects'>,
  identity: Identity,
  taskId: string,
): Promise<Exclude<RevokeAnswer, Unavailable>> {
  return available(
    await services.objects.revoke({
      taskId,
      user: identity.user,
      mayRefresh: identity.scopes.has('cache:refresh'),
      mayAdmin: identity.scopes.has('cache:admin'),
    }),
  );
}
