/** Counts the extra cost of a change when a webhook is told of it, and when its receiver does not accept it. */

import { type Counts, subtractCounts } from './counts.ts';
import type { OperationName } from './operations.ts';
import type { Scene } from './scene.ts';

/** The service's secret that signs deliveries. */
export const HOOK_SECRET = { ORIGIN_HOOK: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
/** Longer than an isolate considers the list of webhooks current. */
const KNOWN_ANEW_MS = 120_000;
const HOUR_MS = 3_600_000;

export async function countWebhooks(scene: Scene): Promise<Record<'webhook' | 'webhookFolded', Counts>> {
  const { service, origin, originUrl } = scene;
  const n = 120;
  await scene.load('steady', n, true);
  const change = () => service.count(() => scene.load('steady', n, true));
  const none = await change();
  const definition = { url: `${originUrl}/hook`, secrets: [`\${ORIGIN_HOOK}`] };
  await service.ask('webhooks/counted/', { method: 'PUT', body: definition });
  await service.putClockForward(KNOWN_ANEW_MS);
  await scene.letLookUpsRunOut('steady');
  await change();
  const taken = await change();
  origin.takesWebhooks = false;
  await change();
  const folded = await change();
  await service.ask('webhooks/counted/', { method: 'DELETE' });
  origin.takesWebhooks = true;
  await service.putClockForward(HOUR_MS);
  const counted = { webhook: subtractCounts(taken, none), webhookFolded: subtractCounts(folded, none) };
  if (counted.webhook.webhookMessages === 0) throw new Error('the webhook was not told');
  return counted satisfies Partial<Record<OperationName, Counts>>;
}
