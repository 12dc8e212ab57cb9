/** Every screen of the console by its address: those of `shell/screens.ts`, so that a new one is tested, too. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PROJECT } from '../../../scripts/lib/wrangler.ts';
import type { ConsoleHost } from './console.ts';

/** A screen, at one address below `/console`. */
export interface Place {
  pattern: string;
  path: string;
  /** Whether its heading is the name of what it shows. */
  isNamed: boolean;
}

/** The patterns of all screens, such as `/caches/:cacheKey`. They are read as text: the modules need a page. */
export const PATTERNS: readonly string[] = Array.from(
  readFileSync(join(PROJECT, 'console/src/shell/screens.ts'), 'utf8').matchAll(/\bpattern: '([^']*)'/g),
  ([, pattern = '']) => pattern,
);

/** What stands in addresses of screens: values of names in their patterns, and of members of their queries. */
export type Values = Readonly<Record<string, string>>;

/** Screens whose query says what they are of. */
const QUERIES: Readonly<Record<string, readonly string[]>> = { '/devices/device': ['user', 'device'] };

/** The address of each screen. A screen with a name that has no value here cannot be come to: give it one. */
export function placesWith(values: Values): Place[] {
  const valueNamed = (name: string, pattern: string) => {
    const value = values[name];
    if (value !== undefined) return value;
    throw new Error(`console/test/support/places.ts: give a value for ${name} of ${pattern}`);
  };
  return PATTERNS.map((pattern) => {
    const path = pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(valueNamed(name, pattern)));
    const query = new URLSearchParams(
      (QUERIES[pattern] ?? []).map((name): [string, string] => [name, valueNamed(name, pattern)]),
    );
    const isNamed = path !== pattern || query.size > 0;
    return { pattern, path: query.size === 0 ? path : `${path}?${query}`, isNamed };
  });
}

/** Of things that no service has. */
export const NOTHING: Values = {
  cacheKey: '0'.repeat(64),
  taskId: '00000000-0000-8000-8000-000000000000',
  user: 'nobody',
  device: 'none',
  title: 'nothing',
  name: 'nothing',
};

/** What a service with the demo is started with, so that there is one of everything. */
export const DEMO_START = { devVars: `ORIGIN_HOOK=whsec_${Buffer.alloc(32, 7).toString('base64')}` };

/** Of things that the demo has, and a webhook and a source besides. */
export async function demoValues(host: ConsoleHost): Promise<Values> {
  const [cache] = await host.api<{ key: string; last_task_id: string }[]>('GET', '/caches/?resource_title=cars');
  const webhook = { url: `${host.service.originUrl}/nowhere`, secrets: [`\${ORIGIN_HOOK}`] };
  await host.api('PUT', '/webhooks/erp/', webhook);
  await host.api('PUT', '/sources/erp/', { url: host.service.originUrl, concurrency: 2 });
  return {
    cacheKey: cache?.key ?? '',
    taskId: cache?.last_task_id ?? '',
    user: 'alice',
    device: 'tablet-1',
    title: 'cars',
    name: 'erp',
  };
}

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
