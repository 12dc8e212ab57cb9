/** Measures one store in a real Chromium with its profile on disk, as on a device. */

import type { Page } from 'playwright-core';
import { DiskProfile } from '../../../../scripts/browser/chromium.ts';
import type { Site } from '../../../../scripts/browser/site.ts';

/** The figures of a store. */
export interface Figures {
  storeMs: number;
  reopenMs: number;
  deltaMs: number;
  /** Heap of the page after it has read all rows and collected garbage. */
  heapBytes: number;
}

/**
 * Stores rows, reads them in a fresh page, applies a change of 1 %.
 *
 * @param site defines the store as the global `name`
 * @throws Error if a row is missing
 */
export async function measure(site: Site, name: string, rows: number): Promise<Figures> {
  const profile = await DiskProfile.start({ flags: ['--enable-precise-memory-info'] });
  try {
    const page = await profile.page(site.url);
    const storeMs = await page.evaluate<number>(`(async () => {
      const { text, rows } = data.make(${rows});
      const from = performance.now();
      await ${name}.contender.store(text, rows);
      return performance.now() - from;
    })()`);
    const reopenMs = await reopen(page, name, rows);
    const heapBytes = await heapOf(page);
    const deltaMs = await page.evaluate<number>(`(async () => {
      const change = data.change(${rows});
      const from = performance.now();
      await ${name}.contender.change(change);
      return performance.now() - from;
    })()`);
    // The change inserts one row more than it deletes.
    await reopen(page, name, rows + 1);
    return { storeMs, reopenMs, deltaMs, heapBytes };
  } finally {
    await profile.stop();
  }
}

/** How long a fresh page takes to open the store and read all its rows, ms. */
async function reopen(page: Page, name: string, rows: number): Promise<number> {
  await page.reload();
  const [ms, read] = await page.evaluate<[number, number]>(`(async () => {
    const from = performance.now();
    const read = await ${name}.contender.reopen();
    return [performance.now() - from, read];
  })()`);
  if (read !== rows) throw new Error(`${name} gives ${read} rows, not ${rows}`);
  return ms;
}

async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}
