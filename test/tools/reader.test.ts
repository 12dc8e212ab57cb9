/** The reader of the API at `/docs`, in a real Chromium. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chromium, type PageOptions } from '../../scripts/browser/chromium.ts';
import { isThere } from '../../scripts/test/needs.ts';
import { Service } from '../e2e/support/service.ts';

const PHONE = { width: 390, height: 844 };
const AUTHORIZE_OR_LOG_OUT = '.auth-btn-wrapper .modal-btn.auth:not(.btn-done)';
/** An operation, by its tag and id. */
const READ = '#operations-Data-readCache';

describe.skipIf(!isThere('browser'))('the reader', () => {
  let service: Service;
  let chromium: Chromium;

  beforeAll(async () => {
    [service, chromium] = await Promise.all([Service.start({ env: { DEMO: '0' } }), Chromium.start()]);
  }, 180_000);
  afterAll(async () => {
    await chromium?.stop();
    await service?.stop();
  }, 60_000);

  async function reader(options: PageOptions = {}): Promise<Page> {
    const page = await chromium.page(`${service.url}/docs`, options);
    await page.waitForSelector('.opblock');
    return page;
  }
  async function open(page: Page): Promise<void> {
    await page.goto(`${service.url}/docs`);
    await page.waitForSelector('.opblock');
  }
  const authorized = (page: Page) =>
    page.evaluate<string | null>("reader.authSelectors.authorized().getIn(['bearer', 'value']) ?? null");

  it('keeps the token for the tab alone, until one logs out', async () => {
    const page = await reader();
    await page.click('.btn.authorize');
    await page.fill('.auth-container input', 'a.b.c');
    await page.click(AUTHORIZE_OR_LOG_OUT);
    await open(page);
    await expect.poll(() => authorized(page)).toBe('a.b.c');
    expect(await page.evaluate('localStorage.length')).toBe(0);
    expect(await authorized(await reader())).toBeNull();
    await page.click('.btn.authorize');
    await page.click(AUTHORIZE_OR_LOG_OUT);
    await open(page);
    expect(await authorized(page)).toBeNull();
  });

  it.each(['light', 'dark'] as const)('has the colours of a system in %s mode', async (colorScheme) => {
    const page = await reader({ colorScheme });
    const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const text = await page.evaluate<string>("getComputedStyle(document.querySelector('.info p')).color");
    const [brightest] = [ground, text].toSorted((one, other) => brightness(other) - brightness(one));
    expect(brightest).toBe(colorScheme === 'light' ? ground : text);
  });

  it('is no wider than a phone, also with an operation open', async () => {
    const page = await reader({ viewport: PHONE });
    await page.click(`${READ} .opblock-summary-control`);
    await page.waitForSelector(`${READ} .responses-table`);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
  });

  it('shows what stands between < and >, and leads to what each problem means', async () => {
    const page = await reader();
    await page.click(`${READ} .opblock-summary-control`);
    await page.waitForSelector(`${READ} .parameters`);
    expect(await page.evaluate(`document.querySelector('${READ}').innerText`)).toContain('v<a>-v<b>');
    expect(await page.evaluate(`document.querySelector('nav a').getAttribute('href')`)).toBe('/docs/problems');
  });
});

/** Of a colour as `getComputedStyle` gives it, 0 to 765. */
function brightness(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return red + green + blue;
}
