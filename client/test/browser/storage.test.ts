/** A device whose browser takes its store away, has no room or has none at all, against a real service. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isThere } from '../../../scripts/test/needs.ts';
import { clearStorage, setQuota } from '../support/controls.ts';
import { Devices, type DeviceTab } from '../support/devices.ts';
import type { Fault } from '../support/failing-indexed-db.ts';
import type * as DevicePage from '../support/pages/device-page.ts';

declare const device: typeof DevicePage;

const PATIENCE = { timeout: 60_000 };
const START_MS = 180_000;
const QUOTA_BYTES = 1_000_000;
const byNumber = (a: string, b: string) => Number(a.split('-')[1]) - Number(b.split('-')[1]);

describe.skipIf(!isThere('browser'))('a device whose store fails', { timeout: START_MS }, () => {
  let devices: Devices;

  beforeAll(async () => {
    devices = await Devices.start();
  }, START_MS);
  afterEach(() => devices?.clear());
  afterAll(() => devices?.stop(), START_MS);

  const cached = (...titles: string[]) => ({ caches: titles.map((title) => [title, {}] as const) });
  const ready = (page: DeviceTab, title: string) => page.evaluate((name) => device.ready(name), title);
  const shown = (page: DeviceTab, title: string) => page.evaluate((name) => device.shown(name), title);
  const storage = async (page: DeviceTab, title: string) => (await shown(page, title)).status.storage;
  const kept = (page: DeviceTab) => page.evaluate(() => device.kept());
  const log = (page: DeviceTab) => page.evaluate(() => device.log());
  const check = (page: DeviceTab) => page.evaluate(() => device.check());
  /** The device shows what the service has, and nothing was thrown at the app. */
  const expectCurrent = async (page: DeviceTab, title: string, version: number) => {
    await expect.poll(async () => (await shown(page, title)).version, PATIENCE).toBe(version);
    expect(devices.fault(title, await shown(page, title))).toBeNull();
    expect((await log(page)).faults).toEqual([]);
  };

  it('stores everything again where the user clears the store while it is open, without a moment without rows (invariants 1, 10)', async () => {
    await devices.define('cleared');
    const profile = await devices.profile();
    const [one, two] = [await devices.tab(profile, cached('cleared')), await devices.tab(profile, cached('cleared'))];
    for (const tab of [one, two]) await ready(tab, 'cleared');
    await clearStorage(one);
    const next = await devices.change('cleared');
    await check(two);
    for (const tab of [one, two]) await expectCurrent(tab, 'cleared', next.version);
    await expect
      .poll(async () => (await kept(one)).map((cache) => devices.fault('cleared', cache)), PATIENCE)
      .toEqual([null]);
    for (const tab of [one, two]) {
      expect(await storage(tab, 'cleared')).not.toBe('memory');
      const heard = await tab.evaluate(() => device.heard('cleared'));
      expect(heard.map((one) => devices.fault('cleared', one)).filter((fault) => fault !== null)).toEqual([]);
    }
  });

  it('evicts what is least used and not pinned where there is no room (invariant 11)', async () => {
    const titles = Array.from({ length: 12 }, (_, n) => `room-${n}`);
    await Promise.all(titles.map((title) => devices.define(title, { changes: 0 })));
    const profile = await devices.profile();
    const page = await devices.page(profile);
    // Before the first use: the browser takes the room that it found for a while.
    await setQuota(page, QUOTA_BYTES);
    await devices.openClient(page);
    for (const title of titles) {
      const keep = title === titles[0] ? 'pinned' : 'lru';
      await page.evaluate(([name, how]) => device.hold(name, {}, { keep: how }), [title, keep] as const);
      await ready(page, title);
      await page.evaluate((name) => device.release(name), title);
    }
    const [pinned, ...others] = titles;
    const held = (await page.evaluate(() => device.held())).map(({ title }) => title).toSorted(byNumber);
    expect(held.length).toBeLessThan(titles.length);
    expect(held).toEqual([pinned, ...others.slice(1 - held.length)]);
    expect(await storage(page, others.at(-1) ?? '')).toBe('best-effort');
    const events = (await log(page)).events.map(({ name }) => name);
    expect(events.filter((name) => name === 'store.evicted')).toHaveLength(titles.length - held.length);
    const faults = (await kept(page)).map((cache) => devices.fault(cache.title, cache));
    expect(new Set(faults)).toEqual(new Set([null]));
  });

  it('continues in memory where even that makes no room, and says so (invariants 10, 11)', async () => {
    await devices.define('large');
    const profile = await devices.profile();
    const page = await devices.page(profile);
    await setQuota(page, 60_000);
    await devices.openClient(page, cached('large'));
    await ready(page, 'large');
    await expect.poll(() => storage(page, 'large'), PATIENCE).toBe('memory');
    const next = await devices.change('large');
    await check(page);
    await expectCurrent(page, 'large', next.version);
  });

  it('continues in memory where there is no IndexedDB, and says so (invariant 10)', async () => {
    await devices.define('without');
    const profile = await devices.profile();
    await profile.context.addInitScript(() => {
      Object.defineProperty(globalThis, 'indexedDB', { value: undefined });
    });
    const [one, two] = [await devices.tab(profile, cached('without')), await devices.tab(profile, cached('without'))];
    for (const tab of [one, two]) await ready(tab, 'without');
    const next = await devices.change('without');
    for (const tab of [one, two]) {
      await check(tab);
      await expectCurrent(tab, 'without', next.version);
      expect(await storage(tab, 'without')).toBe('memory');
    }
  });

  it('continues where IndexedDB is gone after a while, as on iOS, and stores when it is back (invariant 10)', async () => {
    await devices.define('gone');
    const profile = await devices.profile();
    const page = await devices.tab(profile, cached('gone'));
    await ready(page, 'gone');
    await page.evaluate(() => device.setGone(true));
    const next = await devices.change('gone');
    await check(page);
    await expectCurrent(page, 'gone', next.version);
    expect(await storage(page, 'gone')).toBe('memory');
    await page.evaluate(() => device.setGone(false));
    await expect.poll(() => storage(page, 'gone'), PATIENCE).toBe('best-effort');
    expect((await kept(page)).map((cache) => [devices.fault('gone', cache), cache.version])).toEqual([
      [null, next.version],
    ]);
    const { events } = await log(page);
    expect(events.map(({ name }) => name)).toEqual(expect.arrayContaining(['store.lost', 'store.healed']));
  });

  const FAULTS: readonly Fault[] = ['throws', 'fails', 'closes', 'dies', 'silent', 'full', 'unreadable'];
  it.each(FAULTS)(
    'shows what the service has, and stores it or says that it does not, where a step of the store now and then: %s (invariants 1, 2, 10)',
    async (fault) => {
      const title = `faults-${fault}`;
      await devices.define(title);
      const profile = await devices.profile();
      const page = await devices.tab(profile, { ...cached(title), patienceMs: 2000 });
      await ready(page, title);
      await page.evaluate((name) => device.failEvery(name, 7), fault);
      let next = await devices.change(title);
      await check(page).catch(() => undefined);
      await expectCurrent(page, title, next.version);
      await page.evaluate(() => device.failEvery(null, 0));
      next = await devices.change(title);
      await check(page);
      await expectCurrent(page, title, next.version);
      const faults = (await kept(page)).map((cache) => devices.fault(title, cache));
      expect(faults.filter((one) => one !== null)).toEqual([]);
      if ((await storage(page, title)) !== 'memory') {
        expect((await kept(page)).map(({ version }) => version)).toEqual([next.version]);
      }
      const heard = await page.evaluate((name) => device.heard(name), title);
      expect(heard.map((one) => devices.fault(title, one)).filter((one) => one !== null)).toEqual([]);
    },
  );
});
