/** What goes wrong between a person and the service: late answers, double presses, a service that ends, two tabs, no rights. */

import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { Asked } from './support/asked.ts';
import { enterToken } from './support/console.ts';
import { isRead } from './support/places.ts';
import { startedConsole, startedOrigin } from './support/suite.ts';

const MANY = 1000;

describe.skipIf(!isThere('browser'))('the console', () => {
  const host = startedConsole();
  const origin = startedOrigin();

  beforeAll(async () => {
    for (const title of ['first', 'second']) await define(title);
  });

  const define = (title: string, more: object = {}) =>
    host.api('PUT', `/resources/${title}/`, {
      origin: { url: `${origin.url}/${title}`, conditional: false },
      tables: [{ name: 'rows', rows: '', columns: ['id', 'name'] }],
      ...more,
    });
  const heading = (page: Page) => page.getByRole('heading', { level: 1 });

  it('shows nothing of a screen that was left, although its answer comes later', async () => {
    const page = await host.signedIn('/resources');
    await page.getByRole('link', { name: 'first' }).waitFor();
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    await page.route('**/api/v1/resources/first/**', async (route) => {
      await gate;
      await route.continue();
    });
    await page.getByRole('link', { name: 'first' }).click();
    await expect.poll(() => heading(page).textContent()).toBe('first');
    await page.goBack();
    await page.getByRole('link', { name: 'second' }).click();
    await page.getByText(`GET ${origin.url}/second`).waitFor();
    const late = page.waitForResponse((response) => response.url().endsWith('/resources/first/'));
    open();
    await (await late).finished();
    expect(await heading(page).textContent()).toBe('second');
    expect(await page.getByText(`${origin.url}/first`).count()).toBe(0);
    expect(new URL(page.url()).pathname).toBe('/console/resources/second');
  });

  it('shows the answer to the last filter, although that to an earlier one comes later', async () => {
    const page = await host.signedIn('/resources');
    await page.getByRole('link', { name: 'first' }).waitFor();
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    await page.route('**/api/v1/resources/?search=firs**', async (route) => {
      await gate;
      await route.continue();
    });
    await page.getByLabel('Title or origin').fill('firs');
    await page.keyboard.press('Enter');
    await expect.poll(() => new URL(page.url()).search).toBe('?search=firs');
    await page.getByLabel('Title or origin').fill('secon');
    await page.keyboard.press('Enter');
    const titles = page.locator('tbody td:first-child a');
    await expect.poll(() => titles.allTextContents()).toEqual(['second']);
    const late = page.waitForResponse((response) => response.url().includes('search=firs'));
    open();
    await (await late).finished();
    expect(await titles.allTextContents()).toEqual(['second']);
  });

  it('sends one request for a double press of each button that changes something', async () => {
    origin.rows('buick');
    await host.api('POST', '/cache/refresh/', { resource_title: 'first' });
    const caches = () => host.api<{ key: string; version: number | null }[]>('GET', '/caches/?resource_title=first');
    await expect.poll(async () => (await caches())[0]?.version).toBe(1);
    const page = await host.signedIn(`/caches/${(await caches())[0]?.key}`);
    const pressed = new Asked(page);
    await page.getByRole('button', { name: 'Refresh first' }).dblclick();
    await page.getByText('Loaded: version').waitFor();
    expect(pressed.writes.filter((line) => line.includes('/refresh/'))).toHaveLength(1);

    await page.goto(`${host.service.url}/console/resources/second/edit`);
    await enterToken(page, await host.service.token('admin', { scope: 'cache:admin' }));
    await page.getByLabel('ttl_s', { exact: true }).fill('77');
    await page.getByRole('link', { name: 'Review and save' }).click();
    const save = page.getByRole('button', { name: 'Save', exact: true });
    await save.waitFor();
    const saved = new Asked(page);
    await save.dblclick();
    await page.getByText('Saved.').waitFor();
    expect(saved.writes).toEqual(['PUT /api/v1/resources/second/']);
    const [newest, ...older] = await host.api<{ action: string; target: string }[]>('GET', '/actions/?limit=5');
    expect(newest).toMatchObject({ action: 'put_resource', target: 'second' });
    expect(older.filter(({ target }) => target === 'second')).toHaveLength(1);
  });

  it('keeps what was typed when the service goes away amid a save, says so whole, and saves once it is back', async () => {
    await define('away');
    const page = await host.signedIn('/resources/away/edit');
    await page.getByLabel('ttl_s', { exact: true }).fill('78');
    await page.getByRole('link', { name: 'Review and save' }).click();
    const save = page.getByRole('button', { name: 'Save', exact: true });
    await save.waitFor();
    await page.context().setOffline(true);
    await save.click();
    const results = page.getByRole('region', { name: 'Results of actions' });
    await results.getByText('The service did not answer.').waitFor();
    await page.getByRole('link', { name: 'Form', exact: true }).click();
    expect(await page.getByLabel('ttl_s', { exact: true }).inputValue()).toBe('78');
    await page.context().setOffline(false);
    await page.getByRole('link', { name: 'Review and save' }).click();
    await save.click();
    await results.getByText('Saved.').waitFor();
    expect(await results.getByText('The service did not answer.').count()).toBe(1);
    expect(await host.api('GET', '/resources/away/')).toMatchObject({ ttl_s: 78 });
  });

  it('says to a token without scopes what it lacks, on each screen of the navigation, and lets it sign out', async () => {
    const page = await host.signedIn('', { scope: 'none', user: 'nobody' });
    const links = page.getByRole('navigation').getByRole('link');
    for (const name of await links.allTextContents()) {
      await links.getByText(name, { exact: true }).click();
      await isRead(page);
      expect([name, await page.locator('main').textContent()]).toEqual([
        name,
        expect.stringMatching(name === 'Tasks' ? /id/ : name === 'Me' ? /nobody/ : /cache:inspect|cache:admin/),
      ]);
    }
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    expect(await page.locator('main, nav').textContent()).not.toContain('nobody');
  });

  it('keeps two tabs apart: each has its own token, and a sign-out in one leaves the other', async () => {
    const profile = await host.profile();
    const [one, two] = [await host.openIn(profile, '/resources'), await host.openIn(profile, '/resources')];
    await host.enter(one, { user: 'ada' });
    await two.getByLabel('Token').waitFor();
    await host.enter(two, { user: 'bob', scope: 'cache:inspect' });
    await one.getByRole('button', { name: 'Sign out' }).click();
    await one.getByLabel('Token').waitFor();
    await two.getByRole('link', { name: 'second' }).click();
    await expect.poll(() => heading(two).textContent()).toBe('second');
    expect(await two.locator('.user').textContent()).toBe('bob');
    await profile.close();
  });

  it(`has a form for ${MANY} parameters, and shows a cache that has them`, async () => {
    const names = Array.from({ length: MANY }, (_, at) => `p${at}`);
    const properties = Object.fromEntries(names.map((name) => [name, { type: 'integer', default: 1 }]));
    await define('wide', { parameters: { type: 'object', properties }, parameters_max_bytes: 65_536 });
    const page = await host.signedIn('/resources/wide');
    await page.getByText('p0, p1, p2').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.getByRole('link', { name: 'Probe' }).click();
    const last = page.getByLabel(`p${MANY - 1}`, { exact: true });
    await last.fill('7');
    origin.rows('buick');
    await page.getByRole('button', { name: 'Probe', exact: true }).click();
    await page.getByText('a load would succeed').waitFor();
    await host.api('POST', '/cache/refresh/', { resource_title: 'wide' });
    const caches = () => host.api<{ key: string; version: number | null }[]>('GET', '/caches/?resource_title=wide');
    await expect.poll(async () => (await caches())[0]?.version).toBe(1);
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Caches' }).click();
    await page.getByRole('link', { name: 'wide' }).first().click();
    await page.getByRole('heading', { name: 'Tasks' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });
});
