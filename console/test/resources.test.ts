/** An operator finds a resource, writes its definition, tries it, saves it over somebody else's, and takes it away. */

import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { violationsIn } from './support/axe.ts';
import { enterToken } from './support/console.ts';
import { focused, tabTo as reach } from './support/keys.ts';
import { looksOf } from './support/looks.ts';
import { startedConsole, startedOrigin } from './support/suite.ts';

const HOSTILE = `<img src=x onerror="document.title='run'"> & <script> \u202Etfel\u0000`;

/** How its states are looked at. */
const LOOKS = looksOf<readonly ['dark' | 'light', 'ru' | 'en']>(['dark', 'ru'], ['light', 'en']);

type Members = Record<string, unknown>;

describe.skipIf(!isThere('browser'))('the console and a resource', () => {
  const host = startedConsole();
  const origin = startedOrigin();
  afterEach(() => {
    origin.gate = null;
  });

  const definition = (more: Members = {}): Members => ({
    origin: { url: `${origin.url}/rows{?year}`, conditional: false },
    parameters: { type: 'object', properties: { year: { type: 'integer', default: 1982 } } },
    retry: { max_attempts: 1, backoff_s: 1 },
    tables: [{ name: 'rows', rows: '', columns: ['id', 'name'] }],
    ...more,
  });
  const define = (title: string, more: Members = {}) =>
    host.api<Members>('PUT', `/resources/${title}/`, definition(more));
  const stands = (title: string) => host.api<Members>('GET', `/resources/${title}/`);
  const caches = (title: string) =>
    host.api<{ key: string; expires: string; failing: object | null }[]>('GET', `/caches/?resource_title=${title}`);
  async function load(title: string, parameters: Members = {}, end = 'SUCCESS'): Promise<void> {
    const { task_id: id } = await host.api<{ task_id: string }>('POST', '/cache/refresh/', {
      resource_title: title,
      ...parameters,
    });
    const state = () => host.api<{ task_state: string }>('GET', `/cache/state/?task_id=${id}`);
    await expect.poll(async () => (await state()).task_state).toBe(end);
  }
  const result = (page: Page) => page.getByRole('region', { name: 'Results of actions' });
  const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });
  const view = (page: Page, name: string) =>
    page.getByRole('group', { name: 'Views of the draft' }).getByRole('link', { name });
  const review = (page: Page) => view(page, 'Review and save').click();
  const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true });

  describe('in the list', () => {
    it('is found by its title or origin, sorted by what the caches are, with all of it in the address', async () => {
      await define('list-a', { ttl_s: 60, schedule: '0 4 * * *' });
      await define('list-b', { ttl_s: 7200 });
      await define('else', { origin: { url: 'https://erp.example.com/' } });
      const page = await host.signedIn('/resources');
      await page.getByLabel('Title or origin').fill('LIST-');
      await page.keyboard.press('Enter');
      const titles = async () =>
        (await page.locator('tbody td:first-child').allTextContents()).map((text) => text.trim());
      await expect.poll(titles).toEqual(['list-a', 'list-b']);
      expect(await page.locator('tbody tr').first().textContent()).toMatch(/127\.0\.0\.1:\d+.*1 min.*in /);
      await page.getByRole('button', { name: 'Fresh for' }).click();
      await page.getByRole('button', { name: 'Fresh for' }).click();
      await expect.poll(titles).toEqual(['list-b', 'list-a']);
      expect(new URL(page.url()).search).toBe('?search=LIST-&sort=-ttl');
      await page.goBack();
      await page.goBack();
      await page.goBack();
      await expect.poll(() => page.getByLabel('Title or origin').inputValue()).toBe('');
      await page.getByLabel('Title or origin').fill('erp.example');
      await page.keyboard.press('Enter');
      await expect.poll(titles).toEqual(['else']);
    });
  });

  describe('in the editor', () => {
    it('is the same in the form and as JSON, and keeps members that the form does not know', async () => {
      await define('in-step');
      const page = await host.signedIn('/resources/in-step/edit');
      await field(page, 'ttl_s').fill('77');
      await field(page, 'schedule').fill('0 5 * * *');
      await field(page, 'live').selectOption('told');
      await page.getByRole('button', { name: 'Add guard' }).click();
      await field(page, 'min_rows').fill('3');
      await page.getByRole('button', { name: 'Options of name' }).click();
      await field(page, 'as').selectOption('text');
      await page.getByRole('button', { name: 'Add to columns' }).click();
      await field(page, 'columns 3').fill('price');
      await page.getByRole('button', { name: 'Move price up' }).click();
      await page.getByRole('button', { name: 'Add to headers' }).click();
      await field(page, 'Name 1 in headers').fill('X-Plant');
      await field(page, 'Value of X-Plant in headers').fill('7');
      await view(page, 'JSON').click();
      const written = JSON.parse(await field(page, 'JSON').inputValue());
      expect(written).toMatchObject({
        ...{ ttl_s: 77, schedule: '0 5 * * *', live: 'told', guard: { min_rows: 3 } },
        origin: { headers: { 'X-Plant': '7' } },
        tables: [{ columns: ['id', 'price', { name: 'name', as: 'text' }] }],
      });
      await field(page, 'JSON').fill(
        JSON.stringify({ ...written, ttl_s: 78, guard: undefined, from_tomorrow: { a: [1] } }),
      );
      await view(page, 'Form').click();
      expect(await field(page, 'ttl_s').inputValue()).toBe('78');
      expect(await page.getByRole('button', { name: 'Add guard' }).count()).toBe(1);
      expect(await field(page, 'from_tomorrow').inputValue()).toBe('{\n  "a": [\n    1\n  ]\n}');
      await field(page, 'ttl_s').fill('79');
      await view(page, 'JSON').click();
      expect(JSON.parse(await field(page, 'JSON').inputValue())).toMatchObject({
        ttl_s: 79,
        from_tomorrow: { a: [1] },
      });
      expect((await stands('in-step')).ttl_s).toBe(3600);
    });

    it('is neither probed nor saved while it is not valid JSON, and keeps what was typed', async () => {
      await define('no-json');
      const page = await host.signedIn('/resources/no-json/edit');
      await field(page, 'parameters').fill('{"type": ');
      expect(await field(page, 'parameters').getAttribute('aria-invalid')).toBe('true');
      await review(page);
      await page.getByText('A field of the form currently contains invalid JSON').waitFor();
      await page.getByRole('link', { name: 'Fix it in the form' }).click();
      expect(await field(page, 'parameters').inputValue()).toBe('{"type": ');
      await field(page, 'parameters').fill('');
      await view(page, 'JSON').click();
      await field(page, 'JSON').fill('{"origin": ');
      await page.getByText('This is not valid JSON').waitFor();
      await view(page, 'Form').click();
      await page.getByText('The definition is currently not valid JSON').waitFor();
      await page.getByRole('link', { name: 'Fix it as JSON' }).click();
      expect(await field(page, 'JSON').inputValue()).toBe('{"origin": ');
    });

    it('shows what the service refuses at the fields, and leads to the first', async () => {
      await define('refused');
      const page = await host.signedIn('/resources/refused/edit?view=json');
      const tables = [{ name: 'rows', rows: 'x', columns: ['id', { name: 'n', zone: '' }] }];
      const parameters = { type: 'object', properties: { resource_title: {} } };
      const draft = definition({ tables, parameters, ttl_s: 'soon', csv: { delimiter: 'ab' }, unheard_of: 1 });
      await field(page, 'JSON').fill(JSON.stringify(draft));
      await review(page);
      await page.getByText('The service refuses the definition').waitFor();
      const wrong = async () =>
        page.locator('[aria-invalid] >> visible=true').evaluateAll((all) => all.map(({ id }) => id.split(':')[1]));
      await expect
        .poll(wrong)
        .toEqual(
          expect.arrayContaining([
            '/parameters',
            '/ttl_s',
            '/csv/delimiter',
            '/tables/0/rows',
            '/tables/0/columns/1/zone',
            '/unheard_of',
          ]),
        );
      const told = async (name: string) => {
        const id = await field(page, name).getAttribute('aria-describedby');
        return page.locator(`[id="${id?.split(' ')[0]}"]`).textContent();
      };
      expect(await told('ttl_s')).toContain('must be');
      expect(await told('parameters')).toContain('/properties/resource_title');
      const focus = await page.evaluate(() => document.activeElement?.id);
      expect(focus).toBe(`definition:${(await wrong())[0]}`);
      await field(page, 'ttl_s').fill('60');
      await expect.poll(wrong).not.toContain('/ttl_s');
      expect(await wrong()).toContain('/parameters');
    });

    it('tells before it is saved what changes and how many caches become stale, and leaves why in the log', async () => {
      await define('expires');
      origin.rows('buick');
      for (const year of [1, 2, 3]) await load('expires', { year });
      const page = await host.signedIn('/resources/expires/edit');
      await field(page, 'wait_s').fill('11');
      await review(page);
      await page.getByText('This makes no cache stale').waitFor();
      expect(await page.locator('tbody tr').allTextContents()).toEqual(['/wait_s1011']);
      await view(page, 'Form').click();
      await field(page, 'method').selectOption('POST');
      await review(page);
      await page.getByText('3 caches become stale').waitFor();
      for (const { expires } of await caches('expires')) expect(Date.parse(expires)).toBeGreaterThan(Date.now());
      await page.getByLabel('Reason').fill('Ask by POST, № 4711');
      await save(page).click();
      await result(page).getByText('Saved.').waitFor();
      await page.getByRole('heading', { name: 'expires', level: 1 }).waitFor();
      expect(await stands('expires')).toMatchObject({ wait_s: 11, origin: { method: 'POST' } });
      const [action] = await host.api<object[]>('GET', '/actions/');
      expect(action).toMatchObject({
        action: 'put_resource',
        target: 'expires',
        reason: 'Ask by POST, № 4711',
        count: 3,
      });
    });

    it('loads the schema of its form once, and then asks only whether it still holds', async () => {
      await define('schema');
      const page = await host.signedIn('/resources/schema');
      const answers: number[] = [];
      page.on('response', (response) => {
        if (response.url().endsWith('/openapi.json')) answers.push(response.status());
      });
      for (const expected of [[200], [200, 304], [200, 304, 304]]) {
        await page.getByRole('link', { name: 'Edit' }).click();
        await field(page, 'ttl_s').waitFor();
        await expect.poll(() => answers).toEqual(expected);
        await page.getByRole('link', { name: 'Back' }).click();
      }
    });

    it('says that nothing differs where nothing does', async () => {
      await define('as-it-was');
      const page = await host.signedIn('/resources/as-it-was/edit?view=changes');
      await page.getByText('The draft does not differ').waitFor();
      expect(await save(page).count()).toBe(0);
    });
  });

  describe('that somebody else changed meanwhile', () => {
    /** A draft with another `ttl_s` and guard, over which somebody saves another `ttl_s` and `wait_s`. */
    async function contested(title: string): Promise<Page> {
      await define(title);
      const page = await host.signedIn(`/resources/${title}/edit`);
      await field(page, 'ttl_s').fill('7');
      await field(page, 'error_ttl_s').fill('9');
      await define(title, { ttl_s: 5, wait_s: 3 });
      await review(page);
      await page.getByRole('heading', { name: 'Another user has changed it in the meantime' }).waitFor();
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('conflict');
      expect(await page.locator('tbody tr').allTextContents()).toEqual([
        '/error_ttl_s30309',
        '/ttl_s360057',
        '/wait_s10310',
      ]);
      return page;
    }

    it('is saved with one’s own changes on top of theirs, after the difference was seen again', async () => {
      const page = await contested('rebased');
      await page.getByText('1 member was changed by both').waitFor();
      await page.getByLabel('Theirs: /ttl_s').check();
      await page.getByRole('button', { name: 'Apply my changes' }).click();
      await save(page).waitFor();
      expect(await page.locator('tbody tr').allTextContents()).toEqual(['/error_ttl_s309']);
      expect((await stands('rebased')).error_ttl_s).toBe(30);
      await save(page).click();
      await result(page).getByText('Saved.').waitFor();
      expect(await stands('rebased')).toMatchObject({ ttl_s: 5, wait_s: 3, error_ttl_s: 9 });
    });

    it('is left as they have it where one takes theirs', async () => {
      const page = await contested('theirs');
      await page.getByRole('button', { name: 'Take theirs' }).click();
      await expect.poll(() => field(page, 'ttl_s').inputValue()).toBe('5');
      await review(page);
      await page.getByText('The draft does not differ').waitFor();
    });

    it('is compared also where they were faster by a moment, and nothing of theirs is lost', async () => {
      await define('by-a-moment');
      const page = await host.signedIn('/resources/by-a-moment/edit');
      await field(page, 'ttl_s').fill('7');
      await review(page);
      await save(page).waitFor();
      await define('by-a-moment', { ttl_s: 5 });
      await save(page).click();
      await page.getByLabel('Yours: /ttl_s').waitFor();
      expect(await page.getByLabel('Yours: /ttl_s').isChecked()).toBe(true);
      expect((await stands('by-a-moment')).ttl_s).toBe(5);
    });

    it('is created again from the draft where they deleted it', async () => {
      await define('deleted');
      const page = await host.signedIn('/resources/deleted/edit');
      await field(page, 'ttl_s').fill('7');
      await host.api('DELETE', '/resources/deleted/');
      await review(page);
      await page.getByText('It was deleted in the meantime').waitFor();
      await page.getByRole('button', { name: 'Create it again' }).click();
      await save(page).click();
      await result(page).getByText('Saved.').waitFor();
      expect((await stands('deleted')).ttl_s).toBe(7);
    });
  });

  describe('whose draft is probed', () => {
    it('shows status, size and first rows, by the parameters that were given, and keeps nothing', async () => {
      origin.rows(...Array.from({ length: 25 }, (_, n) => `car ${n}`));
      const page = await host.signedIn('/resources/+new?view=json');
      await field(page, 'JSON').fill(JSON.stringify(definition()));
      await view(page, 'Probe').click();
      await page.getByRole('button', { name: 'To the field title' }).click();
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('definition:/title');
      await page.keyboard.type('not-yet');
      await view(page, 'Probe').click();
      await field(page, 'year').fill('soon');
      await page.getByRole('button', { name: 'Probe', exact: true }).click();
      await expect.poll(() => field(page, 'year').getAttribute('aria-invalid')).toBe('true');
      // Its only fault stands in the detail already, and at the field.
      const refusal = (await page.locator('.probe .problem').textContent()) ?? '';
      expect(refusal.match(/\/parameters\/year/g)).toHaveLength(1);
      await field(page, 'year').fill('1999');
      await page.getByRole('button', { name: 'Probe', exact: true }).click();
      await page.getByText('a load would succeed').waitFor();
      expect(await page.locator('.probe dl').textContent()).toMatch(/Status200.*Rows25/);
      expect(await page.getByRole('heading', { name: 'rows: first 20 of 25 rows' }).count()).toBe(1);
      expect(await page.locator('.probe tbody tr').count()).toBe(20);
      expect(origin.asked.at(-1)).toBe('/rows?year=1999');
      await expect(stands('not-yet')).rejects.toThrow('404');
    });

    it('shows every fault and warning with its place, which leads to the field', async () => {
      await define('faulty', {
        tables: [{ name: 'rows', rows: '/cars', columns: ['id', { name: 'gone', required: true }] }],
      });
      origin.answer = { status: 200, body: JSON.stringify({ cars: Array.from({ length: 3 }, (_, id) => ({ id })) }) };
      const page = await host.signedIn('/resources/faulty/edit?view=probe');
      await page.getByRole('button', { name: 'Probe', exact: true }).click();
      await page.getByText('a load would fail: 1 fault').waitFor();
      await page.getByRole('button', { name: 'To the field /tables/0/columns/1' }).click();
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('definition:/tables/0/columns/1');
      await page.getByText('no row has the member gone').waitFor();
      await view(page, 'Probe').click();
      origin.fail(401, 'who are you');
      await page.getByRole('button', { name: 'Probe', exact: true }).click();
      await page.getByText('who are you').waitFor();
      expect(await page.locator('.probe dl').textContent()).toContain('Status401');
    });

    it('shows page by page what was asked for and what came, and where the fault of one is', async () => {
      await define('paged', { origin: { url: `${origin.url}/paged`, pages: { page: 'p', size: 2 } } });
      origin.rows('buick', 'fiat');
      const page = await host.signedIn('/resources/paged/edit?view=probe');
      await page.getByRole('button', { name: 'Probe', exact: true }).click();
      const pages = page.getByRole('region', { name: 'Pages requested: 2' });
      await pages.getByRole('row').nth(2).waitFor();
      const rows = (await pages.getByRole('row').allTextContents()).slice(1);
      expect(rows[0]).toMatch(/^1GET http.*\/paged\?p=1200.*2http.*\/paged\?p=2$/);
      expect(rows[1]).toContain('/paged?p=2');
      await page.getByRole('button', { name: /To the field \/origin\/pages/ }).click();
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toMatch(/^definition:\/origin\/pages/);
    });

    it('can be stopped', async () => {
      await define('held');
      let open = (): void => undefined;
      origin.gate = new Promise((resolve) => {
        open = resolve;
      });
      const page = await host.signedIn('/resources/held/edit?view=probe');
      const before = origin.count;
      await page.getByRole('button', { name: 'Probe', exact: true }).click();
      await expect.poll(() => origin.count).toBe(before + 1);
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByText('Stopped.').waitFor();
      open();
      expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
    });

    it('is asked as somebody, where caches are private', async () => {
      await define('private', { scope: 'user', origin: { url: `${origin.url}/of{?_user}`, conditional: false } });
      origin.rows('buick');
      const page = await host.signedIn('/resources/private/edit?view=probe');
      await page.getByLabel('Probe as user').fill('ada');
      await page.getByRole('button', { name: 'Probe', exact: true }).click();
      await page.getByText('a load would succeed').waitFor();
      expect(origin.asked.at(-1)).toBe('/of?_user=ada');
    });
  });

  it('keeps a draft while one goes elsewhere and signs in again, and shows it to nobody else', async () => {
    await define('drafted');
    const page = await host.signedIn('/resources/drafted/edit');
    await field(page, 'ttl_s').fill('7');
    await page.getByRole('link', { name: 'Back' }).click();
    await page.getByText('changes that you have not saved').waitFor();
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Resources' }).click();
    await page.getByRole('row', { name: 'drafted' }).getByText('draft', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'drafted' }).click();
    await page.getByRole('link', { name: 'Continue with them' }).click();
    expect(await field(page, 'ttl_s').inputValue()).toBe('7');
    await review(page);
    await save(page).waitFor();
    await page.route('**/api/v1/resources/drafted/**', (route) =>
      route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"title":"expired"}' }),
    );
    await save(page).click();
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await page.unroute('**/api/v1/resources/drafted/**');
    await enterToken(page, await host.service.token('admin', { scope: 'cache:admin' }));
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await view(page, 'Form').click();
    expect(await field(page, 'ttl_s').inputValue()).toBe('7');
    expect((await stands('drafted')).ttl_s).toBe(3600);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await enterToken(page, await host.service.token('eve', { scope: 'cache:admin' }));
    await expect.poll(() => field(page, 'ttl_s').inputValue()).toBe('3600');
  });

  it('continues with a draft that was kept over a sign-in at the provider, and still knows what it was begun with', async () => {
    await define('kept');
    const page = await host.open('');
    const resource = await stands('kept');
    const response = await fetch(`${host.service.url}/api/v1/resources/kept/`, {
      headers: { Authorization: `Bearer ${await host.service.token('admin', { scope: 'cache:admin' })}` },
    });
    const { title: _title, ...base } = resource;
    const draft = {
      ...{ name: 'kept', base, etag: response.headers.get('ETag'), text: JSON.stringify({ ...base, ttl_s: 7 }) },
      ...{ blank: {}, unread: {}, probe: { parameters: {}, user: '' } },
    };
    const address = '/console/resources/kept/edit';
    const kept = { user: 'admin', address, at: Date.now(), drafts: { definitions: [['resources/kept', draft]] } };
    await page.evaluate((text) => sessionStorage.setItem('freshet.drafts', text), JSON.stringify(kept));
    await define('kept', { wait_s: 3 });
    await page.goto(`${host.service.url}${address}`);
    await enterToken(page, await host.service.token('admin', { scope: 'cache:admin' }));
    await expect.poll(() => field(page, 'ttl_s').inputValue()).toBe('7');
    await review(page);
    await page.getByRole('heading', { name: 'Another user has changed it in the meantime' }).waitFor();
  });

  it('has the caches that fail tried again, one by one, and leaves the others alone', async () => {
    await define('retried');
    origin.rows('buick');
    await load('retried', { year: 1 });
    origin.fail(404);
    for (const year of [2, 3]) await load('retried', { year }, 'FAILURE');
    await expect.poll(async () => (await caches('retried')).filter(({ failing }) => failing !== null).length).toBe(2);
    origin.rows('buick');
    const page = await host.signedIn('/resources/retried');
    const before = origin.count;
    await page.getByRole('button', { name: 'Retry failed' }).click();
    await result(page).getByText('2 refreshes started.').waitFor();
    await expect.poll(async () => (await caches('retried')).filter(({ failing }) => failing !== null).length).toBe(0);
    expect(origin.count).toBe(before + 2);
  });

  it('refreshes all caches, also those without data, which no purge would count', async () => {
    await define('all-failed');
    origin.fail(404);
    for (const year of [1, 2]) await load('all-failed', { year }, 'FAILURE');
    origin.rows('buick');
    const page = await host.signedIn('/resources/all-failed');
    await page.getByRole('button', { name: 'Refresh all…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('0 caches with data, and all without').waitFor();
    await dialog.getByRole('button', { name: 'Refresh all-failed', exact: true }).click();
    await result(page).getByText('2 refreshes started.').waitFor();
    await expect.poll(async () => (await caches('all-failed')).every(({ failing }) => failing === null)).toBe(true);
  });

  it('shows what others wrote as text: description, warnings, rows, faults, words of the origin', async () => {
    const long = 'x'.repeat(65_536);
    await define('hostile', { description: HOSTILE.replace('\u0000', '') + 'y'.repeat(4000) });
    origin.answer = { status: 200, body: JSON.stringify([{ id: long, name: HOSTILE }]) };
    const page = await host.signedIn('/resources/hostile');
    await page.getByText('onerror').first().waitFor();
    await page.getByRole('link', { name: 'Probe' }).click();
    await page.getByRole('button', { name: 'Probe', exact: true }).click();
    await page.getByText('a load would succeed').waitFor();
    expect(await page.locator('.probe tbody td').last().textContent()).toContain('<img src=x onerror');
    origin.fail(404, HOSTILE);
    await page.getByRole('button', { name: 'Probe', exact: true }).click();
    await page.getByText('a load would fail').waitFor();
    await view(page, 'JSON').click();
    const text = await field(page, 'JSON').inputValue();
    await field(page, 'JSON').fill(JSON.stringify({ ...JSON.parse(text), [HOSTILE]: HOSTILE }));
    await review(page);
    await page.getByText('The service refuses').waitFor();
    await view(page, 'Form').click();
    await page.getByText('onerror').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).not.toBe('run');
  });

  it('shows nothing that changes anything to cache:inspect', async () => {
    await define('looked-at');
    const page = await host.signedIn('/resources', { scope: 'cache:inspect', user: 'auditor' });
    await page.getByRole('link', { name: 'looked-at' }).click();
    await page.getByRole('heading', { name: 'Definition' }).waitFor();
    expect(await page.getByRole('button', { name: /Refresh|Purge|Retry|Delete/ }).count()).toBe(0);
    expect(await page.getByRole('link', { name: /Edit|Probe|New/ }).count()).toBe(0);
    await page.evaluate(() => {
      history.pushState(null, '', '/console/resources/looked-at/edit');
      dispatchEvent(new PopStateEvent('popstate'));
    });
    await page.getByText('Your token does not have the scope cache:admin').waitFor();
  });

  it('is made, probed, saved, changed under somebody’s hands, purged and deleted by keys alone', async () => {
    origin.rows('buick', 'fiat');
    const page = await host.signedIn('/resources');
    const key = (name: string) => page.keyboard.press(name);
    const go = async (name: string) => {
      await reach(page, name);
      await key('Enter');
    };
    await page.getByRole('link', { name: 'New resource' }).waitFor();
    await go('New resource');
    await reach(page, 'title');
    await page.keyboard.type('by-keys');
    await reach(page, 'url');
    await page.keyboard.type(`${origin.url}/x`);
    await go('Add tables');
    // The focus goes to what was added once it is there; a Tab before that would start elsewhere.
    await expect.poll(() => focused(page)).toMatch(/^tables 1/);
    await reach(page, 'name');
    await page.keyboard.type('rows');
    await go('Empty text');
    await reach(page, 'columns 1');
    await page.keyboard.type('id');
    await go('Add to columns');
    await expect.poll(() => focused(page)).toBe('columns 2');
    await page.keyboard.type('name');
    await go('Probe');
    await page.getByRole('button', { name: 'Probe', exact: true }).waitFor();
    await go('Probe button');
    await page.getByText('a load would succeed').waitFor();
    await go('Review and save');
    await page.getByText('The resource by-keys will be created').waitFor();
    await go('Save');
    await page.getByRole('heading', { name: 'by-keys', level: 1, exact: true }).waitFor();
    await load('by-keys');

    await go('Edit');
    await field(page, 'ttl_s').waitFor();
    await reach(page, 'ttl_s');
    await key('Control+A');
    await page.keyboard.type('7');
    const theirs = await stands('by-keys');
    await host.api('PUT', '/resources/by-keys/', { ...theirs, ttl_s: 5 });
    await go('Review and save');
    await page.getByRole('heading', { name: 'Another user has changed it in the meantime' }).waitFor();
    await go('Apply my changes to theirs');
    await save(page).waitFor();
    await go('Save');
    await page.getByRole('heading', { name: 'by-keys', level: 1, exact: true }).waitFor();
    expect((await stands('by-keys')).ttl_s).toBe(7);

    await expect.poll(async () => (await caches('by-keys')).length).toBe(1);
    await go('Purge…');
    await page.getByText('1 cache with data matches.').waitFor();
    await go('Purge by-keys');
    await result(page).getByText('1 cache purged.').waitFor();
    await go('Delete…');
    await page.getByText('1 cache with data is deleted with it').waitFor();
    expect(await page.getByRole('button', { name: 'Delete by-keys' }).isDisabled()).toBe(true);
    await reach(page, 'Type by-keys to confirm');
    await page.keyboard.type('by-keys');
    expect(await page.getByRole('button', { name: 'Delete by-keys' }).isDisabled()).toBe(true);
    await reach(page, 'Reason (shown in the log of actions)');
    await page.keyboard.type('no longer sold');
    await go('Delete by-keys');
    await page.getByRole('heading', { name: 'Resources', level: 1 }).waitFor();
    await expect(stands('by-keys')).rejects.toThrow('404');
    const [action] = await host.api<object[]>('GET', '/actions/');
    expect(action).toMatchObject({ action: 'delete_resource', target: 'by-keys', reason: 'no longer sold' });
  });

  it.each(LOOKS)('has no fault that axe finds in any of its states: %s, %s', async (colorScheme, language) => {
    const title = `axe-${colorScheme}`;
    await define(title, {
      ...{ guard: { min_rows: 1 }, groups: ['a'], schedule: '0 4 * * *', csv: undefined },
      tables: [{ name: 'rows', rows: '', columns: ['id', { name: 'name', as: 'text' }] }],
    });
    const page = await host.signedIn('/resources', { colorScheme, viewport: { width: 1280, height: 800 } });
    await page.locator('header select').first().selectOption(language);
    const seen = async (state: string, selector: string, within = page) => {
      await within.locator(selector).first().waitFor();
      await expect.poll(() => within.locator('[aria-busy]').count()).toBe(0);
      // What is fixed to the window covers nothing at its top.
      await within.evaluate(() => scrollTo(0, 0));
      expect([state, await violationsIn(within)]).toEqual([state, []]);
    };
    const to = (path: string) =>
      page.evaluate((address) => {
        history.pushState(null, '', address);
        dispatchEvent(new PopStateEvent('popstate'));
      }, `/console${path}`);
    await seen('list', 'tbody tr');
    await to('/resources?search=nothing-of-that-name');
    await seen('empty list', '.empty');
    await to(`/resources/${title}`);
    await seen('resource', 'dl');
    await page.locator('.heading button').last().click();
    await seen('delete', 'dialog input');
    await page.keyboard.press('Escape');
    await to('/resources/nothing-of-that-name');
    await seen('not found', '.problem');
    await to('/resources/+new');
    await seen('new', '.definition');
    await to(`/resources/${title}/edit`);
    await page.getByRole('button', { expanded: false }).last().click();
    await seen('form', '.named .members');
    await field(page, 'ttl_s').fill('soon');
    await page.locator('.views a').last().click();
    await seen('refused', '.definition .faults');
    await field(page, 'ttl_s').fill('60');
    await page.locator('.views a').nth(1).click();
    await seen('json', 'textarea');
    origin.answer = { status: 200, body: '[{"id":1}]' };
    await page.locator('.views a').nth(2).click();
    await page.locator('.probe button[type=submit]').click();
    await seen('probe', '.probe dl');
    await page.locator('.views a').last().click();
    await seen('changes', '.changes tbody tr');
    await define(title, { ttl_s: 5 });
    await page.locator('.review button[type=submit]').click();
    await seen('conflict', '.conflict');
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
  });
});
