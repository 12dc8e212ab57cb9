/** Every screen of the console by its address: what `shell/screens.ts` has, so that a new one is looked at too. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PROJECT } from '../../../scripts/lib/wrangler.ts';

/** A screen, at one address below `/console`. */
export interface Place {
  pattern: string;
  path: string;
}

/** The patterns of all screens, such as `/caches/:cacheKey`. They are read as text: the modules need a page. */
export const PATTERNS: readonly string[] = Array.from(
  readFileSync(join(PROJECT, 'console/src/shell/screens.ts'), 'utf8').matchAll(/\bpattern: '([^']*)'/g),
  ([, pattern = '']) => pattern,
);

/**
 * The address of each screen.
 *
 * @param values of names in patterns; a screen with a name that has none here cannot be come to
 */
export function placesWith(values: Readonly<Record<string, string>>): Place[] {
  return PATTERNS.map((pattern) => ({
    pattern,
    path: pattern.replace(/:(\w+)/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined)
        throw new Error(`console/test/support/places.ts: give a value for ${name} of ${pattern}`);
      return encodeURIComponent(value);
    }),
  }));
}

/** Values of names in patterns, of things that the demo has; the key of a cache comes from the service. */
export const DEMO_VALUES = {
  title: 'cars',
  user: 'alice',
  device: 'tablet-1',
  /** Neither is there: what they show is that. */
  taskId: '00000000-0000-8000-8000-000000000000',
  name: 'erp',
} as const;

/** Goes to a screen as a link does: a new visit would ask for a token. */
export async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate((address) => {
    history.pushState(null, '', address);
    dispatchEvent(new PopStateEvent('popstate'));
  }, `/console${path}`);
}

/** Waits until the screen has what it asked for. */
export async function isRead(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
}
