/** What `npm run bench:client` measures: each store keeps all rows and takes the change, or its figures say nothing. */

import { expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { CONTENDERS, compare } from '../../tools/measure/bench/client/compare.ts';

it.skipIf(!isThere('browser') || !isThere('tools/peers'))(
  'stores, reopens and changes the same rows in each',
  async () => {
    const compared = await compare({ sizes: [300], rounds: 1, tell: () => undefined });
    expect(compared.map(({ title }) => title)).toEqual(CONTENDERS.map(({ title }) => title));
    for (const figures of compared) {
      const { storeMs, reopenMs, deltaMs, heapBytes } = figures;
      expect(Math.min(storeMs, reopenMs, deltaMs, heapBytes)).toBeGreaterThan(0);
    }
  },
);
