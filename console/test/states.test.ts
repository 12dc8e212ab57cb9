/** Each screen with nothing to show, with nothing that it may show, and without a service. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { Asked } from './support/asked.ts';
import { violationsIn } from './support/axe.ts';
import { DARK, DARK_ON_PHONE, LIGHT, LIGHT_AT_HALF, looksOf } from './support/looks.ts';
import { goTo, isRead, NOTHING, placesWith } from './support/places.ts';
import { startedConsole } from './support/suite.ts';

/** Looking at all screens takes longer the more there are. */
const ALL_MS = 180_000;

describe.skipIf(!isThere('browser'))('the screens of a console', () => {
  const host = startedConsole({ env: { DEMO: '0' } });
  const places = placesWith(NOTHING);

  /** Goes to each screen, and holds it against axe and something else. */
  async function each(page: Page, look: (path: string) => Promise<unknown>): Promise<void> {
    for (const { path } of places) {
      await goTo(page, path);
      await isRead(page);
      await look(path);
      expect([path, await violationsIn(page)]).toEqual([path, []]);
    }
  }

  describe.each(looksOf(LIGHT, DARK, LIGHT_AT_HALF, DARK_ON_PHONE))('%s', { timeout: ALL_MS }, (_, options) => {
    it('that has nothing say so, or what there is not', async () => {
      const page = await host.signedIn('', options);
      await each(page, async (path) => {
        const said = page.locator('.empty, .problem, dl, tbody tr, form');
        expect([path, await said.count()]).not.toEqual([path, 0]);
      });
    });

    it('say what a token does not allow, whole and with what the log has it by', async () => {
      const page = await host.signedIn('', { ...options, scope: 'cache:read' });
      let refusals = 0;
      await each(page, async () => {
        for (const said of await page.locator('.problem').allTextContents()) {
          refusals++;
          expect(said).toMatch(/cache:inspect|cache:admin|not-found/);
          expect(said).toMatch(/Request [\w-]{8,}/);
        }
      });
      expect(refusals).toBeGreaterThan(3);
    });

    it('keep what they have while there is no service, and say so', async () => {
      const page = await host.signedIn('', options);
      const asked = new Asked(page);
      const asking = new Set<string>();
      for (const { path } of places) {
        const before = asked.ofApi.length;
        await goTo(page, path);
        await isRead(page);
        if (asked.ofApi.length > before) asking.add(path);
      }
      expect(asking.size).toBeGreaterThan(3);
      await page.context().setOffline(true);
      await each(page, async (path) => {
        if (!asking.has(path)) return;
        await page.getByText('The service did not answer.').first().waitFor();
        expect([path, await page.getByRole('button', { name: 'Try again' }).count()]).not.toEqual([path, 0]);
      });
      await goTo(page, '');
      await page.getByText('The service did not answer.').first().waitFor();
      await page.context().setOffline(false);
      const again = page.getByRole('button', { name: 'Try again' });
      await again.evaluateAll((all) => {
        for (const button of all) (button as HTMLElement).click();
      });
      await expect.poll(() => page.getByText('The service did not answer.').count()).toBe(0);
    });

    it('that cannot be loaded offer to load the page again', async () => {
      const page = await host.signedIn('', options);
      await page.context().setOffline(true);
      await goTo(page, '/caches');
      await page.getByRole('button', { name: 'Load the page again' }).waitFor();
      expect(await violationsIn(page)).toEqual([]);
    });
  });
});
