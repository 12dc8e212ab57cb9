/** Message bodies of the `refresh` queue and its dead-letter queue. */

import * as v from 'valibot';
import { log } from '../log.ts';
import type { RefreshMessage } from '../ports/messages.ts';

/** Drops members that this release does not know: two releases may run at once. */
const Body: v.GenericSchema<unknown, RefreshMessage> = v.object({
  taskId: v.pipe(v.string(), v.uuid(), v.toLowerCase()),
  resource: v.exactOptional(v.string()),
  origin: v.exactOptional(v.string()),
  gate: v.exactOptional(v.string()),
  force: v.exactOptional(v.boolean()),
  heavy: v.exactOptional(v.boolean()),
  requestId: v.exactOptional(v.string()),
});

/**
 * Returns the message; null for an invalid one, which is logged and acknowledged because it would be retried forever.
 */
export function readRefreshMessage(
  message: Message<unknown>,
  queue: 'refresh_queue' | 'refresh_dead_queue',
): RefreshMessage | null {
  const { success, output } = v.safeParse(Body, message.body);
  if (success) return output;
  log('error', `${queue}.not_understood`, { message_id: message.id });
  message.ack();
  return null;
}
