/**
 * The second clock of webhooks: finds events that were due some time ago and not handled, because a message or a
 * consumer was lost.
 */

import type { Services } from '../services.ts';

/** A wake-up counts as lost this long after its time, ms: longer than a lease. */
const LATE_MS = 90_000;

/** One run; `now` in ms since the epoch. */
export async function wakeOverdue(
  { webhooks, webhookQueue }: Pick<Services, 'webhooks' | 'webhookQueue'>,
  now: number,
): Promise<void> {
  const names = await webhooks.overdue(now - LATE_MS);
  if (names.length > 0) await webhookQueue.sendBatch(names.map((webhook) => ({ body: { webhook } })));
}
