/** The browser that the other files test in is a real one: same-origin rules hold, tabs are processes, stores have their limits. */

import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chromium, DiskProfile, open } from '../../../scripts/browser/chromium.ts';
import { Site } from '../../../scripts/browser/site.ts';
import { isThere } from '../../../scripts/test/needs.ts';
import { clearStorage, crash, freeze, push, setOffline, setQuota, setVisible, thaw } from '../support/controls.ts';
import { BAD_LINE, Line } from '../support/line.ts';

const LARGE_BYTES = 1_000_000;

describe.skipIf(!isThere('browser'))('the browser of the tests', () => {
  let chromium: Chromium;
  let site: Site;
  let other: Site;
  let profile: BrowserContext;

  beforeAll(async () => {
    [chromium, site, other] = await Promise.all([
      Chromium.start(),
      Site.start({
        modules: { pushworker: 'client/test/support/pages/push-worker.ts' },
        files: { '/large.bin': new Uint8Array(LARGE_BYTES) },
      }),
      Site.start(),
    ]);
    profile = await chromium.profile();
  });
  afterAll(async () => {
    await chromium?.stop();
    await Promise.all([site?.stop(), other?.stop()]);
  });

  /** Keeps a lock in the page until it ends. */
  const lock = (page: Page) =>
    page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          void navigator.locks.request('one', () => {
            resolve();
            return new Promise(() => undefined);
          });
        }),
    );
  /** Whether a tab gets the lock at once. */
  const isLocked = (page: Page) =>
    page.evaluate(() => navigator.locks.request('one', { ifAvailable: true }, (held) => held === null));
  const fetched = (page: Page, url: string) =>
    page.evaluate((address) => fetch(address).then(({ status }) => status, String), url);

  it('refuses an answer of another origin without CORS headers', async () => {
    const page = await open(profile, site.url);
    expect(await fetched(page, site.url)).toBe(200);
    expect(await fetched(page, other.url)).toContain('Failed to fetch');
  });

  it('has two tabs, which share locks and channels, and of which one lives when the other dies', async () => {
    const [one, two] = [await open(profile, site.url), await open(profile, site.url)];
    const heard = await two.evaluateHandle(() => {
      const channel = new BroadcastChannel('all');
      return { first: new Promise((resolve) => channel.addEventListener('message', ({ data }) => resolve(data))) };
    });
    await one.evaluate(() => new BroadcastChannel('all').postMessage('from the first'));
    expect(await heard.evaluate(async ({ first }) => await first)).toBe('from the first');
    await lock(one);
    expect(await isLocked(two)).toBe(true);
    await crash(one);
    await expect.poll(() => isLocked(two)).toBe(false);
    expect(await two.evaluate(() => 1 + 1)).toBe(2);
  });

  it('keeps the stores of two profiles apart', async () => {
    const [one, two] = [await open(profile, site.url), await chromium.page(site.url)];
    await one.evaluate(() => localStorage.setItem('name', 'value'));
    expect(await two.evaluate(() => localStorage.getItem('name'))).toBeNull();
  });

  it('is not a secure context by a name that is not loopback', async () => {
    const at = (url: string) =>
      open(profile, url).then((page) =>
        page.evaluate(() => [isSecureContext, typeof crypto.subtle, typeof navigator.locks]),
      );
    expect(await at(site.url)).toEqual([true, 'object', 'object']);
    expect(await at(site.insecureUrl)).toEqual([false, 'undefined', 'undefined']);
  });

  it('is offline as told', async () => {
    const alone = await chromium.profile();
    const page = await open(alone, site.url);
    await setOffline(alone, true);
    expect([await fetched(page, site.url), await page.evaluate(() => navigator.onLine)]).toEqual([
      expect.stringContaining('Failed to fetch'),
      false,
    ]);
    await setOffline(alone, false);
    expect([await fetched(page, site.url), await page.evaluate(() => navigator.onLine)]).toEqual([200, true]);
  });

  /** Reads a large file over a line; how many bytes came, and how it ended. */
  const download = (page: Page, line: Line) =>
    page.evaluate(async (url) => {
      let bytes = 0;
      try {
        const { body } = await fetch(url);
        for await (const piece of body as unknown as AsyncIterable<Uint8Array>) bytes += piece.length;
        return { bytes, end: 'whole' };
      } catch {
        return { bytes, end: 'cut' };
      }
    }, `${line.url}/large.bin`);

  it('has a line that breaks within a body, is down, and up again', async () => {
    const line = await Line.to(site.port);
    const page = await chromium.page(`${line.url}/`);
    // Slow enough for the page to take pieces before the break, which drops what it has not taken.
    line.bytesPerS = LARGE_BYTES;
    const broken = line.cutAfter(LARGE_BYTES / 2);
    const { bytes, end } = await download(page, line);
    await broken;
    line.bytesPerS = null;
    expect(end).toBe('cut');
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(LARGE_BYTES);
    line.isDown = true;
    expect(await download(page, line)).toEqual({ bytes: 0, end: 'cut' });
    line.isDown = false;
    expect(await download(page, line)).toEqual({ bytes: LARGE_BYTES, end: 'whole' });
    await line.stop();
  });

  it('has a line of 50 kbit/s, where pieces of a body come one by one', async () => {
    const line = await Line.to(site.port);
    const page = await chromium.page(`${line.url}/`);
    line.bytesPerS = BAD_LINE;
    const answer = download(page, line);
    await expect.poll(() => line.passed).toBeGreaterThan(2000);
    line.cut();
    const { bytes, end } = await answer;
    expect(end).toBe('cut');
    expect(bytes).toBeLessThan(LARGE_BYTES);
    await line.stop();
  });

  it('gives no more room than told', async () => {
    const page = await chromium.page(site.url);
    await setQuota(page, 1_000_000);
    const stored = page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const opening = indexedDB.open('full', 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('all', { autoIncrement: true });
        opening.onsuccess = () => resolve(opening.result);
      });
      for (let time = 0; time < 40; time += 1) {
        const change = database.transaction('all', 'readwrite');
        change.objectStore('all').add(crypto.getRandomValues(new Uint8Array(65_536)));
        const fault = await new Promise((resolve) => {
          change.oncomplete = () => resolve(null);
          change.onabort = () => resolve(change.error?.name);
        });
        if (fault !== null) return fault;
      }
      return 'all stored';
    });
    expect(await stored).toBe('QuotaExceededError');
  });

  it('clears what an open page has stored', async () => {
    const page = await chromium.page(site.url);
    const closed = await page.evaluateHandle(
      () =>
        new Promise<{ closed: Promise<string> }>((resolve) => {
          const opening = indexedDB.open('cleared', 1);
          opening.onsuccess = () => {
            const database = opening.result;
            resolve({ closed: new Promise((tell) => database.addEventListener('close', () => tell('closed'))) });
          };
        }),
    );
    await clearStorage(page);
    expect(await closed.evaluate(async (told) => await told.closed)).toBe('closed');
    expect(await page.evaluate(() => indexedDB.databases())).toEqual([]);
  });

  it('freezes a tab, whose timers then stand still', async () => {
    const page = await chromium.page(site.url);
    const watcher = await open(page.context(), site.url);
    await watcher.evaluate(() => {
      const told: unknown[] = [];
      Object.assign(globalThis, { told });
      new BroadcastChannel('ticks').addEventListener('message', ({ data }) => told.push(data));
    });
    await page.evaluate(() => {
      const channel = new BroadcastChannel('ticks');
      document.addEventListener('freeze', () => channel.postMessage('freeze'));
      document.addEventListener('resume', () => channel.postMessage('resume'));
      setInterval(() => channel.postMessage('tick'), 10);
    });
    const told = () => watcher.evaluate(() => (globalThis as unknown as { told: string[] }).told);
    await expect.poll(async () => (await told()).includes('tick')).toBe(true);
    await freeze(page);
    await expect.poll(async () => (await told()).at(-1)).toBe('freeze');
    // Thirty ticks of another tab's clock.
    await watcher.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect((await told()).at(-1)).toBe('freeze');
    await thaw(page);
    await expect.poll(async () => (await told()).at(-1)).toBe('tick');
    expect(await told()).toContain('resume');
  });

  it('puts a tab behind others, and back', async () => {
    const page = await chromium.page(site.url);
    await page.evaluate(() => {
      const told: string[] = [];
      Object.assign(globalThis, { told });
      document.addEventListener('visibilitychange', () => told.push(document.visibilityState));
    });
    await setVisible(page, false);
    await setVisible(page, true);
    expect(await page.evaluate(() => (globalThis as unknown as { told: string[] }).told)).toEqual([
      'hidden',
      'visible',
    ]);
  });

  it('gives a page another day, by the clock of the driver', async () => {
    const page = await chromium.page(site.url);
    await page.clock.install({ time: new Date('2030-01-01T00:00:00Z') });
    expect(await page.evaluate(() => new Date().getUTCFullYear())).toBe(2030);
  });

  it('delivers a push message to a service worker', async () => {
    const page = await chromium.page(site.url);
    await page.evaluate(async () => {
      Object.assign(globalThis, {
        pushed: new Promise((resolve) => {
          navigator.serviceWorker.addEventListener('message', ({ data }) => resolve(data));
          navigator.serviceWorker.startMessages();
        }),
      });
      await navigator.serviceWorker.register('/pushworker.js', { type: 'module' });
      await navigator.serviceWorker.ready;
    });
    await push(page, 'wake up');
    expect(await page.evaluate(() => (globalThis as unknown as { pushed: Promise<string> }).pushed)).toBe('wake up');
  });

  it('keeps a profile on disk, also when the browser is killed', async () => {
    const first = await DiskProfile.start();
    const { folder } = first;
    const page = await first.page(site.url);
    await page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const opening = indexedDB.open('kept', 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('all');
        opening.onsuccess = () => resolve(opening.result);
      });
      const change = database.transaction('all', 'readwrite', { durability: 'strict' });
      change.objectStore('all').put('value', 'name');
      await new Promise((resolve) => change.addEventListener('complete', resolve));
    });
    await first.kill();
    const second = await DiskProfile.start({ folder });
    const names = await (await second.page(site.url)).evaluate(() => indexedDB.databases());
    await second.stop();
    expect(names.map(({ name }) => name)).toEqual(['kept']);
  });
});
