/** The charts of the overview: what is drawn, in which colours, what is shown beside them, and what is shown without them. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { Asked } from './support/asked.ts';
import { PHONE } from './support/looks.ts';
import { startedConsole } from './support/suite.ts';

describe.skipIf(!isThere('browser'))('the charts of the console', () => {
  const host = startedConsole({ env: { DEMO: '0' } });

  const requests = (page: Page) => page.getByRole('img', { name: /^Requests by status/ });
  /** How much of a chart has the colour of its first series, as the table beside it shows that. */
  const inked = (page: Page) =>
    requests(page).evaluate((chart) => {
      const canvas = chart.querySelector('canvas');
      const swatch = chart.parentElement?.querySelector('.swatch');
      if (!canvas || !swatch) return 0;
      const [r, g, b] = getComputedStyle(swatch).fill.match(/\d+/g)?.map(Number) ?? [];
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      let count = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at] === r && data[at + 1] === g && data[at + 2] === b && data[at + 3] === 255) count++;
      }
      return count;
    });

  it('draw what was counted in the colours beside them, also when those are changed', async () => {
    const page = await host.signedIn('');
    await requests(page).waitFor();
    await expect.poll(() => inked(page)).toBeGreaterThan(100);
    await page.getByLabel('Colours').selectOption('dark');
    const fill = () =>
      page
        .locator('.swatch')
        .first()
        .evaluate((swatch) => getComputedStyle(swatch).fill);
    await expect.poll(fill).toBe('rgb(121, 184, 255)');
    await expect.poll(() => inked(page)).toBeGreaterThan(100);
    await page.getByLabel('Colours').selectOption('system');
    await expect.poll(fill).toBe('rgb(11, 92, 173)');
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(fill).toBe('rgb(121, 184, 255)');
    await expect.poll(() => inked(page)).toBeGreaterThan(100);
  });

  it('tell all that they show in words and in tables', async () => {
    const page = await host.signedIn('');
    expect(await requests(page).getAttribute('aria-label')).toMatch(/^Requests by status, .+–.+: 200 \d+/);
    const figure = page.locator('.figures section', { has: requests(page) });
    const counted = Number(await figure.getByRole('row', { name: /^200/ }).getByRole('cell').last().textContent());
    expect(counted).toBeGreaterThan(0);
    await figure.getByText('All values').click();
    const values = figure.getByRole('region', { name: 'Requests by status: all values' });
    expect(await values.getByRole('row').count()).toBe(13);
    const cells = await values.locator('tbody td:nth-child(2)').allTextContents();
    // Nothing is known of the time before the service was started: that is no 0.
    expect(cells[0]).toBe('—');
    expect(cells.reduce((sum, cell) => sum + (Number(cell) || 0), 0)).toBe(counted);
  });

  it('report a day when asked, which the address keeps', async () => {
    const page = await host.signedIn('');
    await requests(page).waitFor();
    await page.getByLabel('Time').selectOption('day');
    await page.getByText('Count in 30 minutes.').first().waitFor();
    expect(new URL(page.url()).search).toBe('?range=day');
    await page.goBack();
    await page.getByText('Count in 5 minutes.').first().waitFor();
  });

  it('fit a phone, and what happens to its width', async () => {
    const page = await host.signedIn('', { viewport: PHONE });
    await expect.poll(() => inked(page)).toBeGreaterThan(100);
    const width = () => requests(page).evaluate((chart) => chart.querySelector('canvas')?.clientWidth);
    expect(await width()).toBeLessThanOrEqual(PHONE.width);
    await page.setViewportSize({ width: 700, height: 400 });
    await expect.poll(width).toBe(await requests(page).evaluate((chart) => chart.clientWidth));
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  it('are loaded where one is seen, and nowhere else', async () => {
    const page = await host.open('/me');
    const asked = new Asked(page);
    const plots = () => asked.paths.filter((path) => path.startsWith('/console/static/plot-'));
    await page.getByLabel('Token').fill(await host.service.token('admin', { scope: 'cache:admin' }));
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.locator('dl').waitFor();
    expect(plots()).toEqual([]);
    await page.getByRole('link', { name: 'Overview' }).click();
    await requests(page).waitFor();
    await expect.poll(() => inked(page)).toBeGreaterThan(100);
    expect(plots()).toHaveLength(1);
  });
});

describe.skipIf(!isThere('browser'))('without the figures of the service', () => {
  const host = startedConsole({ env: { DEMO: '0', KEEP_FIGURES: 'off' } });

  it('one sentence says why there are no charts', async () => {
    const page = await host.signedIn('');
    await page.getByText(/^There are no charts, because .*ANALYTICS_SQL.*operations\.md/).waitFor();
    expect(await page.getByRole('img').count()).toBe(0);
    expect(await page.getByLabel('Time').count()).toBe(0);
    expect(await page.locator('.problem').count()).toBe(0);
  });
});
