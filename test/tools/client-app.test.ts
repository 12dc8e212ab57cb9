/** The device client as a user meets it: its tarball installed into a Vite and React app, in a real Chromium. */

import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Line } from '../../client/test/support/line.ts';
import { Chromium, open } from '../../scripts/browser/chromium.ts';
import { isThere } from '../../scripts/test/needs.ts';
import { Api } from '../e2e/support/api.ts';
import { Service } from '../e2e/support/service.ts';
import { SlowOrigin } from '../e2e/support/slow-origin.ts';
import { ViteApp } from './support/vite-app.ts';

describe.skipIf(!isThere('browser') || !isThere('tools/peers'))('an app of Vite and React', () => {
  let service: Service;
  let origin: SlowOrigin;
  let chromium: Chromium;
  let app: ViteApp;
  let line: Line;
  let profile: BrowserContext;
  let address: string;

  beforeAll(async () => {
    app = await ViteApp.start(join(import.meta.dirname, 'apps/vite-react'));
    [service, origin, chromium] = await Promise.all([
      Service.start({ env: { DEMO: '0', RATE_LIMITS: 'off' } }),
      SlowOrigin.start(0),
      Chromium.start(),
    ]);
    line = await Line.to(service.port);
    const admin = await Api.of(service, await service.token('root', { scope: 'cache:admin' }));
    const definition = {
      origin: { url: `${origin.url}/items` },
      tables: [{ name: 'items', rows: '/items', columns: ['id', 'answer'] }],
    };
    expect((await admin.call('resources/items/', { method: 'PUT', body: definition })).status).toBe(201);
    const token = await service.token('alice', { scope: 'cache:read cache:refresh' });
    address = `${app.url}?${new URLSearchParams({ api: `${line.url}/api/v1`, token })}`;
    profile = await chromium.profile();
  }, 180_000);
  afterAll(async () => {
    await chromium?.stop();
    await line?.stop();
    await Promise.all([service?.stop(), origin?.stop(), app?.stop()]);
  }, 60_000);

  const text = (page: Page, selector: string) =>
    page.evaluate<string | null>(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? null`);
  const shown = (page: Page, selector: string) => expect.poll(() => text(page, selector), { timeout: 30_000 });

  it('loads a cache, and shows what a refresh brings', async () => {
    const page = await open(profile, address);
    await shown(page, 'li').toBe('item 1: 1');
    await page.click('button');
    await shown(page, 'li').toBe('item 1: 2');
    await shown(page, '#version').toBe('2');
    await page.close();
  });

  it('shows what it holds while the service cannot be reached, and continues when it can', async () => {
    line.isDown = true;
    const page = await open(profile, address);
    await shown(page, 'li').toBe('item 1: 2');
    await shown(page, '#status').toMatch(/^(offline|failed)$/);
    line.isDown = false;
    await page.reload();
    await shown(page, '#status').toMatch(/^(idle|live)$/);
    await page.close();
  });
});
