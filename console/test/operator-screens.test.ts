/** Devices, tasks, actions, webhooks and the search for those who do not see them: loaded, empty and in error. */

import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { Asked } from './support/asked.ts';
import { violationsIn } from './support/axe.ts';
import { DARK, DESKTOP, LIGHT, looksOf } from './support/looks.ts';
import { startedConsole, startedOrigin } from './support/suite.ts';

/** What a page must fit (WCAG 1.4.10). */
const PHONE = { width: 320, height: 640 };

describe.skipIf(!isThere('browser'))('the screens that operators go on to', () => {
  const host = startedConsole();
  const origin = startedOrigin();
  let failedTask: string;

  beforeAll(async () => {
    await seed();
  });

  /** A device whose cache fails and which was refused a resource, a task that failed, a webhook that fails, a forgotten user. */
  async function seed(): Promise<void> {
    const definition = (title: string, more: object) => ({
      ...{ origin: { url: `${origin.url}/${title}`, conditional: false }, retry: { max_attempts: 1, backoff_s: 1 } },
      ...{ tables: [{ name: 'rows', rows: '', columns: ['id', 'name'] }], ...more },
    });
    await host.api('PUT', '/resources/prices/', definition('prices', { guard: { min_rows: 2 } }));
    await host.api('PUT', '/resources/salaries/', definition('salaries', { groups: ['sales'] }));
    await host.api('PUT', '/webhooks/away/', { url: 'http://127.0.0.1:9/', secrets: [`\${ORIGIN_A}`, `\${ORIGIN_B}`] });
    origin.rows('buick', 'fiat');
    const token = await host.service.token('alice', { scope: 'cache:read' });
    const headers = { Authorization: `Bearer ${token}`, 'X-Device-Id': 'tablet-17', Prefer: 'wait=25' };
    for (const title of ['prices', 'salaries']) await fetch(`${host.service.url}/api/v1/rpc/${title}/`, { headers });
    origin.rows('buick');
    const asked = await host.api<{ task_id: string }>('POST', '/cache/refresh/', { resource_title: 'prices' });
    failedTask = asked.task_id;
    const comes = (look: () => Promise<unknown>, value: unknown) =>
      vi.waitFor(async () => expect(await look()).toBe(value), { timeout: 60_000, interval: 100 });
    const state = () => host.api<{ task_state: string }>('GET', `/cache/state/?task_id=${failedTask}`);
    await comes(async () => (await state()).task_state, 'FAILURE');
    const device = () => host.api<{ refusals: object[] }[]>('GET', '/devices/?user=alice');
    await comes(async () => (await device())[0]?.refusals.length, 1);
    const webhook = () => host.api<{ state: { status: string } }>('GET', '/webhooks/away/');
    await comes(async () => (await webhook()).state.status, 'failing');
    await host.api('DELETE', '/syncs/?user=bob&device=lost');
  }

  /** Each with a text that is shown once it has what it asked for. */
  const places = (): readonly (readonly [path: string, text: string])[] => [
    ['/devices', 'tablet-17'],
    ['/devices?user=nobody', 'No device matches.'],
    ['/devices?cursor=nonsense', 'invalid-cursor'],
    ['/devices/device?user=alice&device=tablet-17', 'It was refused access to salaries'],
    ['/devices/device?user=alice&device=nothing', 'This device does not exist'],
    ['/search?q=nobody', 'Nothing with that name was found.'],
    ['/tasks', 'Loads by outcome'],
    [`/tasks/${failedTask}`, 'The task failed and is not retried.'],
    ['/tasks/00000000-0000-8000-8000-000000000000', 'There is no task'],
    ['/actions', 'user, as a hash'],
    ['/actions?user=nobody', 'No change matches the filters.'],
    ['/actions?since=yesterday', 'invalid-parameters'],
    ['/webhooks', 'away'],
    ['/webhooks/away', 'Failing since'],
    ['/webhooks/away?edit=true', 'Secrets that sign'],
    ['/webhooks/+new', 'Secrets that sign'],
    ['/webhooks/nothing', 'There is no webhook of this name'],
  ];

  it.each(looksOf(DARK, LIGHT))('have no fault that axe finds: %s', async (_, options) => {
    const page = await host.signedIn('', options);
    for (const [path, text] of places()) {
      await goTo(page, path);
      await page.locator('main').getByText(text).first().waitFor();
      await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0);
      expect([path, await violationsIn(page)]).toEqual([path, []]);
    }
    for (const [path, button] of DIALOGS) {
      await goTo(page, path);
      await page.getByRole('button', { name: button }).click();
      await page.getByRole('dialog').waitFor();
      expect([button, await violationsIn(page)]).toEqual([button, []]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  });

  it('are no wider than a phone, except for their tables, in which no cell overlaps another', async () => {
    const page = await host.signedIn('', { viewport: PHONE });
    const over = () =>
      page
        .locator('td')
        .evaluateAll((all) =>
          all.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
        );
    for (const [path, text] of places()) {
      await goTo(page, path);
      await page.locator('main').getByText(text).first().waitFor();
      const wide = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect([path, await wide(), await over()]).toEqual([path, false, []]);
    }
  });

  it('show the requests of a probe whole, in cells that do not overlap another', async () => {
    const url = `https://erp.example.com/odata/Stock?$filter=${'Plant%20eq%201000%20and%20'.repeat(5)}&$skiptoken=10`;
    const pages = [{ method: 'GET', url, body: null, status: 200, bytes: 9, rows: 1, next: url }];
    const answer = { status: 200, ms: 1, content_type: null, bytes: 9, rows: 1, cut: true, pages };
    const page = await host.signedIn('/resources/prices/edit?view=probe');
    await page.route('**/probe/', (route) =>
      route.fulfill({ json: { ...answer, tables: [], faults: [], warnings: [] } }),
    );
    await page.locator('main').getByRole('button', { name: 'Probe', exact: true }).last().click();
    const table = page.getByRole('region', { name: 'Pages requested: 1' });
    await table.waitFor();
    for (const viewport of [DESKTOP, PHONE]) {
      await page.setViewportSize(viewport);
      const cells = table.locator('td').filter({ hasText: url });
      const over = await cells.evaluateAll((all) => all.map((cell) => cell.scrollWidth > cell.clientWidth));
      expect(over).toEqual([false, false]);
    }
    expect(await violationsIn(page)).toEqual([]);
  });

  it('count in Russian as it is spoken', async () => {
    const page = await host.signedIn('');
    await page.getByLabel('Language').selectOption('ru');
    await page.route(/\/api\/v1\/resources\/\?/, async (route) => {
      const response = await route.fetch();
      const all = (await response.json()) as { stats: object }[];
      const json = all.map((resource, index) => {
        const caches = { fresh: 0, stale: [2, 25][index % 2], failing: 0 };
        return { ...resource, stats: { ...resource.stats, caches } };
      });
      await route.fulfill({ response, json });
    });
    await goTo(page, '/resources');
    for (const text of ['2 (2 устарели)', '25 (25 устарело)']) {
      await page.getByRole('link', { name: text }).first().waitFor();
    }
  });

  it('leave room on a phone for the names of columns, also beside a longer word', async () => {
    const page = await host.signedIn('', { viewport: PHONE });
    await page.getByLabel('Language').selectOption('ru');
    await goTo(page, '/resources/prices/edit');
    const names = page.locator('.named input');
    await names.first().waitFor();
    await expect
      .poll(() => names.evaluateAll((all) => all.map(({ clientWidth }) => clientWidth >= 100)))
      .toEqual([true, true]);
    expect(await violationsIn(page)).toEqual([]);
  });

  it('speak Russian', async () => {
    const page = await host.signedIn('/devices/device?user=alice&device=tablet-17');
    await page.getByLabel('Language').selectOption('ru');
    await page.getByText('Отказано в доступе к ресурсу salaries').waitFor();
    // What to do about the failing load is there in Russian, too.
    await page.getByText('Если ответ верен, примите его один раз').waitFor();
    await page.getByRole('columnheader', { name: 'Не хватает' }).waitFor();
    await goTo(page, '/search?q=nobody');
    await page.getByText('С таким именем ничего не найдено.').waitFor();
    await goTo(page, '/webhooks/away');
    await page.getByText('Сбой с', { exact: true }).waitFor();
    await goTo(page, `/tasks/${failedTask}`);
    await page.getByText('Задача завершилась неудачей').waitFor();
  });

  it('ask for nothing more once they have what they show', async () => {
    const page = await host.open('');
    // The page must set its timers by this clock, so it is loaded again.
    await page.clock.install();
    await page.reload();
    const asked = new Asked(page);
    await page.getByLabel('Token').fill(await host.service.token('admin', { scope: 'cache:admin' }));
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('navigation').waitFor();
    // Charts move on with the clock.
    for (const [path, text] of places().filter(([path]) => path !== '/tasks')) {
      await goTo(page, path);
      await page.locator('main').getByText(text).first().waitFor();
      await asked.settled();
      const before = asked.urls.length;
      await page.clock.runFor(60_000);
      expect([path, asked.urls.slice(before)]).toEqual([path, []]);
    }
  });
});

const DIALOGS = [
  ['/devices/device?user=alice&device=tablet-17', 'Forget device…'],
  ['/devices/device?user=alice&device=tablet-17', 'Forget user…'],
  ['/webhooks/away', 'Remove ORIGIN_A'],
  ['/webhooks/away', 'Delete…'],
] as const;

/** Goes to a screen as a link does: a new visit would ask for a token. */
async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate((address) => {
    history.pushState(null, '', address);
    dispatchEvent(new PopStateEvent('popstate'));
  }, `/console${path}`);
}
