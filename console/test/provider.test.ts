/** Sign-in at a real provider: the way there and back, and out (oidc-provider). */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { INSECURE_HOST } from '../../scripts/browser/chromium.ts';
import { isThere } from '../../scripts/test/needs.ts';
import { AUDIENCE } from '../../test/e2e/support/provider.ts';
import { Asked } from './support/asked.ts';
import { violationsIn } from './support/axe.ts';
import { ConsoleHost } from './support/console.ts';
import { LIGHT, type Look, looksOf } from './support/looks.ts';
import { CLIENT_ID, SignInProvider } from './support/sign-in-provider.ts';

const NARROW: Look = ['dark, on a phone', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }];
const LOOKS = looksOf(NARROW, LIGHT);

const KNOWN = { knowsApi: true, describesItself: true };

describe.skipIf(!isThere('browser'))('the console with a provider', () => {
  let provider: SignInProvider;
  let host: ConsoleHost;

  beforeAll(async () => {
    provider = await SignInProvider.start();
    host = await ConsoleHost.start({ devVars: provider.devVars, env: { RATE_LIMITS: 'off' } });
    provider.admit(host.service.url);
  });
  afterEach(async () => {
    await host?.closeProfiles();
    Object.assign(provider, { tokenS: 3600, audience: AUDIENCE, allowsPages: true, isAway: false, ...KNOWN });
  });
  afterAll(async () => {
    expect(host?.complaints).toEqual([]);
    await host?.stop();
    await provider?.stop();
  });

  const atProvider = (page: Page) => page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  async function signInThere(page: Page, name: string): Promise<void> {
    await atProvider(page);
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Continue' }).click();
  }
  const isIn = (page: Page) => page.getByRole('navigation', { name: 'Screens' }).waitFor();
  const button = (page: Page) => page.getByRole('button', { name: /^Sign in at 127/ });
  const said = async (page: Page, text: string | RegExp) => {
    await page.getByRole('alert').filter({ hasText: text }).waitFor();
    return (await page.getByRole('alert').filter({ hasText: text }).textContent()) ?? '';
  };

  it('leads visitors to the provider and back to where they wanted', async () => {
    const page = await host.open('/me');
    await signInThere(page, 'alice');
    await isIn(page);
    expect(page.url()).toBe(`${host.service.url}/console/me`);
    await page.getByText('cache:admin').waitFor();
    expect(await page.locator('.user').textContent()).toBe('alice');
    expect(await page.locator('header').textContent()).toMatch(/[56]\d min left/);
  });

  it('asks by code with PKCE, state and nonce, and for what the settings say', async () => {
    const page = await host.open('');
    await atProvider(page);
    const asked = new URL(
      provider.asked.findLast((line) => line.startsWith('GET /auth?'))?.slice(4) ?? '',
      provider.url,
    );
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      client_id: CLIENT_ID,
      redirect_uri: `${host.service.url}/console/callback`,
      response_type: 'code',
      scope: expect.stringMatching(/^openid cache:read/),
      resource: AUDIENCE,
      code_challenge_method: 'S256',
      ...Object.fromEntries(
        ['code_challenge', 'state', 'nonce'].map((name) => [name, expect.stringMatching(/^[\w-]{43}$/)]),
      ),
    });
  });

  it('leaves no token and no code in addresses, history, stores and referrers', async () => {
    const page = await host.open('/caches?state=failing');
    const asked = new Asked(page);
    await signInThere(page, 'alice');
    await isIn(page);
    await page.getByRole('heading', { name: 'Caches' }).waitFor();
    const token = await tokenOf(page);
    expect(token).toMatch(/^eyJ/);
    const code = new URL(asked.urls.find((url) => url.includes('/console/callback')) ?? '').searchParams.get('code');
    expect(code).toBeTruthy();

    const session = await page.context().newCDPSession(page);
    const { entries } = await session.send('Page.getNavigationHistory');
    expect(entries.map(({ url }) => url)).toContain(`${host.service.url}/console/caches?state=failing`);
    const kept = await page.evaluate(() => [
      { ...localStorage },
      { ...sessionStorage },
      document.cookie,
      location.href,
    ]);
    const log = await readFile(join(host.service.stateDir, 'freshet.log'), 'utf8');
    for (const secret of [token, code ?? '']) {
      expect(log).not.toContain(secret);
      expect(JSON.stringify(entries)).not.toContain(secret);
      expect(JSON.stringify(kept)).not.toContain(secret);
      expect(JSON.stringify(asked.requests.map((request) => request.headers().referer ?? ''))).not.toContain(secret);
      expect(provider.asked.join('\n')).not.toContain(token);
    }
    expect(kept[1]).toEqual({});
    expect(await page.evaluate(() => document.referrer)).not.toContain('code');
    // The code goes to the callback and nowhere else by an address.
    expect(asked.urls.filter((url) => url.includes(code ?? ''))).toHaveLength(1);
  });

  it('signs in by itself again at a reload, since the provider knows the user', async () => {
    const page = await host.open('/me');
    await signInThere(page, 'alice');
    await isIn(page);
    await page.reload();
    await isIn(page);
    expect(page.url()).toBe(`${host.service.url}/console/me`);
  });

  it('takes each tab back to its own place', async () => {
    const profile = await host.profile();
    const first = await host.openIn(profile, '/me');
    const second = await host.openIn(profile, '/caches?resource=cars');
    await atProvider(first);
    await signInThere(second, 'alice');
    await isIn(second);
    await signInThere(first, 'alice');
    await isIn(first);
    expect([first.url(), second.url()].map((url) => url.slice(host.service.url.length))).toEqual([
      '/console/me',
      '/console/caches?resource=cars',
    ]);
  });

  it('signs out here and there, and does not sign in again by itself', async () => {
    const page = await host.open('/me');
    await signInThere(page, 'alice');
    await isIn(page);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign out?' }).waitFor();
    expect(page.url()).not.toContain('eyJ');
    await page.getByRole('button', { name: 'Yes' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.reload();
    await page.getByText('You are signed out.').waitFor();
    expect(page.url()).toBe(`${host.service.url}/console/signed-out`);
    await button(page).click();
    await signInThere(page, 'bob');
    await isIn(page);
    expect(page.url()).toBe(`${host.service.url}/console`);
    expect(await page.locator('.user').textContent()).toBe('bob');
  });

  it('asks, and goes nowhere, when somebody comes back by the button of the browser', async () => {
    const page = await host.open('/me');
    await atProvider(page);
    await page.goBack();
    await button(page).waitFor();
    expect(page.url()).toBe(`${host.service.url}/console/me`);
    await page.reload();
    await atProvider(page);
  });

  it('takes a token instead, such as while the provider is down', async () => {
    const page = await host.open('/me');
    await atProvider(page);
    await page.goBack();
    await page.getByText('Paste a token instead').click();
    await page.getByLabel('Token').fill(await provider.adminToken());
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await isIn(page);
    // There is no session at the provider to end.
    await page.getByRole('button', { name: 'Sign out' }).click();
    await button(page).waitFor();
    expect(page.url()).toBe(`${host.service.url}/console/me`);
  });

  describe('says what went wrong and what to do', () => {
    it('where the provider does not let the user in', async () => {
      const page = await host.open('/me');
      await atProvider(page);
      await page.getByRole('button', { name: 'Deny' }).click();
      const text = await said(page, 'does not let you in');
      expect(text).toContain('access_denied: not assigned to this app');
      expect(text).toContain('Ask the administrator of the provider');
      expect(page.url()).toBe(`${host.service.url}/console/me`);
      await page.getByLabel('Language').selectOption('ru');
      expect(await said(page, 'Провайдер не разрешил вам войти')).toContain('Попросите администратора');
      await page.getByLabel('Язык').selectOption('en');
      await button(page).click();
      await signInThere(page, 'alice');
      await isIn(page);
    });

    it('where an answer belongs to no sign-in of this tab', async () => {
      const page = await host.open('/callback?code=stolen&state=of-another');
      await said(page, 'does not belong to a sign-in that began in this tab');
      expect(page.url()).toBe(`${host.service.url}/console`);
    });

    it('where the state is another', async () => {
      const page = await host.open('/me');
      await atProvider(page);
      await page.addInitScript(() => {
        const kept = sessionStorage.getItem('freshet.sign-in');
        if (kept !== null) sessionStorage.setItem('freshet.sign-in', kept.replace(/"state":"./, '"state":"~'));
      });
      const before = provider.asked.length;
      await signInThere(page, 'alice');
      await said(page, 'does not belong to a sign-in that began in this tab');
      expect(provider.asked.slice(before).filter((line) => line.includes('/token'))).toEqual([]);
    });

    it('where the nonce is another', async () => {
      const page = await host.open('/me');
      await atProvider(page);
      await page.addInitScript(() => {
        const kept = sessionStorage.getItem('freshet.sign-in');
        if (kept !== null) sessionStorage.setItem('freshet.sign-in', kept.replace(/"nonce":"./, '"nonce":"~'));
      });
      await signInThere(page, 'alice');
      await said(page, 'ID token that does not belong to this sign-in');
    });

    it('where the verifier is another: the provider gives no token', async () => {
      const page = await host.open('/me');
      await atProvider(page);
      await page.addInitScript(() => {
        const kept = sessionStorage.getItem('freshet.sign-in');
        if (kept !== null) sessionStorage.setItem('freshet.sign-in', kept.replace(/"verifier":"./, '"verifier":"~'));
      });
      await signInThere(page, 'alice');
      expect(await said(page, 'The provider no longer accepts its own answer')).toContain('invalid_grant');
    });

    it('where the provider refuses what the settings ask for', async () => {
      provider.knowsApi = false;
      const page = await host.open('/me');
      const text = await said(page, 'The provider refused the sign-in');
      expect(text).toContain('invalid_target: no such API');
      expect(text).toContain('CONSOLE_OIDC_PARAMS');
    });

    it('where the provider does not describe itself', async () => {
      provider.describesItself = false;
      const page = await host.open('/me');
      expect(await said(page, 'The discovery document of the provider is missing')).toContain('CONSOLE_OIDC_ISSUER');
    });

    it('where the page did not come over https', async () => {
      const page = await host.open(`http://${INSECURE_HOST}:${host.service.port}/console/me`);
      expect(await said(page, 'was not loaded over https')).toContain('or paste a token');
    });

    it('where the token is meant for another service', async () => {
      provider.audience = 'urn:another';
      const page = await host.open('/me');
      await signInThere(page, 'alice');
      const text = await said(page, 'the service does not accept its token');
      expect(text).toContain('JWT_AUDIENCE');
      expect(text).toMatch(/Request [\w-]{8,}/);
      provider.audience = AUDIENCE;
      await button(page).click();
      await isIn(page);
    });

    it('where the provider does not let the page ask (CORS)', async () => {
      provider.allowsPages = false;
      const page = await host.open('/me');
      await signInThere(page, 'alice');
      expect(await said(page, 'The browser got no answer from the provider')).toContain('CORS');
    });

    it('where the provider is down, and a token still works', async () => {
      const page = await host.open('/me');
      await atProvider(page);
      await page.goBack();
      await button(page).waitFor();
      provider.isAway = true;
      await button(page).click();
      await said(page, 'The browser got no answer from the provider');
      provider.isAway = false;
      await page.getByText('Paste a token instead').click();
      await page.getByLabel('Token').fill(await provider.adminToken());
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await isIn(page);
    });
  });

  it.each(LOOKS)('has no fault that axe finds, while it asks, in error and signed out: %s', async (_way, options) => {
    provider.describesItself = false;
    const page = await host.open('/me', options);
    await said(page, 'The discovery document of the provider is missing');
    expect(await violationsIn(page)).toEqual([]);
    await page.getByText('Paste a token instead').click();
    await page.getByLabel('Token').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    provider.describesItself = true;
    await page.goto(`${host.service.url}/console/signed-out`);
    await page.getByText('You are signed out.').waitFor();
    expect(await violationsIn(page)).toEqual([]);
  });

  it('shows its page within the policy, which names the provider', async () => {
    const policy = (await fetch(`${host.service.url}/console`)).headers.get('Content-Security-Policy');
    expect(policy).toContain(`connect-src 'self' ${host.service.url.replace('http', 'ws')} ${provider.url};`);
  });
});

/** What the page sends with its requests. */
async function tokenOf(page: Page): Promise<string> {
  const asked = page.waitForRequest((request) => request.url().includes('/api/v1/'));
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  return ((await asked).headers().authorization ?? '').replace('Bearer ', '');
}
