/** What `npm run bench:client` measures: each store keeps all rows and takes the change, or its figures say nothing. */

import { expect, it } from 'vitest';
import { CONTENDERS, compare } from '../../scripts/bench/client/compare.ts';
import { isThere } from '../../scripts/test/needs.ts';

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
