/** The service about itself, without identity (CONTRACT 5): health. */

import * as v from 'valibot';
import { checkHealth, type Health as FoundHealth } from '../../flows/check-health.ts';
import { describe } from '../describe.ts';
import { factory } from '../factory.ts';
import { methods } from '../methods.ts';

const Health = v.object({
  status: v.picklist(['ok', 'failing']),
  stores: v.record(v.string(), v.picklist(['ok', 'failing'])),
  edge: v.picklist(['ok', 'keeps nothing']),
});

/** How long an answer is kept: anyone may ask, and each check costs a call a store. */
const KEPT_MS = 10_000;
let kept: ({ at: number } & FoundHealth) | undefined;

export const service = factory.createApp();

service.use('/healthz', methods('GET', 'HEAD', 'OPTIONS'));
service.get(
  '/healthz',
  describe({
    id: 'getHealth',
    tag: 'Service',
    summary: 'Whether each store answers, and whether the edge cache keeps what is put there (not on workers.dev)',
    answers: {
      200: { description: 'All answer', schema: Health },
      503: { description: 'One fails', schema: Health },
    },
  }),
  async (c) => {
    const now = Date.now();
    if (kept === undefined || now - kept.at > KEPT_MS) kept = { at: now, ...(await checkHealth(c.get('probes'))) };
    const { stores, edge } = kept;
    const failing = Object.values(stores).includes('failing');
    c.header('Cache-Control', 'no-store');
    if (failing) c.header('Retry-After', String(KEPT_MS / 1000));
    return c.json({ status: failing ? 'failing' : 'ok', stores, edge }, failing ? 503 : 200);
  },
);
