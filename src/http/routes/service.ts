/** The service about itself, without identity (CONTRACT 5): health, and where `/` leads. */

import { describe } from '#describe';
import { Health } from '../../contract/health.ts';
import { checkHealth, type Health as FoundHealth } from '../../flows/upkeep/check-health.ts';
import { factory } from '../factory.ts';
import { methods } from '../methods.ts';

/** How long an answer is reused, ms: the path is open to all, and each check costs one call per store. */
const KEPT_MS = 10_000;
let kept: ({ at: number } & FoundHealth) | undefined;

export const service = factory.createApp();

service.use('/', methods('GET', 'HEAD', 'OPTIONS'));
service.get('/', (c) => c.redirect('/docs'));

service.use('/healthz', methods('GET', 'HEAD', 'OPTIONS'));
service.get(
  '/healthz',
  describe({
    id: 'getHealth',
    tag: 'Service',
    summary: 'Whether each store answers, and whether tokens can be verified',
    answers: {
      200: { description: 'All stores answer.', schema: Health },
      503: { description: 'A store fails, or no token can be verified.', schema: Health, headers: ['Retry-After'] },
    },
  }),
  async (c) => {
    const now = Date.now();
    if (kept === undefined || now - kept.at > KEPT_MS) kept = { at: now, ...(await checkHealth(c.get('probes'))) };
    const { stores, edge, settings } = kept;
    const isFailing = Object.values(stores).includes('failing');
    const isMisconfigured = settings.length > 0;
    const status = isMisconfigured ? 'misconfigured' : isFailing ? 'failing' : 'ok';
    c.header('Cache-Control', 'no-store');
    if (status !== 'ok') c.header('Retry-After', String(KEPT_MS / 1000));
    return c.json({ status, stores, edge, ...(isMisconfigured && { settings }) }, status === 'ok' ? 200 : 503);
  },
);
