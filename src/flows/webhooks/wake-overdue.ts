/** The second clock of webhooks: what was due a while ago, and nobody has looked at, since a message or a consumer was lost. */

import type { Services } from '../services.ts';

/** So long after its time a wake-up counts as lost, ms: longer than a lease. */
const LATE_MS = 90_000;

/** One run; `now` in ms since the epoch. */
export async function wakeOverdue(
  { webhooks, webhookQueue }: Pick<Services, 'webhooks' | 'webhookQueue'>,
  now: number,
): Promise<void> {
  const names = await webhooks.overdue(now - LATE_MS);
  if (names.length > 0) await webhookQueue.sendBatch(names.map((webhook) => ({ body: { webhook } })));
}
