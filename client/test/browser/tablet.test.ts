/** Tablet, the app that `npm start` serves, as its user meets it: over a real service, on another origin, in tabs. */

import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { demoResources } from '../../../demo/resources.ts';
import { Chromium, open } from '../../../scripts/browser/chromium.ts';
import { isThere } from '../../../scripts/test/needs.ts';
import { Service } from '../../../test/e2e/support/service.ts';
import { barriersIn } from '../support/accessibility.ts';
import { setOffline } from '../support/controls.ts';

describe.skipIf(!isThere('browser'))('Tablet', () => {
  let chromium: Chromium;
  let service: Service;
  let tablet: string;

  beforeAll(async () => {
    [chromium, service] = await Promise.all([Chromium.start(), Service.start()]);
    tablet = `${service.originUrl}/tablet/`;
  });
  afterAll(async () => {
    await chromium?.stop();
    await service?.stop();
  });

  const profiles: BrowserContext[] = [];
  afterEach(() => Promise.all(profiles.splice(0).map((profile) => profile.close())));

  async function freshProfile(options: Parameters<Chromium['profile']>[0] = {}): Promise<BrowserContext> {
    const profile = await chromium.profile(options);
    profiles.push(profile);
    return profile;
  }
  /** A tab in a profile of its own, signed in by the address that is printed. */
  async function signedIn(
    options: Parameters<Chromium['profile']>[0] = {},
  ): Promise<{ profile: BrowserContext; page: Page }> {
    const profile = await freshProfile(options);
    const page = await open(profile, await service.lineWith(/\/tablet\/#token=/));
    await rowsOf(page).first().waitFor();
    return { profile, page };
  }
  const rowsOf = (page: Page) => page.locator('tbody tr');
  const said = (page: Page) => page.getByRole('region', { name: 'Status' }).locator('strong').textContent();
  const cars = (page: Page) => page.locator('tbody tr td:first-child').allTextContents();
  const control = (order: object) =>
    fetch(`${service.originUrl}/control`, { method: 'POST', body: JSON.stringify(order) });
  /** How often the ERP was asked for alice's inspections. */
  async function loads(): Promise<number> {
    const path = '/inspections?user=alice';
    const { requests } = await (await fetch(`${service.originUrl}/control`)).json();
    return requests[path];
  }
  async function refresh(resource: object): Promise<void> {
    const answer = await fetch(`${service.url}/api/v1/cache/refresh/`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${await service.token('bob')}`,
        'Content-Type': 'application/json',
        Prefer: 'wait=30',
      },
      body: JSON.stringify(resource),
    });
    expect(await answer.json()).toMatchObject({ task_state: 'SUCCESS' });
  }
  /** Waits until the app opens without a network. */
  const kept = (page: Page) => page.getByText('opens offline').waitFor({ state: 'attached' });

  describe('opened by the printed address', () => {
    it('shows rows, and keeps no token in the address', async () => {
      const { page } = await signedIn();
      expect(await rowsOf(page).count()).toBe(61);
      expect(page.url()).toBe(tablet);
      expect(await page.evaluate(() => history.length)).toBe(2);
      await expect.poll(() => said(page)).toBe('Live');
    });

    it('leaves the token in nothing that outlives the tab', async () => {
      const { profile, page } = await signedIn();
      await kept(page);
      const { cookies, origins } = await profile.storageState({ indexedDB: true });
      const shell = await page.evaluate(async () => {
        const found: string[] = [];
        for (const name of await caches.keys()) {
          const cache = await caches.open(name);
          for (const { url } of await cache.keys()) found.push(url, (await (await cache.match(url))?.text()) ?? '');
        }
        return found.join('\n');
      });
      const stored = JSON.stringify({ cookies, origins });
      expect(stored).toContain('tablet.user');
      expect(stored + shell).not.toMatch(/eyJhbGciOi\w{8}/);
    });

    it('signs a tab in that is open already', async () => {
      const profile = await freshProfile();
      const page = await open(profile, tablet);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      await page.goto(await service.lineWith(/\/tablet\/#token=/));
      await rowsOf(page).first().waitFor();
      expect(page.url()).toBe(tablet);
    });
  });

  describe('the sign-in', () => {
    it('takes a token that is pasted, with its spaces', async () => {
      const page = await open(await freshProfile(), tablet);
      await page.getByLabel('Token').fill(`  ${await service.token('bob')}\n`);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await rowsOf(page).first().waitFor();
      expect(await page.getByRole('button', { name: /sign out/ }).textContent()).toContain('bob');
    });

    it('says what is wrong with a token', async () => {
      const page = await open(await freshProfile(), tablet);
      await page.getByLabel('Token').fill('nonsense');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/token/i);
    });
  });

  describe('rows that change in the ERP', () => {
    it('come in by themselves, and light up with what differs', async () => {
      const { page } = await signedIn();
      await expect.poll(() => said(page)).toBe('Live');
      await control({ edit: { path: '/cars?year=1982', rows: 3 } });
      await refresh({ resource_title: 'cars', year: 1982 });
      await expect.poll(() => page.locator('tr.fresh mark').count()).toBe(3);
      expect(await rowsOf(page).count()).toBe(61);
      expect(await page.locator('.news').textContent()).toContain('3 rows added, 3 removed');
    });

    it('come in after the button that changes them, while the switch was off and on again', async () => {
      const { page } = await signedIn();
      await page.getByRole('link', { name: 'Inspections' }).click();
      await expect.poll(() => said(page)).toBe('Live');
      await page.getByRole('switch', { name: 'Go offline' }).check();
      await expect.poll(() => said(page)).toBe('Offline');
      const before = await loads();
      await page.getByRole('button', { name: 'Change 5 rows in the ERP' }).click();
      await expect.poll(loads).toBeGreaterThan(before);
      expect(await page.locator('mark').count()).toBe(0);
      await page.getByRole('switch', { name: 'Go offline' }).uncheck();
      await expect.poll(() => page.locator('mark').count()).toBe(5);
    });
  });

  it('says that the ERP cannot be reached until it answers again', async () => {
    const { page } = await signedIn();
    await expect.poll(() => said(page)).toBe('Live');
    await page.route('**/control', (route) => route.abort());
    await page.getByRole('button', { name: /Change 5 rows/ }).click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('ERP cannot be reached');
    await page.unroute('**/control');
    await control({ edit: { path: '/cars?year=1982', rows: 1 } });
    await refresh({ resource_title: 'cars', year: 1982 });
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  });

  describe('the switch that takes it offline', () => {
    it('is on in every tab, and still after a reload', async () => {
      const { profile, page } = await signedIn();
      await kept(page);
      const other = await open(profile, `${tablet}#/cars`);
      await rowsOf(other).first().waitFor();
      await other.getByRole('switch', { name: 'Go offline' }).check();
      for (const tab of [page, other]) await expect.poll(() => said(tab)).toBe('Offline');
      await other.reload();
      await rowsOf(other).first().waitFor();
      expect(await other.getByRole('switch', { name: 'Go offline' }).isChecked()).toBe(true);
      await expect.poll(() => said(other)).toBe('Offline');
      await page.getByRole('switch', { name: 'Go offline' }).uncheck();
      for (const tab of [page, other]) await expect.poll(() => said(tab)).toBe('Live');
    });
  });

  describe('without a network', () => {
    it('opens again with the rows, and says how old they are', async () => {
      const { profile, page } = await signedIn();
      await kept(page);
      const before = await cars(page);
      await setOffline(profile, true);
      await page.reload();
      await rowsOf(page).first().waitFor();
      expect(await cars(page)).toEqual(before);
      await expect.poll(() => said(page)).toBe('Offline');
      expect(await page.locator('.detail').textContent()).toMatch(/^As of \d\d:\d\d:\d\d, /);
      await setOffline(profile, false);
      await expect.poll(() => said(page)).toBe('Live');
    });

    it('opens in a new tab, which has no token of its own', async () => {
      const { profile, page } = await signedIn();
      await kept(page);
      await page.close();
      await setOffline(profile, true);
      const other = await open(profile, `${tablet}#/countries`);
      await rowsOf(other).first().waitFor();
      expect(await rowsOf(other).count()).toBeGreaterThan(200);
    });
  });

  describe('a second tab', () => {
    it('has the rows without asking the service for any, and leads with the token of the first', async () => {
      const { profile, page } = await signedIn();
      await expect.poll(() => said(page)).toBe('Live');
      const second = await profile.newPage();
      const asked: string[] = [];
      second.on('request', (request) => {
        if (request.url().startsWith(service.url)) asked.push(request.url());
      });
      await second.goto(tablet);
      await rowsOf(second).first().waitFor();
      expect(await rowsOf(second).count()).toBe(61);
      await expect.poll(() => said(second)).toBe('Live');
      expect(asked).toEqual([]);
      await page.close();
      await expect.poll(() => second.getByText('connects for all tabs').count()).toBe(1);
      await expect.poll(() => said(second)).toBe('Live');
    });

    it('is signed out with the first, which wipes what is held', async () => {
      const { profile, page } = await signedIn();
      const second = await open(profile, tablet);
      await rowsOf(second).first().waitFor();
      await page.getByRole('button', { name: /sign out/ }).click();
      await page.getByRole('button', { name: 'Wipe and sign out' }).click();
      for (const tab of [page, second]) await tab.getByRole('button', { name: 'Sign in' }).waitFor();
      const stored = JSON.stringify((await profile.storageState({ indexedDB: true })).origins);
      expect(stored).not.toContain('plymouth');
      expect(stored).not.toContain('tablet.user');
    });
  });

  describe('a token that the service refuses', () => {
    it('leaves the rows readable, and another one continues', async () => {
      const { page } = await signedIn();
      await page.evaluate(() => sessionStorage.setItem('tablet.token', 'eyJhbGciOiJIUzI1NiJ9.e30.AAAA'));
      await page.reload();
      await expect.poll(() => said(page)).toBe('Sign in again');
      expect(await rowsOf(page).count()).toBe(61);
      await page.getByLabel('Token').fill(await service.token('alice'));
      await page.getByRole('button', { name: 'Continue' }).click();
      await expect.poll(() => said(page)).toBe('Live');
    });

    it('is not replaced by one of somebody else', async () => {
      const { page } = await signedIn();
      await page.evaluate(() => sessionStorage.setItem('tablet.token', 'eyJhbGciOiJIUzI1NiJ9.e30.AAAA'));
      await page.reload();
      await page.getByLabel('Token').fill(await service.token('bob'));
      await page.getByRole('button', { name: 'Continue' }).click();
      await expect
        .poll(() => page.getByRole('alert').textContent())
        .toContain('This token belongs to bob, but alice is signed in');
    });

    it('is not replaced by the address of somebody else, and the tab says so', async () => {
      const { profile, page } = await signedIn();
      const other = await open(profile, `${tablet}#token=${await service.token('bob')}`);
      await expect
        .poll(() => other.getByRole('alert').textContent())
        .toContain('This token belongs to bob, but alice is signed in');
      expect(await other.getByRole('button', { name: /sign out/ }).textContent()).toContain('alice');
      await other.getByRole('button', { name: 'Close' }).click();
      await expect.poll(() => other.getByRole('alert').count()).toBe(0);
      expect(await page.getByRole('alert').count()).toBe(0);
    });
  });

  it('says why a table cannot be read, and what to do', async () => {
    // The load is not tried again: what is refused so will be refused again.
    await control({ fail: 404 });
    const { page } = await signedIn();
    await page.getByLabel('Model year').selectOption('1971');
    await expect.poll(() => said(page)).toBe('Not loaded');
    const notice = page.locator('.notice');
    expect(await notice.textContent()).toContain('The ERP behind the table fails.');
    await control({ fail: 0 });
    // Another year is still to be had.
    await page.getByLabel('Model year').selectOption('1982');
    await expect.poll(() => rowsOf(page).count()).toBe(61);
  });

  it('keeps the rows of a table that is not for its user any more, and says so', async () => {
    const { page } = await signedIn();
    await page.getByRole('link', { name: 'Inspections' }).click();
    await expect.poll(() => rowsOf(page).count()).toBe(12);
    const headers = {
      Authorization: `Bearer ${await service.token('root', { scope: 'cache:admin' })}`,
      'Content-Type': 'application/json',
    };
    const resource = `${service.url}/api/v1/resources/inspections/`;
    await fetch(resource, { method: 'DELETE', headers });
    await page.reload();
    await expect.poll(() => said(page)).toBe('Not allowed');
    expect(await rowsOf(page).count()).toBe(12);
    expect(await page.locator('.notice').textContent()).toContain('An administrator has removed this table');
    const body = JSON.stringify(demoResources(service.originUrl).inspections);
    expect((await fetch(resource, { method: 'PUT', headers, body })).status).toBe(201);
  });

  it('finds rows by words, sorts them by a column, and says when nothing is found', async () => {
    const { page } = await signedIn();
    await page.getByLabel('Search cars').fill('toyota japan');
    await expect.poll(() => page.locator('.found').textContent()).toMatch(/^\d of 61 cars$/);
    for (const name of await cars(page)) expect(name).toMatch(/^toyota/);
    await page.getByRole('button', { name: 'Weight, lb' }).click();
    await page.getByRole('button', { name: 'Weight, lb' }).click();
    const weights = await page.locator('tbody td:last-child').allTextContents();
    expect(weights).toEqual([...weights].sort().reverse());
    expect(await page.getByRole('columnheader', { name: 'Weight, lb' }).getAttribute('aria-sort')).toBe('descending');
    await page.getByLabel('Search cars').fill('zebra');
    await expect.poll(() => page.locator('.empty').textContent()).toContain('No car has “zebra”.');
    await page.getByRole('button', { name: 'Show all cars' }).click();
    await expect.poll(() => rowsOf(page).count()).toBe(61);
  });

  it('can be installed: its manifest has no fault, and its worker controls the page', async () => {
    const { profile, page } = await signedIn();
    await kept(page);
    const session = await profile.newCDPSession(page);
    const { errors, manifest } = (await session.send('Page.getAppManifest')) as {
      errors: unknown[];
      manifest?: { name?: string };
    };
    expect(errors).toEqual([]);
    expect(manifest?.name).toContain('Tablet');
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);
    expect(await page.evaluate(() => navigator.serviceWorker.controller?.scriptURL)).toBe(`${tablet}worker.js`);
  });

  it('fits a screen that is 320 px wide, on each of its pages', async () => {
    const { page } = await signedIn({ viewport: { width: 320, height: 640 } });
    const widths: [string, number][] = [];
    for (const name of ['cars', 'inspections', 'countries', 'device']) {
      await page.goto(`${tablet}#/${name}`);
      await page
        .locator(name === 'device' ? '.held li' : 'tbody tr')
        .first()
        .waitFor();
      widths.push([name, await page.evaluate(() => document.documentElement.scrollWidth)]);
    }
    expect(widths).toEqual(['cars', 'inspections', 'countries', 'device'].map((name) => [name, 320]));
  });

  it('has a name that people can read, in all tabs and after a reload', async () => {
    const { profile, page } = await signedIn();
    const names = new Set<string>();
    profile.on('request', (request) => {
      const name = request.headers()['x-device-id'];
      if (name !== undefined) names.add(name);
    });
    await page.reload();
    await expect.poll(() => said(page)).toBe('Live');
    await page.close();
    const other = await open(profile, await service.lineWith(/\/tablet\/#token=/));
    await expect.poll(() => said(other)).toBe('Live');
    expect([...names]).toEqual([expect.stringMatching(/^tablet-[0-9a-f]{4}$/)]);
  });

  it('sends requests only to the service and its own server, and violates none of its own policies', async () => {
    const profile = await freshProfile();
    const hosts = new Set<string>();
    const faults: string[] = [];
    profile.on('request', (request) => hosts.add(new URL(request.url()).origin));
    const page = await profile.newPage();
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', ({ message }) => faults.push(message));
    await page.goto(await service.lineWith(/\/tablet\/#token=/));
    await expect.poll(() => said(page)).toBe('Live');
    expect([...hosts].sort()).toEqual([service.url, service.originUrl].sort());
    expect(faults).toEqual([]);
  });

  it.each([
    ['light', 'a desktop', { width: 1280, height: 860 }],
    ['dark', 'a phone', { width: 375, height: 812 }],
  ] as const)(
    'has nothing in %s colours on %s that keeps people out',
    async (colorScheme, _form, viewport) => {
      const { page } = await signedIn({ colorScheme, viewport });
      const judge = async (state: string) =>
        expect({ state, barriers: await barriersIn(page) }).toEqual({ state, barriers: [] });
      await expect.poll(() => said(page)).toBe('Live');
      await page.getByRole('button', { name: 'Change 5 rows in the ERP' }).click();
      await page.locator('mark').first().waitFor();
      await judge('live, with rows that have changed');
      await page.getByRole('switch').check();
      await expect.poll(() => said(page)).toBe('Offline');
      await page.getByLabel('Search cars').fill('zebra');
      await page.locator('.empty').waitFor();
      await judge('offline, nothing found');
      await page.getByRole('button', { name: /sign out/ }).click();
      await judge('the way out');
      await page.keyboard.press('Escape');
      await page.goto(`${tablet}#/device`);
      await judge('the device');
      await page.goto(`${tablet}#/inspections`);
      await page.getByRole('switch').uncheck();
      await page.evaluate(() => sessionStorage.setItem('tablet.token', 'refused'));
      await page.reload();
      await expect.poll(() => said(page)).toBe('Sign in again');
      await judge('a refused token');
      await page.getByRole('button', { name: /sign out/ }).click();
      await page.getByRole('button', { name: /^Wipe/ }).click();
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      await judge('the sign-in');
    },
    120_000,
  );
});
