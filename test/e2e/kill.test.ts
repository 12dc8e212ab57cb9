/** Kill anything at any time (DESIGN invariant 1), in short: `npm run soak` is the long form. */

import { expect, inject, it } from 'vitest';
import { killCampaign } from '../../tools/measure/soak/kills.ts';

it('nothing accepted is lost and nothing half-written shows, though all of it is killed again and again', async () => {
  const seed = inject('seed');
  const report = await killCampaign({
    kills: 3,
    seed,
    skipsLeases: true,
    tell: (line) => console.log(`seed ${seed}: ${line}`),
  });
  expect(report.faults).toEqual([]);
  expect(report.tasks).toBeGreaterThan(0);
  expect(report.versions).toBeGreaterThan(0);
}, 600_000);
