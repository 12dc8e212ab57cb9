/** The store that forgets with the app. */

import { describe, expect, it } from 'vitest';
import { memory } from '../../src/store/memory.ts';
import { hasSerialOrder } from '../support/serial-order.ts';
import { CASES } from '../support/store-conformance.ts';

describe('memory', () => {
  it.each(CASES)('$name', async ({ run }) => {
    const store = memory();
    await run(() => store.open('freshet:1'));
  });

  it('gives two or three tabs what some serial order of their calls gives (invariants 5, 6, 26)', async () => {
    const openOne = async () => {
      const store = memory();
      return () => store.open('freshet:1');
    };
    await hasSerialOrder(openOne, 100);
  });

  it('says that nothing lasts, and shares nothing between names, or between stores', async () => {
    const store = memory();
    expect(store.lasts).toBe(false);
    const { device } = await (await store.open('freshet:1')).device();
    expect((await (await store.open('freshet:1')).device()).device).toBe(device);
    expect((await (await store.open('freshet:2')).device()).device).not.toBe(device);
    expect((await (await memory().open('freshet:1')).device()).device).not.toBe(device);
  });

  it('does not let a caller change the row of the device by its copy', async () => {
    const handle = await memory().open('freshet:1');
    const row = await handle.device();
    row.generation = 9;
    expect((await handle.device()).generation).toBe(1);
  });
});
