/** IndexedDB as a real Chromium has it: what all stores do, tabs that are killed, a quota, data that is cleared. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chromium, open } from '../../../scripts/browser/chromium.ts';
import { Site } from '../../../scripts/browser/site.ts';
import { isThere } from '../../../scripts/test/needs.ts';
import { clearStorage, crash, setQuota } from '../support/controls.ts';
import type * as storePage from '../support/pages/store-page.ts';
import { CASES } from '../support/store-conformance.ts';

type Calls = typeof storePage;
const NAME = 'freshet:1';

describe.skipIf(!isThere('browser'))('indexedDb in a browser', () => {
  let chromium: Chromium;
  let site: Site;

  beforeAll(async () => {
    [chromium, site] = await Promise.all([
      Chromium.start(),
      Site.start({ modules: { store: 'client/test/support/pages/store-page.ts' } }),
    ]);
  });
  afterAll(async () => {
    await chromium?.stop();
    await site?.stop();
  });

  const call = <N extends keyof Calls>(
    page: Page,
    name: N,
    ...args: Parameters<Calls[N]>
  ): Promise<Awaited<ReturnType<Calls[N]>>> =>
    page.evaluate(
      ([name, args]) =>
        (globalThis as unknown as { store: Record<string, (...args: unknown[]) => never> }).store[name]?.(
          ...args,
        ) as never,
      [name, args] as const,
    );

  it('does what each store does', async () => {
    const page = await open(await chromium.profile(), site.url);
    const failed: string[] = [];
    for (const { name } of CASES) await call(page, 'run', name).catch((error) => failed.push(`${name}: ${error}`));
    expect(failed).toEqual([]);
  });

  it('gives two or three handles what some serial order of their calls gives (invariants 5, 6, 26)', async () => {
    const page = await open(await chromium.profile(), site.url);
    await call(page, 'interleave', 40);
  });

  it('lets two tabs commit each revision once (invariant 6)', async () => {
    const profile = await chromium.profile();
    const tabs = [await open(profile, site.url), await open(profile, site.url)];
    for (const tab of tabs) await call(tab, 'open', NAME);
    const last = await Promise.all(tabs.map((tab) => call(tab, 'commit', NAME, 30)));
    expect(Math.max(...last)).toBe(60);
    for (const tab of tabs) expect(await call(tab, 'revision', NAME)).toBe(60);
  });

  it('holds exactly one version, the last one told or the next, when a tab is killed while it commits (invariant 2)', async () => {
    const profile = await chromium.profile();
    const other = await open(profile, site.url);
    await call(other, 'open', NAME);
    let last = 0;
    for (const after of [1, 7, 8, 9, 20]) {
      const page = await open(profile, site.url);
      await call(page, 'open', NAME);
      let told = 0;
      const killed = new Promise<void>((resolve) => {
        page.on('console', (message) => {
          told = Number(/^done (\d+)$/.exec(message.text())?.[1] ?? told);
          if (told === last + after) crash(page).then(resolve, () => resolve());
        });
      });
      call(page, 'commit', NAME, 1_000_000).catch(() => {});
      await killed;
      const kept = await call(other, 'revision', NAME);
      expect(kept).toBeGreaterThanOrEqual(told);
      last = kept;
    }
    expect(await call(other, 'commit', NAME, 1)).toBe(last + 1);
    expect(await call(other, 'lost')).toEqual([]);
  });

  it('says that it is full at the quota, keeps what it has, and continues when there is room (invariant 11)', async () => {
    const page = await open(await chromium.profile(), site.url);
    // Before the first use: the browser takes the room that it found for a while.
    await setQuota(page, 3_000_000);
    await call(page, 'open', NAME);
    await call(page, 'commit', NAME, 3);
    expect(await call(page, 'fill', NAME, 40)).toBe('StoreError full');
    expect(await call(page, 'revision', NAME)).toBe(3);
    expect(await call(page, 'empty', NAME)).toBe('done');
    expect(await call(page, 'commit', NAME, 1)).toBe(4);
    expect(await call(page, 'revision', NAME)).toBe(4);
    expect(await call(page, 'lost')).toEqual([]);
  });

  it('starts again, and tells nothing as lost, when the data is cleared while it is open (invariant 10)', async () => {
    const page = await open(await chromium.profile(), site.url);
    await call(page, 'open', NAME);
    await call(page, 'commit', NAME, 3);
    await clearStorage(page);
    expect(await call(page, 'revision', NAME)).toBe(0);
    expect(await call(page, 'commit', NAME, 2)).toBe(2);
    expect(await call(page, 'lost')).toEqual([]);
  });
});
