/** Who may only look (`cache:inspect`): nothing on any screen changes anything, whichever screens there are. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { Asked } from './support/asked.ts';
import type { ConsoleHost } from './support/console.ts';
import { hostWithAll, pressAll, walk } from './support/walk.ts';

describe.skipIf(!isThere('browser'))('with cache:inspect the console', () => {
  let host: ConsoleHost;
  let starts: readonly string[];

  beforeAll(async () => {
    ({ host, starts } = await hostWithAll());
  });
  afterAll(async () => {
    expect(host?.complaints).toEqual([]);
    await host?.stop();
  });

  it('shows no action that writes, and nothing that is pressed sends one; to cache:admin the same walk shows some', {
    timeout: 600_000,
  }, async () => {
    const page = await host.signedIn('', { scope: 'cache:inspect', user: 'auditor' });
    const asked = new Asked(page);
    const mayLook = new Set<string>();
    const places = await walk(page, starts, async () => {
      for (const name of await buttonsOf(page)) mayLook.add(name);
      await pressAll(page);
    });
    expect(places).toEqual(expect.arrayContaining([...starts]));
    expect(asked.writes).toEqual([]);

    const admin = await host.signedIn('', { user: 'auditor' });
    const mayWrite = new Set<string>();
    await walk(admin, starts, async () => {
      for (const name of await buttonsOf(admin)) mayWrite.add(name);
    });
    const more = [...mayWrite.difference(mayLook)];
    expect(more).toContain('Refresh');
    expect(more).toContain('Purge…');
  });
});

const buttonsOf = (page: Page) => page.locator('main button').allTextContents();
