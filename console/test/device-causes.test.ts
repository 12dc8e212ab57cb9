/** From "tablet 17 shows old prices" to why that is, by the device's name alone; and a device or user that is forgotten. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { enterToken } from './support/console.ts';
import { focused, tabTo } from './support/keys.ts';
import { startedConsole, startedOrigin } from './support/suite.ts';

/** Most presses from the first screen to the cause. */
const MOST_CLICKS = 5;
/** Records that one call forgets (MAX_BULK). */
const MOST_FORGOTTEN = 500;
const DAY_MS = 86_400_000;
const HOSTILE = `<img src=x onerror="document.title='run'">\u202e&amp;`;

describe.skipIf(!isThere('browser'))('the console and a device that shows old data', () => {
  const host = startedConsole();
  const origin = startedOrigin();

  async function defined(title: string, more: object = {}): Promise<void> {
    await host.api('PUT', `/resources/${title}/`, {
      origin: { url: `${origin.url}/${title}`, conditional: false },
      retry: { max_attempts: 1, backoff_s: 1 },
      tables: [{ name: 'rows', rows: '', columns: ['id', 'name'] }],
      ...more,
    });
  }

  /** A device reads, with a token of its user. */
  async function read(title: string, { user, device, groups = [] }: Reader): Promise<number> {
    const token = await host.service.token(user, { scope: 'cache:read', groups });
    const headers = { Authorization: `Bearer ${token}`, 'X-Device-Id': device, Prefer: 'wait=25' };
    return (await fetch(`${host.service.url}/api/v1/rpc/${title}/`, { headers })).status;
  }

  /** What the service has noted of a device; records come some seconds late. */
  async function noted({ user, device }: Reader, isThere: (device: Told) => boolean = () => true): Promise<void> {
    const query = new URLSearchParams({ user, device, expand: 'caches' });
    await expect.poll(async () => (await host.api<Told[]>('GET', `/devices/?${query}`)).some(isThere)).toBe(true);
  }

  async function refreshed(title: string, end: 'SUCCESS' | 'FAILURE'): Promise<void> {
    const asked = await host.api<{ task_id: string }>('POST', '/cache/refresh/', { resource_title: title });
    const state = () => host.api<{ task_state: string }>('GET', `/cache/state/?task_id=${asked.task_id}`);
    await expect.poll(async () => (await state()).task_state).toBe(end);
  }

  /** Types the device's name on the first screen, then presses what leads on; how many presses that were. */
  async function look(page: Page, device: string): Promise<{ page: Page; clicks: () => Promise<number> }> {
    // A press of Enter, or of the mouse.
    await page.evaluate(() => {
      const counted = window as unknown as { presses: number };
      counted.presses = 0;
      addEventListener('click', () => counted.presses++, true);
      addEventListener('submit', () => counted.presses++, true);
    });
    await page.getByRole('searchbox', { name: 'Search' }).fill(device);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: device }).waitFor();
    return { page, clicks: () => page.evaluate(() => (window as unknown as { presses: number }).presses) };
  }

  const causes = (page: Page) => page.getByRole('region', { name: 'Why its data may be old' });
  const result = (page: Page) => page.getByRole('region', { name: 'Results of actions' });

  it('shows that the guard keeps new prices back, and leads to loading past it', async () => {
    const reader = { user: 'alice', device: 'tablet-17' };
    await defined('prices', { guard: { min_rows: 2 } });
    origin.rows('buick', 'fiat');
    expect(await read('prices', reader)).toBe(200);
    await noted(reader);
    origin.rows('buick');
    await refreshed('prices', 'FAILURE');

    const { page, clicks } = await look(await host.signedIn(''), 'tablet-17');
    await causes(page).getByText('The loads of prices fail').waitFor();
    await causes(page).getByText('answered with 1 row, fewer than 2').waitFor();
    expect(await causes(page).textContent()).toContain('Load past the guard');
    await causes(page).getByRole('link', { name: 'Open the cache' }).click();
    await page.getByRole('button', { name: 'Load past the guard…' }).click();
    expect(await clicks()).toBeLessThanOrEqual(MOST_CLICKS);
    await page.getByLabel('Type prices to confirm').fill('prices');
    await page.getByRole('dialog').getByRole('button', { name: 'Load past the guard' }).click();
    await result(page).getByText('Loaded: version').waitFor();
  });

  it('shows that the origin no longer lets the service in, and what to renew', async () => {
    const reader = { user: 'bob', device: 'tablet-18' };
    await defined('stock');
    origin.rows('buick');
    expect(await read('stock', reader)).toBe(200);
    await noted(reader);
    origin.fail(401, 'the key has expired');
    await refreshed('stock', 'FAILURE');

    const { page, clicks } = await look(await host.signedIn(''), 'tablet-18');
    await causes(page).getByText('The loads of stock fail').waitFor();
    const said = await causes(page).textContent();
    expect(said).toContain('401');
    expect(said).toContain('the key has expired');
    expect(said).toContain('Renew the secret');
    expect(await clicks()).toBeLessThanOrEqual(MOST_CLICKS);
  });

  it('tells newer versions that a device lacks from those that fail to come', async () => {
    const reader = { user: 'ivan', device: 'tablet-22' };
    await defined('rates');
    origin.rows('buick');
    expect(await read('rates', reader)).toBe(200);
    await noted(reader);
    origin.rows('buick', 'fiat');
    await refreshed('rates', 'SUCCESS');
    origin.fail(503);
    await refreshed('rates', 'FAILURE');

    const { page } = await look(await host.signedIn(''), 'tablet-22');
    await causes(page).getByText('1 of its caches is out of date').waitFor();
    await causes(page).getByText('None comes after those, because of this').waitFor();
    expect(await causes(page).textContent()).not.toContain('has the newest version');
  });

  it('shows that what a device holds has been purged, and not as a newer version', async () => {
    const reader = { user: 'judy', device: 'tablet-23' };
    await defined('lots');
    origin.rows('buick');
    expect(await read('lots', reader)).toBe(200);
    await noted(reader);
    await host.api('DELETE', '/caches/?resource_title=lots');
    await noted(reader, ({ behind }) => behind === 1);

    const { page } = await look(await host.signedIn(''), 'tablet-23');
    await causes(page).getByText('Nothing is loaded for 1 cache that it holds').waitFor();
    expect(await causes(page).textContent()).not.toMatch(/Newer versions are loaded|Nothing is wrong/);

    // It cannot be loaded again either.
    origin.fail(503);
    await refreshed('lots', 'FAILURE');
    await page.reload();
    await host.enter(page);
    await causes(page).getByText('Nothing is loaded, and the device keeps what it had').waitFor();
    expect(await causes(page).textContent()).not.toContain('of 1 cache that it holds');
  });

  it('shows since which day a device is away, and what it gets when it is back', async () => {
    const reader = { user: 'carol', device: 'tablet-19' };
    await defined('offers');
    origin.rows('buick');
    expect(await read('offers', reader)).toBe(200);
    await noted(reader);
    const seen = new Date();
    origin.rows('buick', 'fiat');
    await refreshed('offers', 'SUCCESS');

    // Four days later, by the clock of the operator's machine.
    const page = await host.open('');
    await page.clock.install({ time: Date.now() + 4 * DAY_MS });
    await page.reload();
    await enterToken(page, await host.service.token('admin', { scope: 'cache:admin' }));
    await page.getByRole('navigation').waitFor();
    const { clicks } = await look(page, 'tablet-19');
    const weekday = await page.evaluate(
      (at) => new Intl.DateTimeFormat('en', { weekday: 'long' }).format(at),
      seen.getTime(),
    );
    await causes(page).getByText(`No contact since ${weekday}`).waitFor();
    expect(await causes(page).textContent()).toContain('It lacks newer versions of 1 cache');
    expect(await clicks()).toBeLessThanOrEqual(MOST_CLICKS);
    await page.getByRole('cell', { name: '1 version', exact: true }).waitFor();
  });

  it('shows which group the token lacks', async () => {
    const reader = { user: 'dave', device: 'tablet-20' };
    await defined('salaries', { groups: ['sales', 'north'] });
    origin.rows('buick');
    expect(await read('salaries', { ...reader, groups: ['sales'] })).toBe(200);
    expect(await read('salaries', reader)).toBe(404);
    await noted(reader, ({ caches, refusals }) => caches.length > 0 && refusals.length > 0);

    const { page, clicks } = await look(await host.signedIn(''), 'tablet-20');
    await causes(page).getByText('It was refused access to salaries').waitFor();
    await causes(page).getByText('(sales, north)').waitFor();
    expect(await clicks()).toBeLessThanOrEqual(MOST_CLICKS);
    await page.getByRole('cell', { name: 'no group' }).waitFor();
  });

  it('finds users, resources and names that several have, and says where nothing is found', async () => {
    const twice = ['erin', 'frank'].map((user) => ({ user, device: 'shared-1' }));
    await defined('parts');
    origin.rows('buick');
    for (const reader of twice) expect(await read('parts', reader)).toBe(200);
    for (const reader of twice) await noted(reader);
    const page = await host.signedIn('');
    const find = async (text: string) => {
      await page.getByRole('searchbox').fill(text);
      await page.keyboard.press('Enter');
    };
    await find('shared-1');
    await expect.poll(() => page.getByRole('link', { name: 'shared-1' }).count()).toBe(2);
    await find('erin');
    await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
    await page.getByRole('link', { name: 'shared-1' }).waitFor();
    expect(new URL(page.url()).search).toBe('?user=erin');
    await find('parts');
    await page.getByRole('heading', { level: 1, name: 'parts' }).waitFor();
    // As it is read out over the telephone.
    await find('Parts');
    await page.getByRole('heading', { level: 1, name: 'parts' }).waitFor();
    await find('Tablet 17');
    await page.getByRole('heading', { level: 1, name: 'tablet-17' }).waitFor();
    await find('parts');
    await page.getByRole('heading', { level: 1, name: 'parts' }).waitFor();
    await find('nobody');
    await page.getByText('Nothing with that name was found.').waitFor();
    // Going back leads past the search that led on.
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'parts' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/resources/parts');
    const [cache] = await host.api<{ key: string }[]>('GET', '/caches/?resource_title=parts');
    await find(cache?.key ?? '');
    await page.getByRole('button', { name: 'Refresh parts' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/console/caches/${cache?.key}`);
  });

  it('forgets a device by keys alone, once its name and a reason are typed, and notes a hash of it', async () => {
    const reader = { user: 'grace', device: 'lost-1' };
    await defined('lists');
    origin.rows('buick');
    await read('lists', reader);
    await noted(reader);
    const page = await host.signedIn('/devices?user=grace');
    await page.getByRole('link', { name: 'lost-1' }).waitFor();
    await tabTo(page, 'lost-1');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'lost-1' }).waitFor();
    await page.getByRole('button', { name: 'Forget device…' }).waitFor();
    await tabTo(page, 'Forget device…');
    await page.keyboard.press('Enter');
    await page.getByText('1 record.').waitFor();
    await page.keyboard.insertText('stolen: <b>4711</b>');
    await page.keyboard.press('Tab');
    await page.keyboard.insertText('lost-1');
    await tabTo(page, 'Forget lost-1');
    await page.keyboard.press('Enter');
    await result(page).getByText('1 record forgotten.').waitFor();
    await page.getByText('This device does not exist').waitFor();

    await page.getByRole('link', { name: 'Actions' }).click();
    const row = page.getByRole('row').filter({ hasText: 'forgot' });
    await row.getByText('stolen: <b>4711</b>').waitFor();
    await row.getByText('device, as a hash').waitFor();
    expect(await row.textContent()).not.toContain('lost-1');
  });

  it('forgets a user after it told how many devices and caches go, page by page until it is stopped', async () => {
    const user = `${HOSTILE} ../x`;
    await defined('own', { scope: 'user' });
    origin.rows('buick');
    // More than one page of them.
    const devices = Array.from({ length: MOST_FORGOTTEN + 1 }, (_, n) => `<b>${n}</b>`);
    await read('own', { user, device: devices[0] ?? '' });
    for (let n = 0; n < devices.length; n += 25) {
      await Promise.all(devices.slice(n, n + 25).map((device) => read('own', { user, device })));
    }
    await noted({ user, device: devices.at(-1) ?? '' });
    const page = await host.signedIn(`/devices?${new URLSearchParams({ user })}`);
    await page.getByRole('link', { name: '<b>0</b>' }).click();
    await page.getByRole('heading', { level: 1, name: '<b>0</b>' }).waitFor();
    expect(await page.locator('main :is(img, b)').count()).toBe(0);
    await page.getByRole('button', { name: 'Forget user…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('at least 200 devices.').waitFor();
    await dialog.getByText('revoked: 1 cache.').waitFor();
    const confirm = dialog.getByRole('button', { name: 'Forget <img' });
    await dialog.getByLabel('Type <img').fill(user);
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('left the company');
    // The first page waits until somebody has pressed.
    const pages: string[] = [];
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    await page.route('**/api/v1/syncs/**', async (route) => {
      pages.push(route.request().url());
      await gate;
      await route.continue();
    });
    await confirm.click();
    await result(page).getByRole('button', { name: 'Stop' }).click();
    open();
    await result(page).getByText(`Stopped. ${MOST_FORGOTTEN} records forgotten.`).waitFor();
    expect(pages).toHaveLength(1);
    const owned = () => host.api<object[]>('GET', `/caches/?${new URLSearchParams({ owner: user })}`);
    expect(await owned()).toHaveLength(1);

    await page.getByRole('button', { name: 'Forget user…' }).click();
    await dialog.getByLabel('Reason').fill('left the company');
    await dialog.getByLabel('Type <img').fill(user);
    await confirm.click();
    await result(page).getByText('1 record forgotten.').waitFor();
    expect(await owned()).toEqual([]);
  });

  it('offers nothing that changes anything to cache:inspect, and gives the focus back after Escape', async () => {
    const reader = { user: 'heidi', device: 'kept-1' };
    await defined('kept');
    origin.rows('buick');
    await read('kept', reader);
    await noted(reader);
    const auditor = await host.signedIn('/devices/device?user=heidi&device=kept-1', {
      scope: 'cache:inspect',
      user: 'auditor',
    });
    await auditor.getByRole('heading', { name: 'Nothing is wrong here' }).waitFor();
    expect(await auditor.getByRole('button', { name: /Forget/ }).count()).toBe(0);
    const page = await host.signedIn('/devices/device?user=heidi&device=kept-1');
    await page.getByRole('button', { name: 'Forget device…' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Forget device…');
    expect(await host.api<Told[]>('GET', '/devices/?user=heidi')).toHaveLength(1);
  });

  it('narrows devices by user, name and whether they are behind, in the address', async () => {
    const page = await host.signedIn('/devices');
    await page.getByLabel('Show').selectOption('refused');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('link', { name: 'tablet-20' }).waitFor();
    expect(new URL(page.url()).search).toBe('?show=refused');
    expect(await page.getByRole('link', { name: 'kept-1' }).count()).toBe(0);
    await page.getByLabel('User').fill('heidi');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('No device on this page matches').waitFor();
    await page.getByLabel('Show').selectOption('behind');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('No device matches.').waitFor();
    expect(new URL(page.url()).searchParams.get('show')).toBe('behind');
    await page.goBack();
    await page.getByText('No device on this page matches').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'tablet-20' }).waitFor();
  });
});

interface Reader {
  user: string;
  device: string;
  groups?: string[];
}

interface Told {
  behind: number;
  caches: object[];
  refusals: object[];
}
