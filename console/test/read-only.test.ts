/** Who may only look (`cache:inspect`): nothing on any screen changes anything, whichever screens there are. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { ConsoleHost } from './support/console.ts';

/** Addresses beyond this many are of the same few screens. */
const MOST_PLACES = 30;

describe.skipIf(!isThere('browser'))('with cache:inspect the console', () => {
  let host: ConsoleHost;

  beforeAll(async () => {
    host = await ConsoleHost.start();
  });
  afterAll(async () => {
    await host?.stop();
  });

  it('shows no action that writes, and nothing that is pressed sends one', async () => {
    const page = await host.signedIn('', { scope: 'cache:inspect', user: 'auditor' });
    const written: string[] = [];
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (!['GET', 'HEAD'].includes(request.method())) written.push(`${request.method()} ${pathname}`);
    });
    const places = await walk(page, pressAll);
    expect(places.length).toBeGreaterThan(3);
    expect(written).toEqual([]);
    expect(host.complaints).toEqual([]);
  });

  it('shows more to cache:admin on the same walk, so that the walk would have found it', async () => {
    const [mayLook, mayWrite] = [new Set<string>(), new Set<string>()];
    for (const [scope, names] of [
      ['cache:inspect', mayLook],
      ['cache:admin', mayWrite],
    ] as const) {
      const page = await host.signedIn('', { scope, user: 'auditor' });
      await walk(page, async () => {
        for (const name of await page.locator('main button').allTextContents()) names.add(name);
      });
    }
    const more = [...mayWrite.difference(mayLook)];
    expect(more).toContain('Refresh');
    expect(more).toContain('Purge…');
  });
});

/** Visits what links lead to, one address of each shape; which they were. */
async function walk(page: Page, visit: (page: Page) => Promise<void>): Promise<string[]> {
  const seen = new Map<string, string>();
  const ahead = ['/console', '/console/caches?resource=cars'];
  for (let place = ahead.shift(); place !== undefined && seen.size < MOST_PLACES; place = ahead.shift()) {
    const shape = place.replace(/[\da-f-]{16,}/g, '<key>').replace(/=[^&]*/g, '=');
    if (seen.has(shape)) continue;
    seen.set(shape, place);
    await page.evaluate((address) => {
      history.pushState(null, '', address);
      dispatchEvent(new PopStateEvent('popstate'));
    }, place);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0);
    ahead.push(...(await linksOf(page)));
    await visit(page);
  }
  return [...seen.values()];
}

function linksOf(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLAnchorElement>('a[href^="/console"]')].map(
      (link) => link.getAttribute('href') ?? '',
    ),
  );
}

/** Presses each button of a screen, those of dialogs that open too. */
async function pressAll(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const pressed = new Set<string>();
    for (;;) {
      const buttons = [...document.querySelectorAll<HTMLButtonElement>('main button')];
      const next = buttons.find((button) => !button.disabled && !pressed.has(nameOf(button)));
      if (next === undefined) return;
      pressed.add(nameOf(next));
      next.click();
      // What it shows stands there after the next frame.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }
    function nameOf(button: HTMLButtonElement): string {
      return button.getAttribute('aria-label') ?? button.textContent ?? '';
    }
  });
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0);
}
