/** An operator is told that a cache fails, and sets it right. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { Asked } from './support/asked.ts';
import { enterToken } from './support/console.ts';
import { focused, tabTo } from './support/keys.ts';
import { startedConsole, startedOrigin } from './support/suite.ts';

const HOSTILE = `<img src=x onerror="document.title='run'"> & <script>`;

describe.skipIf(!isThere('browser'))('the console and a failing cache', () => {
  const host = startedConsole();
  const origin = startedOrigin();

  /** A resource with one cache, whose load has failed after it succeeded. */
  async function failing(title: string, parameters: Record<string, string> = {}, message = ''): Promise<string> {
    await defined(title);
    origin.rows('buick', HOSTILE);
    await loaded(title, parameters);
    origin.fail(404, message);
    await loaded(title, parameters, 'FAILURE');
    return keyOf(title);
  }

  async function defined(title: string, retry = { max_attempts: 1, backoff_s: 1 }): Promise<void> {
    await host.api('PUT', `/resources/${title}/`, {
      origin: { url: `${origin.url}/${title}`, conditional: false },
      parameters: { type: 'object', properties: { name: { type: 'string' } } },
      retry,
      tables: [{ name: 'rows', rows: '', columns: ['id', 'name'] }],
    });
  }

  async function loaded(title: string, parameters: Record<string, string> = {}, end = 'SUCCESS'): Promise<void> {
    const asked = await host.api<{ task_id: string }>('POST', '/cache/refresh/', {
      resource_title: title,
      ...parameters,
    });
    const state = () => host.api<{ task_state: string }>('GET', `/cache/state/?task_id=${asked.task_id}`);
    await expect.poll(async () => (await state()).task_state).toBe(end);
    const isFailing = async () => (await list(title))[0]?.failing !== null;
    await expect.poll(isFailing).toBe(end !== 'SUCCESS');
  }

  const list = (title: string) =>
    host.api<{ key: string; failing: object | null; version: number }[]>('GET', `/caches/?resource_title=${title}`);
  const keyOf = async (title: string) => (await list(title))[0]?.key ?? '';
  const result = (page: Page) => page.getByRole('region', { name: 'Results of actions' });

  it('finds it and reloads it from a cold start by keyboard alone', async () => {
    await failing('keys');
    origin.rows('buick', 'fiat');
    const page = await host.open('');
    await page.getByLabel('Token').waitFor();
    // The token is pasted; all else is keys.
    await page.keyboard.press('Tab');
    await page.keyboard.insertText(await host.service.token('admin', { scope: 'cache:admin' }));
    await page.keyboard.press('Tab');
    await tabTo(page, 'Sign in');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Refresh keys' }).waitFor();
    await tabTo(page, 'Refresh keys');
    await page.keyboard.press('Enter');
    await result(page).getByText('Loaded: version').waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Refresh keys' }).count()).toBe(0);
  });

  it('finds it and reloads it from a cold start in two clicks', async () => {
    await failing('clicks');
    origin.rows('buick', 'fiat');
    const page = await host.open('');
    let clicks = 0;
    await page.exposeFunction('clicked', () => clicks++);
    await page.evaluate(() => addEventListener('click', () => Reflect.get(globalThis, 'clicked')(), true));
    await host.enter(page);
    await page.getByRole('button', { name: 'Refresh clicks' }).click();
    await result(page).getByText('Loaded: version').waitFor();
    expect(clicks).toBe(2);
  });

  it('leaves a failure there, whole, until somebody dismisses it, and has it read out', async () => {
    const key = await failing('stays', {}, HOSTILE);
    const page = await host.open(`/caches/${key}`);
    // The page must set its timers by this clock, so it is loaded again.
    await page.clock.install();
    await page.reload();
    await host.enter(page);
    expect(await result(page).getAttribute('aria-live')).toBe('polite');
    await page.getByRole('button', { name: 'Refresh stays' }).click();
    await result(page).getByText('Failed').waitFor();
    const said = await result(page).textContent();
    await page.clock.runFor(30 * 60_000);
    expect(await result(page).textContent()).toBe(said);
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await result(page).textContent()).toBe(said);
  });

  it('says at once that the task runs, then how it ended, with what the log has it by, until dismissed', async () => {
    const key = await failing('slow');
    let open = (): void => undefined;
    origin.gate = new Promise((resolve) => {
      open = resolve;
    });
    const page = await host.signedIn(`/caches/${key}`);
    const before = origin.count;
    await page.getByRole('button', { name: 'Refresh slow' }).click();
    await result(page).getByText('Running').waitFor();
    await page.getByRole('button', { name: 'Refresh slow' }).click({ force: true });
    await expect.poll(() => origin.count).toBe(before + 1);
    origin.gate = null;
    open();
    await result(page).getByText('Failed').waitFor();
    const said = await result(page).textContent();
    expect(said).toContain('FAILURE');
    expect(said).toContain('404');
    expect(said).toMatch(/Request [\w-]{8,}/);
    expect(origin.count).toBe(before + 1);
    await result(page).getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => result(page).textContent()).toBe('');
  });

  it('says while a load is tried again why it failed, what to do and when the next attempt begins, and lists its task', async () => {
    await defined('tried-again', { max_attempts: 3, backoff_s: 3600 });
    origin.rows('buick');
    await loaded('tried-again');
    const page = await host.signedIn(`/caches/${await keyOf('tried-again')}`);
    const tasks = page.getByRole('region', { name: 'Tasks' });
    await tasks.getByText('SUCCESS').waitFor();
    origin.fail(503, 'closed for stocktaking');
    await page.getByRole('button', { name: 'Refresh tried-again' }).click();
    const cause = page.getByRole('region', { name: 'Its load is being retried' });
    await cause.getByText('closed for stocktaking').waitFor();
    const said = await cause.textContent();
    expect(said).toContain('What to do');
    expect(said).toContain('Next attempt');
    const row = tasks.getByRole('row').filter({ hasText: 'RETRY' });
    expect(await row.textContent()).toContain('closed for stocktaking');
    const due = await cause.locator('time').last().getAttribute('datetime');
    expect(Date.parse(due ?? '')).toBeGreaterThan(Date.now());
    expect(await row.locator('time').last().getAttribute('datetime')).toBe(due);
    const notice = await result(page).textContent();
    expect(notice).toContain('Running');
    expect(notice).toContain('closed for stocktaking');
    await row.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => cause.count()).toBe(0);
    await tasks.getByText('REVOKED').waitFor();
  });

  it('shows when a cache was last read only to the hour, because no more is known', async () => {
    await defined('read');
    origin.rows('buick');
    await loaded('read');
    const headers = { Authorization: `Bearer ${await host.service.token('alice')}`, 'X-Device-Id': 'tablet-1' };
    await fetch(`${host.service.url}/api/v1/rpc/read/`, { headers });
    const read = async () =>
      (await host.api<{ read: string | null }[]>('GET', '/caches/?resource_title=read'))[0]?.read;
    await expect.poll(read).not.toBeNull();
    const page = await host.signedIn('/caches?resource=read');
    await page.getByRole('columnheader', { name: 'Last read (hour)' }).waitFor();
    const cell = page.locator('td[data-label^="Last read"]');
    expect(await cell.textContent()).toMatch(/^(this hour|1 hr\. ago)$/);
    await page.getByRole('link', { name: 'read', exact: true }).click();
    const fact = page.locator('dl > div').filter({ hasText: 'Last read' });
    expect(await fact.textContent()).toMatch(/:00.*–.*:00.*exact to the hour$/);
    expect(await fact.locator('time').getAttribute('datetime')).toBe(await read());
  });

  /** A cache whose load has begun and waits at its origin until `open` is called, on a page whose timers stand still. */
  async function running(title: string, scope: string) {
    const key = await failing(title);
    let open = (): void => undefined;
    origin.gate = new Promise((resolve) => {
      open = () => {
        origin.gate = null;
        resolve();
      };
    });
    await host.api('POST', `/caches/${key}/refresh/`);
    const page = await host.open(`/caches/${key}`);
    // The page must set its timers by this clock, so it is loaded again.
    await page.clock.install();
    await page.reload();
    const asked = new Asked(page);
    await enterToken(page, await host.service.token('admin', { scope }));
    await page.getByText('STARTED').waitFor();
    return { key, page, asked, open };
  }
  const STATE = '/api/v1/cache/state/';
  const see = (page: Page, hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);

  it('shows what becomes of a task as it happens, by one stream and without asking again', async () => {
    const { page, asked, open } = await running('followed', 'cache:admin');
    await expect.poll(() => asked.paths).toContain(STATE);
    const before = asked.paths.length;
    await page.clock.runFor(60_000);
    expect(asked.paths.slice(before)).toEqual([]);
    // No timer of the page runs on.
    open();
    await page.getByRole('region', { name: 'Tasks' }).getByText('404').first().waitFor();
    await expect.poll(() => page.getByText('STARTED').count()).toBe(0);
    expect(asked.paths.filter((path) => path === STATE)).toHaveLength(1);
  });

  it('asks for nothing while nobody sees it, and follows again what runs when somebody does', async () => {
    const { key, page, asked, open } = await running('hidden', 'cache:admin');
    await expect.poll(() => asked.paths).toContain(STATE);
    const ended = page.waitForEvent('requestfailed', (request) => request.url().includes(STATE));
    await see(page, true);
    await ended;
    const before = asked.paths.length;
    await page.clock.runFor(60_000);
    expect(asked.paths.slice(before)).toEqual([]);
    await see(page, false);
    await expect.poll(() => asked.paths.slice(before)).toContain(STATE);
    await expect.poll(() => asked.paths.slice(before)).toContain(`/api/v1/caches/${key}/tasks/`);
    open();
    await expect.poll(() => page.getByText('STARTED').count()).toBe(0);
  });

  it('asks six times a minute for what runs where the token does not let it follow', async () => {
    const { key, page, asked, open } = await running('polled', 'cache:inspect');
    const before = asked.paths.length;
    await page.clock.runFor(60_000);
    await expect.poll(() => asked.paths.length - before).toBeGreaterThanOrEqual(6);
    expect(asked.paths.slice(before)).toEqual(Array(6).fill(`/api/v1/caches/${key}/tasks/`));
    open();
  });

  it('shows what others wrote as text: parameters, rows, words of the origin', async () => {
    const key = await failing('hostile', { name: HOSTILE }, HOSTILE);
    const page = await host.signedIn('');
    await page.getByRole('link', { name: 'hostile' }).first().waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    await page.goto(`${host.service.url}/console/caches/${key}`);
    await enterToken(page, await host.service.token('admin', { scope: 'cache:admin cache:read' }));
    await page.getByRole('button', { name: 'Show the first rows' }).click();
    await page.getByRole('cell', { name: HOSTILE }).waitFor();
    expect(await page.locator('h1').textContent()).toContain('onerror');
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).not.toBe('run');
  });

  it('shows rows of any text as it is, and none makes the page wider than its window', async () => {
    const texts = [`\u202eright to left`, `before\u0000after`, '<b>&lt;</b>', 'x'.repeat(65_536), '😀é'];
    await defined('texts');
    origin.rows(...texts);
    await loaded('texts');
    const page = await host.signedIn(`/caches/${await keyOf('texts')}`);
    await page.getByRole('button', { name: 'Show the first rows' }).click();
    await page.getByRole('cell', { name: '<b>' }).waitFor();
    const cells = await page.locator('.cells tbody td:last-child').allTextContents();
    expect(cells).toEqual(texts);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  it('shows a row with half a character, which JSON allows, as it came', async () => {
    await defined('halves');
    origin.answer = { status: 200, body: String.raw`[{"id":0,"name":"a\ud800b"},{"id":1,"name":"\udc00"}]` };
    await loaded('halves');
    const page = await host.signedIn(`/caches/${await keyOf('halves')}`);
    await page.getByRole('button', { name: 'Show the first rows' }).click();
    const cells = page.locator('.cells tbody td:last-child');
    await cells.first().waitFor();
    // By their numbers: the protocol that drives the browser makes U+FFFD of halves.
    const units = await cells.evaluateAll((all) =>
      all.map(({ textContent: text }) => Array.from(text ?? '', (_, at) => text?.charCodeAt(at))),
    );
    expect(units).toEqual([[0x61, 0xd800, 0x62], [0xdc00]]);
  });

  it('keeps the screen when the token is refused, does nothing, and continues after a new one', async () => {
    const key = await failing('expired');
    const page = await host.signedIn('/caches?resource=expired');
    await page.getByRole('link', { name: 'expired' }).waitFor();
    await page.getByLabel('Owner').fill('typed before');
    await page.route('**/api/v1/caches/*/refresh/**', (route) =>
      route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"title":"expired"}' }),
    );
    const before = origin.count;
    await page.getByRole('button', { name: 'Refresh expired' }).click();
    await page.getByRole('button', { name: 'Sign in again' }).waitFor();
    expect(await page.getByLabel('Owner').inputValue()).toBe('typed before');
    expect(await page.getByRole('link', { name: 'expired' }).count()).toBe(1);
    await page.unroute('**/api/v1/caches/*/refresh/**');
    // While it is over, nothing is sent: the next action asks for another one, over the screen.
    await page.getByRole('button', { name: 'Refresh expired' }).click();
    await page.getByRole('dialog', { name: 'Sign in again' }).waitFor();
    await enterToken(page, await host.service.token('admin', { scope: 'cache:admin' }));
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.getByLabel('Owner').inputValue()).toBe('typed before');
    expect(origin.count).toBe(before);
    origin.rows('buick');
    await page.getByRole('button', { name: 'Refresh expired' }).click();
    await result(page).getByText('Loaded: version').waitFor();
    expect((await list('expired'))[0]?.key).toBe(key);
  });

  it('brings a dialog back whose action the service refused, with what was typed, over which one signs in again', async () => {
    const key = await failing('asked-again');
    const page = await host.signedIn(`/caches/${key}`);
    await page.getByRole('button', { name: 'Purge…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Purge this cache' });
    await dialog.getByLabel('Reason').fill('wrong prices');
    await dialog.getByLabel('Type asked-again to confirm').fill('asked-again');
    const refused = (url: URL) => url.pathname === `/api/v1/caches/${key}/`;
    await page.route(refused, (route) =>
      route.request().method() === 'DELETE'
        ? route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"title":"expired"}' })
        : route.continue(),
    );
    await dialog.getByRole('button', { name: 'Purge asked-again' }).click();
    await dialog.getByText('or was refused').waitFor();
    await page.unroute(refused);
    await dialog.getByRole('button', { name: 'Purge asked-again' }).click();
    await enterToken(page, await host.service.token('admin', { scope: 'cache:admin' }));
    await page.getByRole('dialog', { name: 'Sign in again' }).waitFor({ state: 'detached' });
    expect(await dialog.getByLabel('Reason').inputValue()).toBe('wrong prices');
    await dialog.getByRole('button', { name: 'Purge asked-again' }).click();
    await result(page).getByText('Purged.').waitFor();
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    const [action] = await host.api<object[]>('GET', '/actions/?limit=1');
    expect(action).toMatchObject({ action: 'purge', reason: 'wrong prices' });
  });

  it('purges after it told how many, softly unless told, and leaves why in the log of actions', async () => {
    await defined('purged');
    origin.rows('buick');
    for (const name of ['a', 'b', 'c']) await loaded('purged', { name });
    const page = await host.signedIn('/caches?resource=purged');
    await page.getByRole('button', { name: 'Purge…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('3 caches with data match.').waitFor();
    await dialog.getByLabel('Reason').fill('Preisliste falsch, № 4711');
    await dialog.getByLabel('Hard').check();
    const confirm = dialog.getByRole('button', { name: 'Purge purged' });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('Type purged to confirm').fill('purged');
    await confirm.click();
    await result(page).getByText('3 caches purged.').waitFor();
    await expect.poll(async () => (await list('purged')).map(({ version }) => version)).toEqual([null, null, null]);
    const actions = await host.api<object[]>('GET', '/actions/');
    expect(actions[0]).toMatchObject({
      ...{ user: 'admin', action: 'purge', target: 'purged', count: 3 },
      reason: 'Preisliste falsch, № 4711',
    });
    await page.getByRole('button', { name: 'Purge…' }).click();
    await dialog.getByText('No cache with data matches.').waitFor();
    expect(await confirm.isDisabled()).toBe(true);
  });

  it('gives the focus back when a dialog is left by Escape, and does nothing', async () => {
    await defined('escaped');
    origin.rows('buick');
    await loaded('escaped');
    const page = await host.signedIn('/caches?resource=escaped');
    const button = page.getByRole('button', { name: 'Purge…' });
    await button.click();
    await page.getByRole('dialog').getByText('1 cache with data matches.').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Purge…');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect((await list('escaped'))[0]?.version).toBe(1);
  });

  it('shows nothing that changes anything to cache:inspect', async () => {
    const key = await failing('looked-at');
    const page = await host.signedIn('/caches?resource=looked-at', { scope: 'cache:inspect', user: 'auditor' });
    await page.getByRole('link', { name: 'looked-at' }).click();
    await page.getByRole('heading', { name: 'Tasks' }).waitFor();
    expect(page.url()).toContain(key);
    expect(await page.getByText('read only').count()).toBe(1);
    expect(await page.getByRole('button', { name: /Refresh|Purge|Load past/ }).count()).toBe(0);
  });
});
