/** A walk through the console along its own links, so that it comes to screens that are new. */

import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import { ConsoleHost } from './console.ts';
import { goTo, isRead } from './places.ts';

/** Addresses beyond this many are of the same few screens. */
const MOST_PLACES = 40;

/** A service with something of each kind: the demo, and a webhook. */
export async function hostWithAll(): Promise<ConsoleHost> {
  const devVars = `ORIGIN_HOOK=whsec_${randomBytes(32).toString('base64')}`;
  const host = await ConsoleHost.start({ devVars, env: { RATE_LIMITS: 'off' } });
  await host.api('PUT', '/webhooks/erp/', {
    url: `${host.service.originUrl}/hook`,
    secrets: [`\${ORIGIN_HOOK}`],
    events: ['cache.failing'],
  });
  return host;
}

/** Visits what links lead to, one address of each shape; which they were. */
export async function walk(page: Page, visit: (page: Page) => Promise<void>): Promise<string[]> {
  const seen = new Map<string, string>();
  const ahead = ['/console', '/console/caches?resource=cars'];
  for (let place = ahead.shift(); place !== undefined && seen.size < MOST_PLACES; place = ahead.shift()) {
    const shape = place.replace(/[\da-f-]{16,}/g, '<key>').replace(/=[^&]*/g, '=');
    if (seen.has(shape)) continue;
    seen.set(shape, place);
    await goTo(page, place.slice('/console'.length));
    await isRead(page);
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

/** Presses each button of a screen, those of dialogs that open too. @param but the name of one that is left out */
export async function pressAll(page: Page, { but = '' } = {}): Promise<void> {
  await page.evaluate(async (leftOut) => {
    const pressed = new Set([leftOut]);
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
  }, but);
  await isRead(page);
}
