/** A token that is over: the screen stays, a new sign-in at the provider leads back to it, and nothing is done twice. */

import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { Asked } from './support/asked.ts';
import { ConsoleHost } from './support/console.ts';
import { SignInProvider } from './support/sign-in-provider.ts';
import { startedOrigin } from './support/suite.ts';

const TWO_HOURS = 7_200_000;

describe.skipIf(!isThere('browser'))('the console, when a token of the provider is over', () => {
  let provider: SignInProvider;
  let host: ConsoleHost;
  const origin = startedOrigin();

  beforeAll(async () => {
    provider = await SignInProvider.start();
    host = await ConsoleHost.start({ devVars: provider.devVars, env: { RATE_LIMITS: 'off' } });
    host.adminToken = () => provider.adminToken();
    provider.admit(host.service.url);
  });
  afterEach(() => host?.closeProfiles());
  afterAll(async () => {
    expect(host?.complaints).toEqual([]);
    await host?.stop();
    await provider?.stop();
  });

  /** A resource with a cache that is loaded. */
  async function loaded(title: string): Promise<void> {
    origin.rows('buick');
    await host.api('PUT', `/resources/${title}/`, {
      origin: { url: `${origin.url}/${title}`, conditional: false },
      tables: [{ name: 'rows', rows: '', columns: ['id', 'name'] }],
    });
    await host.api('POST', '/cache/refresh/', { resource_title: title });
    await expect.poll(async () => (await list(title))[0]?.version).toBe(1);
  }
  const list = (title: string) => host.api<{ version: number | null }[]>('GET', `/caches/?resource_title=${title}`);

  /** Somebody who signed in two hours ago by a clock that is then set right: the token was good for one. */
  async function signedInBefore(path: string, user: string, profile?: BrowserContext): Promise<Page> {
    const context = profile ?? (await host.profile());
    if (profile === undefined) await context.clock.install({ time: Date.now() - TWO_HOURS });
    const page = await host.openIn(context, path);
    if (profile === undefined) await signInThere(page, user);
    await isIn(page);
    return page;
  }
  const pass = async (page: Page) => {
    await page.context().clock.fastForward(TWO_HOURS);
    await again(page).waitFor();
  };
  async function signInThere(page: Page, name: string): Promise<void> {
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Continue' }).click();
  }
  const isIn = (page: Page) => page.getByRole('navigation', { name: 'Screens' }).waitFor();
  const again = (page: Page) => page.getByRole('button', { name: 'Sign in again' });
  /** The page has left, and come back with another token. */
  const back = async (page: Page) => {
    await expect.poll(() => again(page).count()).toBe(0);
    await page.waitForURL(({ origin: at, pathname }) => at === host.service.url && pathname !== '/console/callback');
    await isIn(page);
    await expect.poll(() => again(page).count()).toBe(0);
  };
  async function expiredToken(): Promise<string> {
    provider.tokenS = -3600;
    const token = await provider.adminToken();
    provider.tokenS = 3600;
    return token;
  }
  /** On its way the token of such a request becomes one that is over: the service itself refuses it. */
  const refuse = (page: Page, pattern: string, expired: string) =>
    page.route(pattern, (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${expired}` } }),
    );
  const results = (page: Page) => page.getByRole('region', { name: 'Results of actions' });
  const authorizations = () => provider.asked.filter((line) => line.startsWith('GET /auth?'));

  it('keeps the screen and what was typed, and does nothing by itself', async () => {
    await loaded('stays');
    const page = await signedInBefore('/caches?resource=stays', 'alice');
    await page.getByRole('link', { name: 'stays' }).waitFor();
    await page.getByLabel('Owner').fill('typed before');
    const asked = new Asked(page);
    await pass(page);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.context().clock.runFor(60_000);
    expect(asked.urls).toEqual([]);
    expect(await page.getByLabel('Owner').inputValue()).toBe('typed before');
    expect(await page.getByRole('link', { name: 'stays' }).count()).toBe(1);
    expect(await page.getByRole('alert').filter({ hasText: 'expired' }).count()).toBe(1);
    // What was not read before, is not asked for either.
    await page.getByRole('link', { name: 'Me', exact: true }).click();
    await page.getByText('once you have signed in again').waitFor();
    expect(asked.ofApi).toEqual([]);
  });

  it('leads the next action to the provider, without its page, and back to what was typed; the action is done when pressed again', async () => {
    await loaded('action');
    const page = await signedInBefore('/caches?resource=action', 'alice');
    await page.getByRole('button', { name: 'Refresh action' }).waitFor();
    await page.getByLabel('Owner').fill('typed before');
    const [count, before] = [origin.count, authorizations().length];
    await pass(page);
    await page.getByRole('button', { name: 'Refresh action' }).click();
    await back(page);
    expect(authorizations().slice(before)).toEqual([expect.stringContaining('prompt=none')]);
    expect(page.url()).toBe(`${host.service.url}/console/caches?resource=action`);
    expect(await page.getByLabel('Owner').inputValue()).toBe('typed before');
    await page.getByRole('button', { name: 'Refresh action' }).waitFor();
    expect(origin.count).toBe(count);
    await page.getByRole('button', { name: 'Refresh action' }).click();
    await results(page).getByText('Loaded: version').waitFor();
    expect(origin.count).toBe(count + 1);
    // What was taken back into its field is kept nowhere else.
    await results(page).getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.evaluate(() => ({ ...sessionStorage }))).toEqual({});
  });

  it('brings a dialog back with what was typed into it, and purges once', async () => {
    await loaded('dialog');
    const page = await signedInBefore('/caches?resource=dialog', 'alice');
    await page.getByRole('button', { name: 'Purge…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 cache with data matches.').waitFor();
    await dialog.getByLabel('Reason').fill('prices are wrong');
    await dialog.getByLabel('Hard').check();
    await dialog.getByLabel('Type dialog to confirm').fill('dialog');
    await page.context().clock.fastForward(TWO_HOURS);
    // The bar lies under the dialog, which alone takes the next action.
    await dialog.getByText('has expired').waitFor();
    await dialog.getByRole('button', { name: 'Purge dialog' }).click();
    await back(page);
    await dialog.getByText('1 cache with data matches.').waitFor();
    expect(await dialog.getByLabel('Reason').inputValue()).toBe('prices are wrong');
    expect(await dialog.getByLabel('Hard').isChecked()).toBe(true);
    expect((await list('dialog'))[0]?.version).toBe(1);
    await dialog.getByRole('button', { name: 'Purge dialog' }).click();
    await results(page).getByText('1 cache purged').waitFor();
    const actions = await host.api<{ target: string; reason: string }[]>('GET', '/actions/');
    expect(actions.filter(({ target }) => target === 'dialog').map(({ reason }) => reason)).toContain(
      'prices are wrong',
    );
    expect(actions.filter(({ reason }) => reason === 'prices are wrong')).toHaveLength(1);
  });

  it('brings a dialog back whose action was refused, with what was typed, and does it once', async () => {
    await loaded('asked-twice');
    const expired = await expiredToken();
    const page = await host.open('/resources/asked-twice');
    await signInThere(page, 'alice');
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('no longer sold');
    await dialog.getByLabel('Type asked-twice to confirm').fill('asked-twice');
    await refuse(page, '**/api/v1/resources/asked-twice/', expired);
    await dialog.getByRole('button', { name: 'Delete asked-twice' }).click();
    await dialog.getByText('or was refused').waitFor();
    expect(await dialog.getByLabel('Reason').inputValue()).toBe('no longer sold');
    await page.unroute('**/api/v1/resources/asked-twice/');
    await dialog.getByRole('button', { name: 'Delete asked-twice' }).click();
    await back(page);
    await expect.poll(() => dialog.getByLabel('Reason').inputValue()).toBe('no longer sold');
    expect(await dialog.getByLabel('Type asked-twice to confirm').inputValue()).toBe('asked-twice');
    await dialog.getByRole('button', { name: 'Delete asked-twice' }).click();
    await page.getByRole('heading', { level: 1, name: 'Resources' }).waitFor();
    expect(await dialog.count()).toBe(0);
    const actions = await host.api<{ reason: string }[]>('GET', '/actions/');
    expect(actions.filter(({ reason }) => reason === 'no longer sold')).toHaveLength(1);
  });

  it.each([
    ['Resources', 'ttl_s', { origin: { url: 'https://erp.example.com/' }, ttl_s: 60 }],
    ['Sources', 'concurrency', { url: 'https://erp.example.com/', concurrency: 2 }],
  ])('keeps what is written of %s over a sign-in that begins on another screen', async (name, member, definition) => {
    const folder = name.toLowerCase();
    await host.api('PUT', `/${folder}/elsewhere/`, definition);
    const page = await signedInBefore(`/${folder}/elsewhere/edit`, 'alice');
    const field = page.getByLabel(member, { exact: true });
    await field.fill('7');
    const screens = page.getByRole('navigation', { name: 'Screens' });
    await screens.getByRole('link', { name: 'Caches' }).click();
    await page.getByRole('heading', { level: 1, name: 'Caches' }).waitFor();
    await pass(page);
    await again(page).click();
    await back(page);
    expect(page.url()).toBe(`${host.service.url}/console/caches`);
    await screens.getByRole('link', { name, exact: true }).click();
    await page.getByRole('row', { name: 'elsewhere' }).getByText('draft', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'elsewhere' }).click();
    await page.getByRole('link', { name: 'Continue with them' }).click();
    expect(await field.inputValue()).toBe('7');
    expect(await page.evaluate(() => ({ ...sessionStorage }))).toEqual({});
  });

  it('asks at the provider’s page where the session there is over, too, and keeps drafts for the same user', async () => {
    const page = await signedInBefore('/caches', 'alice');
    await page.getByLabel('Owner').fill('of alice');
    await pass(page);
    await page.context().clearCookies();
    const before = authorizations().length;
    await again(page).click();
    await page.getByLabel('Name').waitFor();
    expect(authorizations().slice(before)).toEqual([
      expect.stringContaining('prompt=none'),
      expect.not.stringContaining('prompt='),
    ]);
    await signInThere(page, 'alice');
    await back(page);
    expect(page.url()).toBe(`${host.service.url}/console/caches`);
    await expect.poll(() => page.getByLabel('Owner').inputValue()).toBe('of alice');
  });

  it('shows nobody what another had typed', async () => {
    const page = await signedInBefore('/caches', 'alice');
    await page.getByLabel('Owner').fill('secret of alice');
    await pass(page);
    await page.context().clearCookies();
    await again(page).click();
    await signInThere(page, 'bob');
    await back(page);
    await page.getByLabel('Owner').waitFor();
    expect(await page.locator('.user').textContent()).toBe('bob');
    expect(await page.getByLabel('Owner').inputValue()).toBe('');
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain('secret of alice');
  });

  it('keeps drafts and the values that check the answer, but no token, while the page is away', async () => {
    const page = await signedInBefore('/caches', 'alice');
    await page.getByLabel('Owner').fill('typed before');
    await pass(page);
    await page.context().clearCookies();
    await again(page).click();
    await page.getByLabel('Name').waitFor();
    // A place of the console without its script, which would take out what lies there.
    await page.goto(`${host.service.url}/console/static/app.css`);
    const kept: Record<string, string> = await page.evaluate(() => ({ ...sessionStorage }));
    expect(Object.keys(kept).toSorted()).toEqual(['freshet.drafts', 'freshet.sign-in']);
    expect(kept['freshet.drafts']).toContain('typed before');
    expect(JSON.stringify(kept)).not.toContain('eyJ');
  });

  it('has each of two tabs come back to its own place and drafts', async () => {
    const first = await signedInBefore('/caches', 'alice');
    const second = await signedInBefore('/caches?state=failing', 'alice', first.context());
    await first.getByLabel('Owner').fill('first');
    await second.getByLabel('Owner').fill('second');
    await pass(first);
    await again(second).waitFor();
    await Promise.all([again(first).click(), again(second).click()]);
    await Promise.all([back(first), back(second)]);
    await expect.poll(() => first.getByLabel('Owner').inputValue()).toBe('first');
    await expect.poll(() => second.getByLabel('Owner').inputValue()).toBe('second');
  });

  it('keeps what became of actions, and sends none again, where the service refuses a token amid one', async () => {
    await loaded('refused');
    const expired = await expiredToken();
    const page = await host.open('/caches?resource=refused');
    await signInThere(page, 'alice');
    await page.getByRole('button', { name: 'Refresh refused' }).waitFor();
    await refuse(page, '**/api/v1/caches/*/refresh/**', expired);
    const count = origin.count;
    await page.getByRole('button', { name: 'Refresh refused' }).click();
    await results(page).getByText('Failed', { exact: true }).waitFor();
    await page.unroute('**/api/v1/caches/*/refresh/**');
    const before = await results(page).textContent();
    expect(before).toMatch(/Request [\w-]{8,}/);
    await again(page).click();
    await back(page);
    expect(await results(page).textContent()).toBe(before);
    expect(origin.count).toBe(count);
    await page.getByRole('button', { name: 'Refresh refused' }).click();
    await results(page).getByText('Loaded: version').waitFor();
    expect(origin.count).toBe(count + 1);
  });

  it('says of an action that ran that it was left alone', async () => {
    await loaded('running');
    let open = (): void => undefined;
    origin.gate = new Promise((resolve) => {
      open = resolve;
    });
    const page = await signedInBefore('/caches?resource=running', 'alice');
    const before = origin.count;
    await page.getByRole('button', { name: 'Refresh running' }).click();
    await results(page).getByText('Running', { exact: true }).waitFor();
    await expect.poll(() => origin.count).toBe(before + 1);
    await pass(page);
    await again(page).click();
    await back(page);
    await results(page).getByText('Outcome unknown').waitFor();
    origin.gate = null;
    open();
    await expect.poll(async () => (await list('running'))[0]?.version).toBe(2);
    expect(origin.count).toBe(before + 1);
    await results(page).getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => results(page).textContent()).toBe('');
  });

  it('goes nowhere while the browser has no room for what was typed; a token lets one continue', async () => {
    const page = await signedInBefore('/caches', 'alice');
    await page.getByLabel('Owner').fill('typed before');
    await page.evaluate(() => {
      for (let length = 2 ** 22; length >= 1; length /= 2) {
        try {
          for (let n = 0; n < 9; n++) sessionStorage.setItem(`${length}-${n}`, 'x'.repeat(length));
        } catch {}
      }
    });
    await pass(page);
    await again(page).click();
    await page.getByRole('alert').filter({ hasText: 'no room to keep what you typed' }).waitFor();
    expect(page.url()).toBe(`${host.service.url}/console/caches`);
    await page.getByRole('button', { name: 'Paste a token instead' }).click();
    await page.getByText('Paste a token instead').last().click();
    await page.getByLabel('Token').fill(await provider.adminToken());
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // Another user starts again; the same one would find it.
    expect(await page.locator('.user').textContent()).toBe('app');
    expect(await page.getByLabel('Owner').inputValue()).toBe('');
  });
});
