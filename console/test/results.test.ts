/** What is shown of actions: the newest results, earlier ones as a count, and never so many that they cover the screen. */

import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { folded, MOST_KEPT, type Result, withNewest } from '../src/api/kept-results.ts';
import { violationsIn } from './support/axe.ts';
import { startedConsole, startedOrigin } from './support/suite.ts';

const PHONE = { width: 320, height: 640 };
const TITLES = ['a', 'b', 'c', 'd', 'e'];

describe('results of actions', () => {
  const of = (id: number, state: Result['state'] = 'done'): Result => ({
    ...{ id, state, title: '', text: '', problem: null, requestId: null, stop: null },
  });
  const filled = (states: Readonly<Record<number, Result['state']>> = {}) =>
    Array.from({ length: MOST_KEPT }, (_, n) => of(MOST_KEPT - n, states[MOST_KEPT - n]));

  it('are kept up to a number; then the oldest that succeeded goes', () => {
    const all = withNewest(of(0), filled({ 1: 'failed', 2: 'running' }));
    expect(all).toHaveLength(MOST_KEPT);
    expect(all[0]?.id).toBe(0);
    expect(all.map(({ id }) => id)).not.toContain(3);
    expect(all.slice(-2).map(({ id }) => id)).toEqual([2, 1]);
  });

  it('that failed go only where none has succeeded, those that run never', () => {
    const failed = Object.fromEntries(Array.from({ length: MOST_KEPT }, (_, n) => [n + 1, 'failed' as const]));
    const all = withNewest(of(0, 'running'), filled({ ...failed, 1: 'running' }));
    expect(all.map(({ id }) => id)).not.toContain(2);
    expect(all.at(-1)?.id).toBe(1);
  });

  it('are shown while they are few', () => {
    const { shown, earlier } = folded([of(3), of(2), of(1)]);
    expect([shown.length, earlier.map(({ id }) => id)]).toEqual([2, [1]]);
  });
});

describe.skipIf(!isThere('browser'))('the console after many actions', () => {
  const host = startedConsole();
  const origin = startedOrigin();

  beforeAll(async () => {
    origin.rows('buick');
    await host.api('PUT', '/resources/many/', {
      origin: { url: `${origin.url}/many{?name}`, conditional: false },
      parameters: { type: 'object', properties: { name: { type: 'string' } } },
      retry: { max_attempts: 1, backoff_s: 1 },
      tables: [{ name: 'rows', rows: '', columns: ['id', 'name'] }],
    });
    for (const name of TITLES) await host.api('POST', '/cache/refresh/', { resource_title: 'many', name });
    const versions = async () =>
      (await host.api<{ version: number | null }[]>('GET', '/caches/?resource_title=many')).map(
        ({ version }) => version,
      );
    await vi.waitFor(async () => expect(await versions()).toEqual(TITLES.map(() => 1)), { timeout: 60_000 });
  });

  const results = (page: Page) => page.getByRole('region', { name: 'Results of actions' });
  const earlier = (page: Page) => results(page).locator('summary');
  const button = (page: Page, name: string) =>
    page.getByRole('button', { name: `Refresh many {"name":"${name}"}`, exact: true });
  const refresh = (page: Page, name: string) => button(page, name).click();

  it('shows the newest on a phone, folds the others into a count, and covers none of its controls', async () => {
    const page = await host.signedIn('/caches?resource=many', { viewport: PHONE });
    const [first = '', ...others] = TITLES;
    origin.fail(404, 'no such list');
    await refresh(page, first);
    await results(page).getByText('Failed', { exact: true }).waitFor();
    origin.rows('buick', 'fiat');
    for (const [at, name] of others.entries()) {
      await refresh(page, name);
      await expect.poll(() => results(page).getByText('Loaded: version', { exact: false }).count()).toBe(at + 1);
    }
    // What was loaded just now was loaded in the past.
    expect(await page.locator('td[data-label="Loaded"]').allTextContents()).toEqual(
      TITLES.map(() => expect.stringMatching(/ago|now/)),
    );
    const shown = results(page).locator('.result');
    expect(await shown.filter({ visible: true }).count()).toBe(2);
    expect(await earlier(page).textContent()).toMatch(/^3 earlier results.*Failed: 1$/);
    expect(await violationsIn(page)).toEqual([]);
    const [below, above] = [await page.locator('main h1').boundingBox(), await results(page).boundingBox()];
    expect(below?.y).toBeGreaterThanOrEqual((above?.y ?? 0) + (above?.height ?? 0));
    expect(above?.height).toBeLessThan(PHONE.height / 2);
    await earlier(page).click();
    await results(page).getByText('no such list').waitFor();
    expect(await shown.filter({ visible: true }).count()).toBe(5);
  });

  it('takes all away that have ended at once, and none that runs', async () => {
    const page = await host.signedIn('/caches?resource=many');
    await refresh(page, 'a');
    await results(page).getByText('Loaded: version').waitFor();
    expect(await results(page).getByRole('button', { name: 'Dismiss all' }).count()).toBe(0);
    await refresh(page, 'b');
    await expect.poll(() => results(page).getByText('Loaded: version').count()).toBe(2);
    let open = (): void => undefined;
    origin.gate = new Promise((resolve) => {
      open = resolve;
    });
    await refresh(page, 'c');
    await results(page).getByText('Running').waitFor();
    await results(page).getByRole('button', { name: 'Dismiss all' }).click();
    await expect.poll(() => results(page).locator('.result').count()).toBe(1);
    await results(page).getByText('Running').waitFor();
    origin.gate = null;
    open();
    await results(page).getByText('Loaded: version').waitFor();
  });
});
