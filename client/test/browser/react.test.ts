/** The React entry with the real React, in a page. */

import type { JSHandle, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chromium } from '../../../scripts/browser/chromium.ts';
import { Site } from '../../../scripts/browser/site.ts';
import { isThere } from '../../../scripts/test/needs.ts';
import type * as ReactPage from '../support/pages/react-page.tsx';
import type { Shown } from '../support/pages/react-page.tsx';

declare const app: typeof ReactPage;

describe.skipIf(!isThere('browser'))('components that show a cache', () => {
  let chromium: Chromium;
  let site: Site;

  beforeAll(async () => {
    [chromium, site] = await Promise.all([
      Chromium.start(),
      Site.start({ modules: { app: 'client/test/support/pages/react-page.tsx' } }),
    ]);
  });
  afterAll(async () => {
    await chromium?.stop();
    await site?.stop();
  });

  async function shown(isServed = false): Promise<{ page: Page; app: JSHandle<Shown> }> {
    const page = await chromium.page(site.url);
    return { page, app: await page.evaluateHandle((served) => app.show(served), isServed) };
  }

  const rows = (page: Page) => page.locator('li').allTextContents();

  it('show that it loads, then its rows', async () => {
    const { page } = await shown();
    await expect.poll(() => rows(page)).toEqual(['buick', 'fiat']);
  });

  it('show a new version without a moment without rows (invariant 1)', async () => {
    const { page, app: held } = await shown();
    await expect.poll(() => rows(page)).toEqual(['buick', 'fiat']);
    const counts = await page.evaluateHandle(() => {
      const seen: number[] = [];
      new MutationObserver(() => seen.push(document.querySelectorAll('li').length)).observe(document.body, {
        subtree: true,
        childList: true,
      });
      return seen;
    });
    await held.evaluate(async ({ service, client }) => {
      service.set('cars', { year: 1982 }, app.cars('buick', 'saab'));
      await client.check();
    });
    await expect.poll(() => rows(page)).toEqual(['buick', 'saab']);
    expect(await counts.jsonValue()).not.toContain(0);
  });

  it('show that the device is offline beside the rows', async () => {
    const { page, app: held } = await shown();
    await expect.poll(() => rows(page)).toHaveLength(2);
    await held.evaluate(async ({ service, client }) => {
      // As long as the test looks: else a retry is soon idle again.
      service.fail('offline');
      await client.check().catch(() => undefined);
    });
    await expect.poll(() => page.locator('p').textContent()).toBe('offline');
    expect(await page.locator('output').textContent()).toBe('offline');
    expect(await rows(page)).toHaveLength(2);
  });

  it('refresh from the origin by a button', async () => {
    const { page, app: held } = await shown();
    await expect.poll(() => rows(page)).toHaveLength(2);
    await held.evaluate(({ service }) => service.set('cars', { year: 1982 }, app.cars('saab')));
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(() => rows(page)).toEqual(['saab']);
  });

  it('do not render again while nothing differs', async () => {
    const { page, app: held } = await shown();
    await expect.poll(() => page.locator('p').textContent()).toBe('idle');
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const before = await page.evaluate(() => app.countRenders());
    await held.evaluate(({ client }) => client.held());
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(await page.evaluate(() => app.countRenders())).toBe(before);
  });

  it('show at once what is held when they come back', async () => {
    const { page } = await shown();
    await expect.poll(() => rows(page)).toHaveLength(2);
    const toggle = page.getByRole('button', { name: 'Toggle' });
    await toggle.click();
    expect(await rows(page)).toHaveLength(0);
    await toggle.click();
    expect(await rows(page)).toHaveLength(2);
  });

  it('take over what a server has rendered, which holds nothing', async () => {
    const { page } = await shown(true);
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await expect.poll(() => rows(page)).toEqual(['buick', 'fiat']);
    expect(errors).toEqual([]);
  });

  it('leave nobody who holds the cache, or listens, after 1,000 mounts (invariant 17)', async () => {
    const page = await chromium.page(site.url);
    expect(await page.evaluate(() => app.mountOften(1000))).toBe(0);
  });

  it('tell what is missing without a provider', async () => {
    const page = await chromium.page(site.url);
    const message = await page.evaluate(() => {
      try {
        return app.renderAlone();
      } catch (error) {
        return String(error);
      }
    });
    expect(message).toContain('There is no <FreshetProvider client={…}>');
  });
});
