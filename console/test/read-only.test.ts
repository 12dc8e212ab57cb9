/** Who may only look (`cache:inspect`): nothing on any screen changes anything, whichever screens there are. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import type { ConsoleHost } from './support/console.ts';
import { hostWithAll, pressAll, walk } from './support/walk.ts';

describe.skipIf(!isThere('browser'))('with cache:inspect the console', () => {
  let host: ConsoleHost;
  let starts: readonly string[];

  beforeAll(async () => {
    ({ host, starts } = await hostWithAll());
  });
  afterAll(async () => {
    await host?.stop();
  });

  it('shows no action that writes, and nothing that is pressed sends one', { timeout: 600_000 }, async () => {
    const page = await host.signedIn('', { scope: 'cache:inspect', user: 'auditor' });
    const written: string[] = [];
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (!['GET', 'HEAD'].includes(request.method())) written.push(`${request.method()} ${pathname}`);
    });
    const places = await walk(page, starts, pressAll);
    expect(places).toEqual(expect.arrayContaining([...starts]));
    expect(written).toEqual([]);
    expect(host.complaints).toEqual([]);
  });

  it('shows more to cache:admin on the same walk, so that the walk would have found it', {
    timeout: 600_000,
  }, async () => {
    const [mayLook, mayWrite] = [new Set<string>(), new Set<string>()];
    for (const [scope, names] of [
      ['cache:inspect', mayLook],
      ['cache:admin', mayWrite],
    ] as const) {
      const page = await host.signedIn('', { scope, user: 'auditor' });
      await walk(page, starts, async () => {
        for (const name of await page.locator('main button').allTextContents()) names.add(name);
      });
    }
    const more = [...mayWrite.difference(mayLook)];
    expect(more).toContain('Refresh');
    expect(more).toContain('Purge…');
  });
});
