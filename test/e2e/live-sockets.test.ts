/** Live sockets against the built service, in short: `npm run soak -- live` is the long form, with kills and thousands of sockets. */

import { expect, it } from 'vitest';
import { liveSockets } from '../../tools/measure/soak/live/index.ts';

it('all sockets of a hub are notified of each commit, and all come back at once without a refusal', async () => {
  const { poked } = await liveSockets({ killed: 0, kills: 0, poked: 50, asleep: 0, tell: console.log });
  expect(poked?.faults).toEqual([]);
}, 120_000);
