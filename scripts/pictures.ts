/**
 * `npm run pictures`: takes the pictures of the README again, from the real service with its demo in a real Chromium.
 * Takes several minutes, because the events on the charts must happen first. Numbers and times differ between runs; the
 * screens do not.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Chromium } from './browser/chromium.ts';
import { readCommandLine } from './lib/command-line.ts';
import { Service } from './lib/started-service.ts';
import { Demo } from './pictures/demo.ts';
import { FOLDER, PICTURES, type Picture, THEMES } from './pictures/list.ts';

readCommandLine(
  `Usage: npm run pictures
Takes the pictures of the README again, in about six minutes. It has no options.`,
  {},
);

const QUALITY = 82;

const [service, chromium] = await Promise.all([Service.start({ env: { RATE_LIMITS: 'off' } }), Chromium.start()]);
try {
  const demo = new Demo(service);
  console.log('… keeping the demo busy for some minutes');
  await demo.beBusy();
  await demo.fail();
  mkdirSync(FOLDER, { recursive: true });
  for (const picture of PICTURES) await take(picture);
} finally {
  await chromium.stop();
  await service.stop();
}

async function take({ name, link, path, viewport, ready }: Picture): Promise<void> {
  const address = (await service.lineWith(link)).trim();
  const page = await chromium.page(address, { viewport, timezoneId: 'UTC' });
  await page.locator(ready.first).first().waitFor();
  if (path !== undefined) await goTo(page, path);
  await page.locator(ready.last).last().waitFor();
  await page.waitForLoadState('networkidle');
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const file = join(FOLDER, `${name}-${theme}.webp`);
    const bytes = await pictureOf(page);
    writeFileSync(file, bytes);
    console.log(`${file}: ${bytes.length} bytes`);
  }
  await page.context().close();
}

/** As WebP, which Playwright's own screenshots do not support. */
async function pictureOf(page: Page): Promise<Buffer> {
  // A chart changes its colours one frame after the page.
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
  return Buffer.from(data, 'base64');
}

/** Navigates as a link does, because the sign-in is in the memory of the page. */
async function goTo(page: Page, path: string): Promise<void> {
  const address = JSON.stringify(path);
  await page.evaluate(`history.replaceState(null, '', ${address}); dispatchEvent(new PopStateEvent('popstate'));`);
}
