/** Who changed what, when and why. */

import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { startedConsole } from './support/suite.ts';

const HOSTILE = `<img src=x onerror="document.title='run'">\u202e;`;

describe.skipIf(!isThere('browser'))('the console and the log of actions', () => {
  const host = startedConsole();

  beforeAll(async () => {
    const definition = { origin: { url: 'http://127.0.0.1:9/' }, tables: [{ name: 'a', rows: '', columns: ['id'] }] };
    for (let n = 0; n < 101; n++) await as('alice', 'PUT', `/resources/r${n}/`, definition, 'first');
    await as(HOSTILE, 'DELETE', '/caches/?resource_title=r1&soft=true', undefined, HOSTILE);
    await as('alice', 'DELETE', '/syncs/?user=bob&device=tablet-1', undefined, 'lost');
  });

  async function as(user: string, method: string, path: string, body?: object, reason = ''): Promise<void> {
    const token = await host.service.token(user, { scope: 'cache:admin' });
    const response = await fetch(`${host.service.url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        'X-Reason': encodeURIComponent(reason),
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(response.ok).toBe(true);
  }
  const rows = (page: Page) => page.locator('tbody tr');

  it('shows what was done to what, why and by whom, newest first, in pages', async () => {
    const page = await host.signedIn('/actions');
    await expect.poll(() => rows(page).count()).toBe(100);
    const [first, second] = await rows(page).allTextContents();
    expect(first).toContain('forgot');
    expect(first).toContain('lost');
    expect(first).toMatch(/user, as a hash.*device, as a hash/);
    expect(first).not.toContain('tablet-1');
    await page.getByText('A hash instead of the name').waitFor();
    expect(second).toContain('purged softly');
    expect(second).toMatch(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    await page.getByRole('link', { name: 'Next page' }).click();
    await expect.poll(() => rows(page).count()).toBe(3);
    await page.getByRole('link', { name: 'First page' }).click();
    await expect.poll(() => rows(page).count()).toBe(100);
    await page.getByRole('link', { name: 'r100', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'r100' }).waitFor();
  });

  it('shows how many only where something was counted', async () => {
    const page = await host.signedIn('/actions');
    await expect.poll(() => rows(page).count()).toBe(100);
    const counts = await page.locator('tbody td:nth-child(5)').allTextContents();
    // Nobody was forgotten and nothing purged: that was counted. A definition that is new expires nothing.
    expect(counts.slice(0, 3)).toEqual(['0', '0', '']);
  });

  it('shows names and reasons as the texts that they are', async () => {
    const page = await host.signedIn('/actions');
    await page.getByText(HOSTILE).first().waitFor();
    expect(await page.getByText(HOSTILE).count()).toBe(2);
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).toBe('Actions · Freshet');
  });

  it('is narrowed by user, moment and action, and the address keeps it', async () => {
    const page = await host.signedIn('/actions');
    await page.getByRole('combobox', { name: 'Action' }).selectOption('forget');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.getByRole('combobox', { name: 'Action' }).selectOption('');
    await page.getByLabel('User').fill(HOSTILE);
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(await rows(page).textContent()).toContain('purged softly');
    await page.getByRole('link', { name: 'Clear' }).click();
    await page.getByLabel('Since').fill('2099-01-01T10:00');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('No change matches the filters.').waitFor();
    expect(new URL(page.url()).searchParams.get('since')).toMatch(/^(2098|2099)-.*Z$/);
    expect(await page.getByLabel('Since').inputValue()).toBe('2099-01-01T10:00');
    await page.goBack();
    await expect.poll(() => rows(page).count()).toBe(100);
  });

  it('says what is wrong with a moment in the address, and speaks Russian', async () => {
    const page = await host.signedIn('/actions?since=yesterday');
    await page.locator('.problem').getByText('/since must be a time').first().waitFor();
    await page.getByLabel('Language').selectOption('ru');
    await page.getByRole('heading', { level: 1, name: 'Действия' }).waitFor();
    await page.getByRole('link', { name: 'Сбросить' }).click();
    await page.getByRole('columnheader', { name: 'Почему' }).waitFor();
    await page.getByRole('cell', { name: 'мягкая очистка' }).waitFor();
  });
});
