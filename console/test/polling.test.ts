/** How often the console asks for what runs: as often as the service lets it, from the first question on. */

import { describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { Asked } from './support/asked.ts';
import { enterToken } from './support/console.ts';
import { BARE, startedConsole, startedOrigin } from './support/suite.ts';

const POLL_S = 3;

describe.skipIf(!isThere('browser'))('where CONSOLE_POLL_S is 3 the console', () => {
  const host = startedConsole({ ...BARE, devVars: `CONSOLE_POLL_S=${POLL_S}` });
  const origin = startedOrigin();

  it('asks for what runs after three seconds, and every three seconds from then on', async () => {
    let open = (): void => undefined;
    origin.gate = new Promise((resolve) => {
      open = resolve;
    });
    await host.api('PUT', '/resources/slow/', {
      origin: { url: `${origin.url}/rows`, conditional: false },
      tables: [{ name: 'rows', rows: '', columns: ['id', 'name'] }],
    });
    await host.api('POST', '/cache/refresh/', { resource_title: 'slow' });
    const caches = () => host.api<{ key: string }[]>('GET', '/caches/?resource_title=slow');
    await expect.poll(async () => (await caches()).length).toBe(1);
    const [cache] = await caches();
    await expect.poll(() => origin.count).toBe(1);
    const page = await host.open(`/caches/${cache?.key}`);
    // The page must set its timers by this clock, so it is loaded again.
    await page.clock.install();
    await page.reload();
    const asked = new Asked(page);
    // Without `cache:refresh` or `cache:admin` no stream reports it.
    await enterToken(page, await host.service.token('admin', { scope: 'cache:inspect' }));
    await page.getByText('STARTED').waitFor();
    // From here on only `runFor` advances time: the machine's own clock does not count.
    await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1000);
    await asked.settled();
    const before = asked.urls.length;
    const since = () => asked.urls.slice(before).map((url) => new URL(url).pathname);
    const tasks = `/api/v1/caches/${cache?.key}/tasks/`;
    await page.clock.runFor(POLL_S * 1000);
    await expect.poll(since).toEqual([tasks]);
    await page.clock.runFor(3 * POLL_S * 1000);
    await expect.poll(since).toEqual(Array(4).fill(tasks));
    open();
  });
});
