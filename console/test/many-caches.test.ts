/** The console over more caches than fit on a page. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { violationsIn } from './support/axe.ts';
import { ConsoleHost } from './support/console.ts';
import { seedCaches, seedResources } from './support/seed.ts';
import { BARE, startedOrigin } from './support/suite.ts';

/** How many caches there are (LONG_FORMS: more). */
const CACHES = Number(process.env.CONSOLE_CACHES ?? 1000);
const RESOURCES = 250;
const PAGE = 100;
const PATIENCE_MS = 30_000;

describe.skipIf(!isThere('browser'))(`the console over ${CACHES} caches`, () => {
  let host: ConsoleHost;
  const origin = startedOrigin();
  let stateDir: string;

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'freshet-console-'));
    const first = await ConsoleHost.start({ ...BARE, stateDir });
    await first.api('PUT', '/resources/many/', {
      origin: { url: `${origin.url}/many`, conditional: false },
      parameters: { type: 'object', properties: { name: { type: 'string' } } },
      tables: [{ name: 'rows', rows: '', columns: ['id', 'name'] }],
    });
    await first.api('POST', '/cache/refresh/', { resource_title: 'many', name: 'n-000000' });
    const held = await vi.waitUntil(async () => (await first.api<object[]>('GET', '/caches/')).length, {
      timeout: PATIENCE_MS,
    });
    expect(held).toBe(1);
    await first.end();
    seedCaches(stateDir, 'many', CACHES - 1);
    seedResources(stateDir, 'many', RESOURCES - 1);
    host = await ConsoleHost.start({ ...BARE, stateDir });
  });
  afterAll(async () => {
    expect(host?.complaints).toEqual([]);
    await host?.stop();
    await rm(stateDir, { recursive: true, force: true });
  });

  it('shows a page of them, which axe finds no fault with, and leads through all of them and back', async () => {
    const page = await host.signedIn('/caches');
    const rows = page.locator('tbody tr');
    const first = () => rows.first().locator('td').first().textContent();
    await rows.first().waitFor();
    expect(await violationsIn(page)).toEqual([]);
    const keys = () => page.locator('tbody a').evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    const seen = new Set<string>();
    const begin = await first();
    const next = page.getByRole('link', { name: 'Next page' });
    for (;;) {
      const shown = await keys();
      expect(shown.length).toBeLessThanOrEqual(PAGE);
      for (const key of shown) seen.add(key);
      if ((await next.count()) === 0) break;
      const before = await first();
      await next.click();
      await expect.poll(first).not.toBe(before);
    }
    expect(seen.size).toBe(CACHES);
    await page.getByRole('link', { name: 'First page' }).click();
    await expect.poll(first).toBe(begin);
    await page.goBack();
    await expect.poll(first).not.toBe(begin);
  });

  it('shows a page of resources, each once, sorts and searches them, and goes back to the page that was left', async () => {
    const page = await host.signedIn('/resources');
    const links = page.locator('tbody td:first-child a');
    const first = () => links.first().textContent();
    const next = page.getByRole('link', { name: 'Next page' });
    const pages: string[][] = [];
    for (;;) {
      await links.first().waitFor();
      pages.push(await links.allTextContents());
      if ((await next.count()) === 0) break;
      const before = await first();
      await next.click();
      await expect.poll(first).not.toBe(before);
    }
    expect(pages.map(({ length }) => length)).toEqual([PAGE, PAGE, RESOURCES - 2 * PAGE]);
    expect(new Set(pages.flat()).size).toBe(RESOURCES);
    await page.goBack();
    await expect.poll(first).toBe(pages[1]?.[0]);
    await links.nth(5).click();
    await page.getByRole('heading', { level: 1, name: pages[1]?.[5] ?? '' }).waitFor();
    await page.goBack();
    await expect.poll(() => links.allTextContents()).toEqual(pages[1]);
    await page.getByRole('button', { name: 'Resource' }).click();
    await page.getByRole('button', { name: 'Resource' }).click();
    await expect.poll(() => links.allTextContents()).toEqual(pages[1]?.toReversed());
    await page.getByLabel('Title or origin').fill('many-024');
    await page.keyboard.press('Enter');
    // Words may stand anywhere in the title: many-0024 has both, too.
    await expect.poll(() => links.count()).toBe(11);
    expect(await next.count()).toBe(0);
  });

  it('finds one of them by its parameters, as the address says at a new visit', async () => {
    const page = await host.signedIn('/caches?resource=many&parameters=%7B%22name%22%3A%22n-000042%22%7D');
    // A page by parameters ends after 5,000 caches that were looked at.
    const found = page.getByRole('link', { name: 'n-000042' });
    const next = page.getByRole('link', { name: 'Next page' });
    for (;;) {
      await found.or(next).or(page.getByText('No cache matches')).first().waitFor();
      if ((await found.count()) > 0) break;
      await next.click();
    }
    expect(await page.locator('tbody tr').count()).toBe(1);
  });

  it('tells how many a purge would hit before anything is done', async () => {
    const page = await host.signedIn('/caches?resource=many');
    await page.getByRole('button', { name: 'Purge…' }).click();
    await page
      .getByRole('dialog')
      .getByText(`${CACHES.toLocaleString('en')} caches with data match.`)
      .waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('tbody tr').count()).toBe(PAGE);
  });
});
