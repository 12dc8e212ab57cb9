/** Receivers: defined, tested, changed by two at once, their keys rotated, deleted. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { secretAtFault } from '../src/webhooks/secret-at-fault.ts';
import { Asked } from './support/asked.ts';
import { enterToken } from './support/console.ts';
import { tabTo } from './support/keys.ts';
import { BARE, startedConsole, startedOrigin } from './support/suite.ts';

const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Webhook {
  url: string;
  secrets: string[];
  resources?: string[];
  events: string[];
  min_interval_s: number;
  state: { status: string };
}

describe.skipIf(!isThere('browser'))('the console and webhooks', () => {
  const host = startedConsole({ ...BARE, devVars: `ORIGIN_HOOK=${KEY}\nORIGIN_NEXT=${KEY}` });
  const receiver = startedOrigin();

  const put = (name: string, more: object = {}) =>
    host.api('PUT', `/webhooks/${name}/`, { url: `${receiver.url}/${name}`, secrets: [`\${ORIGIN_HOOK}`], ...more });
  const stored = (name: string) => host.api<Webhook>('GET', `/webhooks/${name}/`);
  const result = (page: Page) => page.getByRole('region', { name: 'Results of actions' });

  it('are defined by keys alone; what is wrong stands by its field, and nothing typed is lost', async () => {
    const page = await host.signedIn('/webhooks');
    await page.getByText('There is no webhook.').waitFor();
    await tabTo(page, 'New webhook…');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'New webhook' }).waitFor();
    await tabTo(page, 'Name');
    await page.keyboard.insertText('erp');
    await tabTo(page, 'Address');
    await page.keyboard.insertText('ftp://nowhere.test/');
    await tabTo(page, 'cache.failing: the first load that fails');
    await page.keyboard.press('Space');
    await tabTo(page, 'Resources');
    await page.keyboard.insertText('prices\n stock ');
    await tabTo(page, 'Secrets that sign');
    await page.keyboard.insertText('ORIGIN_HOOK');
    await tabTo(page, 'Save');
    await page.keyboard.press('Enter');
    await result(page).getByText('Failed').waitFor();
    const faults = page.locator('.fault');
    await faults.first().waitFor();
    expect(await faults.count()).toBe(1);
    expect(await page.getByLabel('Resources').inputValue()).toBe('prices\n stock ');
    await page.getByLabel('Address').fill(`${receiver.url}/erp`);
    await page.getByLabel('Address').press('Enter');
    await result(page).getByText('Created.').waitFor();
    await page.getByRole('heading', { level: 1, name: 'erp' }).waitFor();
    expect(await stored('erp')).toMatchObject({
      ...{ url: `${receiver.url}/erp`, secrets: [`\${ORIGIN_HOOK}`], resources: ['prices', 'stock'] },
      ...{ events: ['cache.changed', 'cache.failing'], min_interval_s: 0 },
    });
  });

  it('overwrite no other of the same name', async () => {
    await put('taken');
    const page = await host.signedIn('/webhooks/+new');
    await page.getByLabel('Name', { exact: true }).fill('taken');
    await page.getByLabel('Address').fill(`${receiver.url}/other`);
    await page.getByLabel('Secrets that sign').fill('ORIGIN_HOOK');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('A webhook with this name already exists').waitFor();
    expect((await stored('taken')).url).toBe(`${receiver.url}/taken`);
  });

  it('are tried with one delivery, and what the receiver answered stands there until dismissed', async () => {
    await put('tried');
    const page = await host.signedIn('/webhooks/tried');
    receiver.answer = { status: 200, body: '' };
    const before = receiver.count;
    await page.getByRole('button', { name: 'Test the delivery' }).click();
    await result(page).getByText('Delivered: 200').waitFor();
    expect(receiver.count).toBe(before + 1);
    receiver.fail(500, '<img src=x onerror=alert()>');
    await page.getByRole('button', { name: 'Test the delivery' }).click();
    await result(page).getByText('Not delivered').waitFor();
    expect(await result(page).getByText('Failed').count()).toBe(1);
    expect(await result(page).textContent()).toContain('500');
    expect(await page.locator('main img').count()).toBe(0);
    receiver.answer = { status: 200, body: '' };
  });

  it('show since when deliveries fail, and what to do', async () => {
    await host.api('PUT', '/resources/hooked/', {
      ...{ origin: { url: `${receiver.url}/rows`, conditional: false }, retry: { max_attempts: 1, backoff_s: 1 } },
      tables: [{ name: 'rows', rows: '', columns: ['id', 'name'] }],
    });
    receiver.rows('buick');
    await put('away', { url: 'http://127.0.0.1:9/?<script>', resources: ['hooked'] });
    await host.api('POST', '/cache/refresh/', { resource_title: 'hooked' });
    await expect.poll(async () => (await stored('away')).state.status).toBe('failing');
    const page = await host.signedIn('/webhooks');
    const row = page.getByRole('row').filter({ hasText: 'away' });
    await row.getByText('failing').waitFor();
    await row.getByText('1 cache', { exact: true }).waitFor();
    await row.getByText('http://127.0.0.1:9/?<script>').waitFor();
    await row.getByRole('link', { name: 'away' }).click();
    const trouble = page.getByRole('region', { name: 'failing' });
    await trouble.getByText('Failing since').waitFor();
    await trouble.getByText('1 cache', { exact: true }).waitFor();
    expect(await trouble.textContent()).toContain('What to do');
    await trouble.getByRole('link', { name: 'origin-unreachable' }).waitFor();
    expect(await page.locator('main script').count()).toBe(0);
  });

  it('whose secret is not set say what to do about it, in the test and while deliveries fail', async () => {
    await put('unsigned', { resources: ['unsigned'] });
    const page = await host.signedIn('/webhooks/unsigned?edit=true');
    await page.getByLabel('Secrets that sign').fill('ORIGIN_HOOK\nORIGIN_UNSET');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await result(page).getByText('npx wrangler secret put ORIGIN_UNSET').waitFor();
    await result(page).getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('button', { name: 'Test the delivery' }).click();
    await result(page).getByText('Not delivered').waitFor();
    const said = (await result(page).textContent()) ?? '';
    for (const part of ['ORIGIN_UNSET is not set', 'npx wrangler secret put ORIGIN_UNSET', '.dev.vars']) {
      expect(said).toContain(part);
    }
    await host.api('PUT', '/resources/unsigned/', {
      ...{ origin: { url: `${receiver.url}/rows`, conditional: false }, retry: { max_attempts: 1, backoff_s: 1 } },
      tables: [{ name: 'rows', rows: '', columns: ['id', 'name'] }],
    });
    receiver.rows('buick');
    await host.api('POST', '/cache/refresh/', { resource_title: 'unsigned' });
    await expect.poll(async () => (await stored('unsigned')).state.status).toBe('failing');
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await page.getByRole('link', { name: 'unsigned' }).click();
    const trouble = page.getByRole('region', { name: 'failing' });
    await trouble.getByText('npx wrangler secret put ORIGIN_UNSET', { exact: true }).waitFor();
    expect(await trouble.textContent()).toContain('Give the service the secret ORIGIN_UNSET');
    await host.api('DELETE', '/webhooks/unsigned/');
  });

  it.each([
    [
      'The secret ORIGIN_B is not set. Set it with npx wrangler secret put ORIGIN_B, or under npm start with a line ORIGIN_B=… in .dev.vars.',
      'ORIGIN_B',
    ],
    ['The secret ORIGIN_A must be "whsec_" and 24 to 64 bytes in base64.', 'ORIGIN_A'],
    ['ORIGIN_A is not sent to hooks.test: ORIGIN_HOSTS does not name it.', null],
    ['The receiver answered with status 500.', null],
    ['The receiver at ORIGIN_AB.test is not reached.', null],
    [null, null],
  ])('know by why nothing was sent which secret it is: %s', (reason, secret) => {
    expect(secretAtFault(reason, [`\${ORIGIN_A}`, `\${ORIGIN_B}`])).toBe(secret);
  });

  it('show what both changed where somebody else saved first; theirs is taken, or one’s own put on top', async () => {
    await put('edited', { events: ['cache.changed'] });
    const page = await host.signedIn('/webhooks/edited');
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Resources').fill('mine');
    await put('edited', { events: ['cache.changed'], resources: ['theirs'], min_interval_s: 60 });
    const save = page.getByRole('button', { name: 'Save', exact: true });
    await save.click();
    const conflict = page
      .getByRole('region', { name: 'Another user has changed it in the meantime', exact: true })
      .first();
    await conflict.getByRole('cell', { name: 'mine' }).waitFor();
    await conflict.getByRole('cell', { name: 'theirs' }).waitFor();
    await conflict.getByRole('cell', { name: '60' }).first().waitFor();
    expect((await stored('edited')).resources).toEqual(['theirs']);
    await conflict.getByRole('button', { name: 'Take theirs' }).click();
    expect(await page.getByLabel('Resources').inputValue()).toBe('theirs');
    await page.getByLabel('Resources').fill('mine');
    await put('edited', { resources: ['theirs'], min_interval_s: 90 });
    await save.click();
    await conflict.getByRole('button', { name: 'Apply my changes to theirs' }).click();
    expect((await stored('edited')).resources).toEqual(['theirs']);
    await save.click();
    await result(page).getByText('Saved.').waitFor();
    expect(await stored('edited')).toMatchObject({ resources: ['mine'], min_interval_s: 90 });
  });

  it('are saved although deliveries continued meanwhile: nobody has changed the definition', async () => {
    await put('busy', { url: 'http://127.0.0.1:9/', resources: ['hooked'] });
    const page = await host.signedIn('/webhooks/busy?edit=true');
    await page.getByLabel('Address').fill(`${receiver.url}/busy`);
    receiver.rows('fiat');
    await host.api('POST', '/cache/refresh/', { resource_title: 'hooked' });
    await expect.poll(async () => (await stored('busy')).state.status).toBe('failing');
    await page.getByRole('button', { name: 'Save' }).click();
    await result(page).getByText('Saved.').waitFor();
    expect((await stored('busy')).url).toBe(`${receiver.url}/busy`);
  });

  it('keep what was typed when the token is refused, and are saved when that is pressed again', async () => {
    await put('expired');
    const page = await host.signedIn('/webhooks/expired?edit=true');
    await page.getByLabel('Resources').fill('typed');
    await page.route('**/api/v1/webhooks/**', (route) =>
      route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"title":"expired"}' }),
    );
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Sign in again' }).waitFor();
    await page.unroute('**/api/v1/webhooks/**');
    // While it is over, a press asks for another one.
    await page.getByRole('button', { name: 'Save' }).click();
    await enterToken(page, await host.service.token('admin', { scope: 'cache:admin' }));
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await stored('expired')).resources).toBeUndefined();
    expect(await page.getByLabel('Resources').inputValue()).toBe('typed');
    await page.getByRole('button', { name: 'Save' }).click();
    await result(page).getByText('Saved.').waitFor();
    expect((await stored('expired')).resources).toEqual(['typed']);
  });

  it('sign with both keys while one takes the place of the other; the new one is shown once and kept nowhere', async () => {
    await put('signed');
    const page = await host.signedIn('/webhooks/signed');
    const asked = new Asked(page);
    await page.getByRole('button', { name: 'Rotate the key…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Make a key' }).click();
    const key = (await dialog.getByText(/^whsec_/).textContent()) ?? '';
    expect(Buffer.from(key.slice('whsec_'.length), 'base64')).toHaveLength(32);
    await dialog.getByLabel('Name of the new secret').fill('ORIGIN_NEXT');
    await dialog.getByText('npx wrangler secret put ORIGIN_NEXT').waitFor();
    await dialog.getByRole('button', { name: 'Sign with both' }).click();
    await page.getByRole('button', { name: 'Remove ORIGIN_HOOK' }).waitFor();
    expect((await stored('signed')).secrets).toEqual([`\${ORIGIN_HOOK}`, `\${ORIGIN_NEXT}`]);
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    const sent = asked.requests.map((request) => `${request.url()} ${request.postData() ?? ''}`);
    expect(sent.join() + kept + (await page.content())).not.toContain(key);

    await page.getByRole('button', { name: 'Remove ORIGIN_HOOK' }).click();
    await dialog.getByLabel('Reason').fill('rotated');
    await dialog.getByRole('button', { name: 'Remove ORIGIN_HOOK' }).click();
    await page.getByRole('button', { name: 'Rotate the key…' }).waitFor();
    expect((await stored('signed')).secrets).toEqual([`\${ORIGIN_NEXT}`]);
    const [action] = await host.api<object[]>('GET', '/actions/?limit=1');
    expect(action).toMatchObject({ action: 'put_webhook', target: 'signed', reason: 'rotated' });
  });

  it('are deleted once their name is typed, and then gone from the list', async () => {
    await put('old');
    const page = await host.signedIn('/webhooks/old');
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Delete old' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Type old to confirm').fill('old');
    await dialog.getByRole('button', { name: 'Delete old' }).click();
    await page.getByRole('heading', { level: 1, name: 'Webhooks' }).waitFor();
    await result(page).getByText('Deleted.').waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'old', exact: true }).count()).toBe(0);
  });

  it('are shown to cache:inspect, and not changed', async () => {
    await put('looked-at');
    const page = await host.signedIn('/webhooks', { scope: 'cache:inspect', user: 'auditor' });
    await page.getByRole('link', { name: 'looked-at' }).click();
    await page.getByText('ORIGIN_HOOK').waitFor();
    expect(await page.getByRole('button', { name: /Test|Delete|Rotate/ }).count()).toBe(0);
    expect(await page.getByRole('link', { name: /Edit|New/ }).count()).toBe(0);
    await page.getByLabel('Language').selectOption('ru');
    await page.getByRole('heading', { name: 'Ключи подписи' }).waitFor();
  });
});
