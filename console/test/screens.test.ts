/** Each screen for those who do not see it, in either language, and what the console asks for while nobody does anything. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { ConsoleHost } from './support/console.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const DESKTOP = { width: 1280, height: 800 };
/** A desktop at 200 %. */
const HALF = { width: 640, height: 400 };

declare const axe: {
  run(
    options: object,
  ): Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] }>;
};

describe.skipIf(!isThere('browser'))('the screens of the console', () => {
  let host: ConsoleHost;
  let key: string;

  beforeAll(async () => {
    host = await ConsoleHost.start();
    const [cache] = await host.api<{ key: string }[]>('GET', '/caches/?resource_title=cars');
    key = cache?.key ?? '';
  });
  afterAll(async () => {
    expect(host?.complaints).toEqual([]);
    await host?.stop();
  });

  /** Violations of axe, by rule and element. The page's policy runs no text as a script, but the debugger does. */
  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(AXE);
    const { violations: found } = await page.evaluate((values) => axe.run({ runOnly: { type: 'tag', values } }), TAGS);
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`),
    );
  }

  const read = (page: Page) => expect.poll(() => page.locator('[aria-busy]').count()).toBe(0);

  const places = () => ({
    '': 'Overview',
    '/caches': 'Caches',
    '/caches?resource=nothing-of-that-name': 'Caches',
    '/caches?parameters=nonsense': 'Caches',
    [`/caches/${key}`]: 'cars',
    [`/caches/${'0'.repeat(64)}`]: 'Caches',
    '/me': 'Me',
    '/nowhere': 'no such screen',
  });
  const WAYS = [
    ['light', { colorScheme: 'light', viewport: DESKTOP }],
    ['dark', { colorScheme: 'dark', viewport: DESKTOP }],
    ['light at 200 %', { colorScheme: 'light', viewport: HALF }],
  ] as const;

  it.each(WAYS)('have no fault that axe finds: %s', async (_, options) => {
    const page = await host.open('', options);
    await page.getByLabel('Token').waitFor();
    expect(await violations(page)).toEqual([]);
    const signedIn = await host.signedIn('', options);
    for (const [path, title] of Object.entries(places())) {
      await goTo(signedIn, path);
      await signedIn.getByRole('heading', { level: 1, name: title }).waitFor();
      await read(signedIn);
      if (path === `/caches/${key}`) {
        await signedIn.getByRole('button', { name: 'Show the first rows' }).click();
        await signedIn.getByRole('cell').first().waitFor();
      }
      expect([path, await violations(signedIn)]).toEqual([path, []]);
      // Nothing but tables is wider than the window.
      expect(await signedIn.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
    await goTo(signedIn, '/caches?resource=cars');
    await signedIn.getByRole('button', { name: 'Purge…' }).click();
    await signedIn.getByText('1 cache fits.').waitFor();
    expect(await violations(signedIn)).toEqual([]);
  });

  it('say what is wrong with a filter, whole, with what the log has it by', async () => {
    const page = await host.signedIn('/caches?parameters=nonsense');
    const problem = page.locator('.problem');
    await problem.waitFor();
    expect(await problem.textContent()).toMatch(/invalid-parameters.*Request [\w-]{8,}/s);
  });

  it('speak the other language as soon as it is chosen, and at the next visit', async () => {
    const page = await host.signedIn('/caches');
    await page.getByLabel('Language').selectOption('ru');
    await page.getByRole('heading', { name: 'Кэши' }).waitFor();
    await page.getByRole('columnheader', { name: 'Версия' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    await page.reload();
    await page.getByLabel('Токен').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
  });

  it('show their times in UTC on hover', async () => {
    const page = await host.signedIn(`/caches/${key}`);
    await page.getByRole('heading', { name: 'Tasks' }).waitFor();
    expect(await page.locator('time').first().getAttribute('title')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/m);
  });

  it('keep filters and order in the address: back, forward and a new visit restore them', async () => {
    const page = await host.signedIn('/caches');
    await page.getByLabel('Resource').fill('countries');
    await page.getByRole('button', { name: 'Apply' }).click();
    const titles = () => page.locator('tbody tr td:first-child').allTextContents();
    await expect.poll(async () => (await titles()).length).toBe(2);
    const sizes = () => page.locator('tbody tr td:nth-child(5)').allTextContents();
    await page.getByRole('button', { name: 'Rows' }).click();
    await expect.poll(sizes).toEqual(['52', '253']);
    await page.getByRole('button', { name: 'Rows' }).click();
    await expect.poll(sizes).toEqual(['253', '52']);
    expect(new URL(page.url()).search).toBe('?resource=countries&sort=-rows');
    await page.goBack();
    await expect.poll(sizes).toEqual(['52', '253']);
    await page.goBack();
    await page.goBack();
    await expect.poll(async () => (await titles()).length).toBeGreaterThan(2);
    expect(await page.getByLabel('Resource').inputValue()).toBe('');
    await page.goForward();
    await expect.poll(() => page.getByLabel('Resource').inputValue()).toBe('countries');

    const other = await host.signedIn('/caches?resource=countries&sort=-rows');
    await expect.poll(() => other.locator('tbody tr td:nth-child(5)').allTextContents()).toEqual(['253', '52']);
  });

  it('give the focus to the heading of the one that is come to', async () => {
    const page = await host.signedIn('');
    await page.getByRole('link', { name: 'Caches' }).click();
    await page.getByRole('heading', { name: 'Caches' }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    expect(await page.title()).toBe('Caches · Freshet');
  });

  it('ask for nothing while nothing runs, and no other host ever', async () => {
    const page = await host.open('');
    // The page must set its timers by this clock, so it is loaded again.
    await page.clock.install();
    await page.reload();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.getByLabel('Token').fill(await host.service.token('admin', { scope: 'cache:admin' }));
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    for (const path of ['', '/caches', `/caches/${key}`]) {
      await goTo(page, path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await read(page);
      await page.waitForLoadState('networkidle');
      const before = asked.length;
      await page.clock.fastForward(60_000);
      await page.clock.runFor(60_000);
      expect([path, asked.slice(before)]).toEqual([path, []]);
    }
    expect(new Set(asked.map((url) => new URL(url).origin))).toEqual(new Set([host.service.url]));
  });
});

/** Goes to a screen as a link does: a new visit would ask for a token. */
async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate((address) => {
    history.pushState(null, '', address);
    dispatchEvent(new PopStateEvent('popstate'));
  }, `/console${path}`);
}
