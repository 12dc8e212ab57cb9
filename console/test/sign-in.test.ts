/** Ways into the console and out of it, and what its page may do. */

import { describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { enterToken } from './support/console.ts';
import { PHONE } from './support/looks.ts';
import { startedConsole } from './support/suite.ts';

describe.skipIf(!isThere('browser'))('the console', () => {
  const host = startedConsole({ env: { DEMO: '0' } });

  const link = async () => host.service.lineWith(/\/console\/#once=/);

  it('signs in by the link of npm start, once, and keeps its code in no address', async () => {
    const page = await host.open(await link());
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(page.url()).toBe(`${host.service.url}/console/`);
    expect(await page.locator('header').textContent()).toContain('admin');
    expect(await page.locator('header').textContent()).toMatch(/[78] hr left/);

    const late = await host.open(await link());
    await late.getByText('The one-time link was already used').waitFor();
    expect(late.url()).toBe(`${host.service.url}/console/`);
  });

  it('signs in by a pasted token, at the place that was come to', async () => {
    const page = await host.signedIn('/me');
    await page.locator('dl').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Me');
    expect(await page.locator('dl').textContent()).toContain('cache:admin');
  });

  it('signs in when Enter follows the token', async () => {
    const page = await host.open('/me');
    await page.getByLabel('Token').fill(await host.service.token('admin', { scope: 'cache:admin' }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Me' }).waitFor();
  });

  it('has fields for language and colours no higher than a line, also on a phone', async () => {
    const page = await host.open('', { viewport: PHONE });
    await page.getByLabel('Token').waitFor();
    const heights = await page
      .locator('.preferences select')
      .evaluateAll((all) => all.map((field) => field.getBoundingClientRect().height));
    expect(heights).toHaveLength(2);
    expect(Math.max(...heights)).toBeLessThan(60);
  });

  it('keeps the token in the memory of the page alone', async () => {
    const page = await host.signedIn('');
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    expect(kept).not.toContain('eyJ');
    await page.reload();
    await page.getByLabel('Token').waitFor();
  });

  it.each([
    ['nonsense', 'The token was refused.'],
    ['two words', 'The token was refused.'],
  ])('says why it does not take %s', async (token, said) => {
    const page = await host.open('');
    await enterToken(page, token);
    const alert = page.getByRole('alert').filter({ hasText: /./ });
    await alert.waitFor();
    expect((await alert.textContent())?.length).toBeGreaterThan(10);
    if (token.includes(' ')) expect(await alert.textContent()).toContain(said);
    expect(await page.getByLabel('Token').inputValue()).toBe(token);
  });

  it('forgets everything at sign-out', async () => {
    const page = await host.signedIn('/me');
    await page.locator('dl').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    expect(await page.locator('dl').count()).toBe(0);
  });

  it('answers each of its paths with the page and its policy, and no piece that is not there', async () => {
    const { url } = host.service;
    for (const path of ['/console', '/console/', '/console/caches/abc', '/console/a/b/c']) {
      const answer = await fetch(url + path);
      expect([path, answer.status, answer.headers.get('Content-Type')]).toEqual([
        path,
        200,
        'text/html; charset=UTF-8',
      ]);
      const policy = answer.headers.get('Content-Security-Policy') ?? '';
      const local = ((await (await fetch(`${url}/console/config.json`)).json()) as { local: string }).local;
      expect(policy.split('; ')).toEqual([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        `connect-src 'self' ${url.replace('http', 'ws')} ${local}`,
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ]);
      expect(answer.headers.get('Referrer-Policy')).toBe('no-referrer');
      expect(answer.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
      expect(await answer.text()).not.toMatch(/<script(?! type="module" src=)|<style|style=|onclick/);
    }
    const missing = await fetch(`${url}/console/static/chunk-OLD.js`);
    expect([missing.status, await missing.text()]).toEqual([404, '']);
    expect((await fetch(`${url}/console/static/app.js`)).headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect((await fetch(`${url}/console`, { method: 'POST' })).status).toBe(405);
  });
});
