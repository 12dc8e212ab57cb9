/** A walk through the whole console: each screen, by its address and by the links of the others. */

import type { Page } from 'playwright-core';
import { ConsoleHost } from './console.ts';
import { DEMO_START, demoValues, goTo, isRead, placesWith } from './places.ts';

/** Addresses beyond this many are of the same few screens. */
const MOST_PLACES = 40;

/** A service with something of each kind, and where its screens are. */
export async function hostWithAll(): Promise<{ host: ConsoleHost; starts: readonly string[] }> {
  const host = await ConsoleHost.start({ ...DEMO_START, env: { RATE_LIMITS: 'off' } });
  const places = placesWith(await demoValues(host)).map(({ path }) => `/console${path}`);
  return { host, starts: [...places, '/console/caches?resource=cars'] };
}

/** Visits places and what their links lead to, one address of each shape; which they were. */
export async function walk(
  page: Page,
  starts: readonly string[],
  visit: (page: Page) => Promise<void>,
): Promise<string[]> {
  const seen = new Map<string, string>();
  const ahead = [...starts];
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

/** Presses each button of a screen, those of dialogs that open too, with something typed where a form demands it. @param but the name of one that is left out */
export async function pressAll(page: Page, { but = '' } = {}): Promise<void> {
  await page.evaluate(async (leftOut) => {
    const pressed = new Set([leftOut]);
    for (;;) {
      const buttons = [...document.querySelectorAll<HTMLButtonElement>('main button')];
      const next = buttons.find((button) => !button.disabled && !pressed.has(nameOf(button)));
      if (next === undefined) return;
      pressed.add(nameOf(next));
      for (const field of next.form?.querySelectorAll<HTMLInputElement>('input:required') ?? []) {
        field.value ||= 'x';
        field.dispatchEvent(new Event('input', { bubbles: true }));
      }
      next.click();
      // Its content appears after the next frame.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }
    function nameOf(button: HTMLButtonElement): string {
      return button.getAttribute('aria-label') ?? button.textContent ?? '';
    }
  }, but);
  await isRead(page);
}
