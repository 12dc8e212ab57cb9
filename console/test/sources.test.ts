/** Systems that resources ask: defined, looked at while they are closed, changed by two at once, deleted. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { enterToken } from './support/console.ts';
import { tabTo } from './support/keys.ts';
import { startedConsole, startedOrigin } from './support/suite.ts';

const HOSTILE = `<img src=x onerror="document.title='run'"> & <script>`;

type Members = Record<string, unknown>;

describe.skipIf(!isThere('browser'))('the console and sources', () => {
  const host = startedConsole();
  const origin = startedOrigin();

  const put = (name: string, more: Members = {}) =>
    host.api('PUT', `/sources/${name}/`, { url: origin.url, concurrency: 2, ...more });
  const stands = (name: string) => host.api<Members>('GET', `/sources/${name}/`);
  const define = (title: string, source: string) =>
    host.api('PUT', `/resources/${title}/`, {
      origin: { source, url: '/rows', conditional: false },
      retry: { max_attempts: 1, backoff_s: 1 },
      tables: [{ name: 'rows', rows: '', columns: ['id', 'name'] }],
    });
  const result = (page: Page) => page.getByRole('region', { name: 'Results of actions' });
  const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });
  const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true });

  it('are defined in a form of their schema; what is wrong stands at its field, and nothing typed is lost', async () => {
    const page = await host.signedIn('/sources');
    await page.getByText('There is no source').waitFor();
    await tabTo(page, 'New source');
    await page.keyboard.press('Enter');
    await field(page, 'name').waitFor();
    await field(page, 'name').focus();
    await page.keyboard.insertText('erp');
    await field(page, 'url').focus();
    await page.keyboard.insertText('ftp://nowhere.test/');
    await tabTo(page, 'Add rate');
    await page.keyboard.press('Enter');
    await field(page, 'requests').fill('10');
    await field(page, 'per_s').fill('60');
    await page.getByRole('link', { name: 'Review and save' }).click();
    await expect.poll(() => field(page, 'url').getAttribute('aria-invalid')).toBe('true');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('definition:/url');
    await field(page, 'url').fill(origin.url);
    await page.getByRole('link', { name: 'Review and save' }).click();
    await page.getByText('The source erp will be created.').waitFor();
    await page.getByLabel('Reason').fill('new ERP');
    await save(page).click();
    await page.getByRole('heading', { level: 1, name: 'erp' }).waitFor();
    expect(await stands('erp')).toMatchObject({ url: origin.url, rate: { requests: 10, per_s: 60 } });
    await page.getByText('10 in 60 s').waitFor();
    await page.getByText('No resource uses it.').waitFor();
  });

  it('that name a secret that is not set are saved, with the command that sets it', async () => {
    await put('unset');
    const page = await host.signedIn('/sources/unset/edit?view=json');
    await field(page, 'JSON').fill(JSON.stringify({ url: origin.url, headers: { 'X-Key': `\${ORIGIN_UNSET}` } }));
    await page.getByRole('link', { name: 'Review and save' }).click();
    await page.locator('form').getByText('npx wrangler secret put ORIGIN_UNSET').waitFor();
    await save(page).click();
    await result(page).getByText('npx wrangler secret put ORIGIN_UNSET').waitFor();
    await page.getByRole('link', { name: 'Edit' }).click();
    await field(page, 'url').waitFor();
    expect(await page.getByText('warnings', { exact: true }).count()).toBe(0);
  });

  it('show how many loads are admitted and when the next may start; then until when they are closed, by what, and who asks them', async () => {
    await put('busy', { concurrency: 1 });
    await define('asks-busy', 'busy');
    await put('busy-elsewhere');
    await define('asks-other', 'busy-elsewhere');
    let open = (): void => undefined;
    origin.gate = new Promise((resolve) => {
      open = resolve;
    });
    origin.fail(429);
    const before = origin.count;
    await host.api('POST', '/cache/refresh/', { resource_title: 'asks-busy' });
    await expect.poll(() => origin.count).toBe(before + 1);
    const page = await host.open('/sources/busy');
    // The page must set its timers by this clock, so it is loaded again.
    await page.clock.install();
    await page.reload();
    await host.enter(page);
    await page.getByText('1 of 1').waitFor();
    const next = page.locator('dt:text("Next request") + dd');
    expect(await next.textContent()).toBe('once a load ends');
    const resources = page.getByRole('region', { name: 'Resources that use it' });
    await resources.getByRole('link', { name: 'asks-busy' }).waitFor();
    expect(await resources.getByRole('link', { name: 'asks-other' }).count()).toBe(0);
    origin.gate = null;
    open();
    const closed = page.getByText('The source answered 429');
    await expect
      .poll(async () => {
        await page.clock.runFor(10_000);
        return closed.count();
      })
      .toBe(1);
    await page.getByText('0 of 1').waitFor();
    await page.getByText('closed', { exact: true }).waitFor();
    const opens = await page.locator('.notice time').getAttribute('datetime');
    expect(await next.locator('time').getAttribute('datetime')).toBe(opens);
    await resources.getByRole('link', { name: 'asks-busy' }).click();
    await page.getByRole('link', { name: 'busy', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'busy' }).waitFor();
  });

  it('tell what a change expires before it is saved: of another pace nothing, of another address all', async () => {
    await put('moved');
    for (const title of ['moved-a', 'moved-b']) await define(title, 'moved');
    const page = await host.signedIn('/sources/moved/edit');
    await field(page, 'concurrency').fill('5');
    await page.getByRole('link', { name: 'Review and save' }).click();
    await page.getByText('This makes no cache stale.').waitFor();
    await page.getByRole('link', { name: 'Form', exact: true }).click();
    await field(page, 'url').fill(`${origin.url}/v2`);
    await page.getByRole('link', { name: 'Review and save' }).click();
    await page.getByText('All caches of 2 resources become stale').waitFor();
    await page.getByText('moved-a, moved-b').waitFor();
    await page.getByLabel('Reason').fill('moved, № 4711');
    await save(page).click();
    await result(page).getByText('Saved.').waitFor();
    const [action] = await host.api<Members[]>('GET', '/actions/?limit=1');
    expect(action).toMatchObject({ action: 'put_source', target: 'moved', count: 2, reason: 'moved, № 4711' });
    await page.getByRole('link', { name: 'Edit' }).click();
    await expect.poll(() => field(page, 'concurrency').inputValue()).toBe('5');
  });

  it('show what both changed where somebody else saved first, and lose nothing of either', async () => {
    await put('contested');
    const page = await host.signedIn('/sources/contested/edit');
    await field(page, 'description').fill('mine');
    await put('contested', { concurrency: 7 });
    await page.getByRole('link', { name: 'Review and save' }).click();
    await page.getByRole('heading', { name: 'Another user has changed it in the meantime' }).waitFor();
    await page.getByRole('cell', { name: '7', exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Apply my changes' }).click();
    await save(page).click();
    await page.getByRole('heading', { level: 1, name: 'contested' }).waitFor();
    expect(await stands('contested')).toMatchObject({ description: 'mine', concurrency: 7 });
  });

  it('keep what was typed when the token is refused, and are saved when that is pressed again', async () => {
    await put('expired');
    const page = await host.signedIn('/sources/expired/edit');
    await field(page, 'description').fill('typed');
    await page.getByRole('link', { name: 'Review and save' }).click();
    // The difference has come, so the refusal below is that of the save.
    await save(page).waitFor();
    await page.route('**/api/v1/sources/**', (route) =>
      route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"title":"expired"}' }),
    );
    await save(page).click();
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await page.unroute('**/api/v1/sources/**');
    await enterToken(page, await host.service.token('admin', { scope: 'cache:admin' }));
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await stands('expired')).description).toBeUndefined();
    await save(page).click();
    await page.getByRole('heading', { level: 1, name: 'expired' }).waitFor();
    expect((await stands('expired')).description).toBe('typed');
  });

  it('are deleted once no resource names them, with a reason', async () => {
    await put('old');
    await define('asks-old', 'old');
    const page = await host.signedIn('/sources/old');
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 resource uses it').waitFor();
    await dialog.getByLabel('Reason').fill('gone');
    await dialog.getByLabel('Type old to confirm').fill('old');
    expect(await dialog.getByRole('button', { name: 'Delete old' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await host.api('DELETE', '/resources/asks-old/');
    await page.getByRole('button', { name: 'Delete…' }).click();
    await dialog.getByText('No resource uses it').waitFor();
    await dialog.getByLabel('Reason').fill('switched off');
    await dialog.getByLabel('Type old to confirm').fill('old');
    await dialog.getByRole('button', { name: 'Delete old' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sources' }).waitFor();
    await expect(stands('old')).rejects.toThrow('404');
    const [action] = await host.api<Members[]>('GET', '/actions/?limit=1');
    expect(action).toMatchObject({ action: 'delete_source', target: 'old', reason: 'switched off' });
  });

  it('are shown to cache:inspect as text, and not changed', async () => {
    await put('looked-at', { description: HOSTILE, headers: { 'X-Key': `\${ORIGIN_KEY}` } });
    const page = await host.signedIn('/sources', { scope: 'cache:inspect', user: 'auditor' });
    await page.getByText(HOSTILE).waitFor();
    await page.getByRole('link', { name: 'looked-at' }).click();
    await page.getByText(HOSTILE).waitFor();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.getByRole('button', { name: /Delete|Save/ }).count()).toBe(0);
    expect(await page.getByRole('link', { name: /Edit|New/ }).count()).toBe(0);
  });
});
