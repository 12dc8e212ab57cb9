/** A device whose line, clock or address is bad, or that sleeps, against a real service. */

import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Site } from '../../../scripts/browser/site.ts';
import { isThere } from '../../../scripts/test/needs.ts';
import { push, setOffline, setVisible } from '../support/controls.ts';
import { Devices, type DeviceTab } from '../support/devices.ts';
import { BAD_LINE, Line } from '../support/line.ts';
import type * as DevicePage from '../support/pages/device-page.ts';
import { RefusingProxy } from '../support/refusing-proxy.ts';

declare const device: typeof DevicePage;

const PATIENCE = { timeout: 60_000 };
const START_MS = 180_000;
const DAY_MS = 86_400_000;
const LARGE_ROWS = 40_000;
/** How many clients are opened and closed (LONG_FORMS: more). */
const OPENED = Number(process.env.OPENED_CLIENTS ?? 50);

describe.skipIf(!isThere('browser'))('a device on a bad line', { timeout: START_MS }, () => {
  let devices: Devices;
  let origin: Site;

  beforeAll(async () => {
    const items = Array.from({ length: LARGE_ROWS }, (_, id) => ({ id, text: randomBytes(16).toString('hex') }));
    [devices, origin] = await Promise.all([
      Devices.start(),
      Site.start({ files: { '/large.json': JSON.stringify({ items }) } }),
    ]);
  }, START_MS);
  afterEach(() => devices?.clear());
  afterAll(() => Promise.all([devices?.stop(), origin?.stop()]), START_MS);

  const cached = (...titles: string[]) => ({ caches: titles.map((title) => [title, {}] as const) });
  const ready = (page: DeviceTab, title: string) => page.evaluate((name) => device.ready(name), title);
  const shown = (page: DeviceTab, title: string) => page.evaluate((name) => device.shown(name), title);
  const version = async (page: DeviceTab, title: string) => (await shown(page, title)).version;
  const sync = async (page: DeviceTab, title: string) => (await shown(page, title)).status.sync;
  const kept = (page: DeviceTab) => page.evaluate(() => device.kept());
  const log = (page: DeviceTab) => page.evaluate(() => device.log());
  const check = (page: DeviceTab) => page.evaluate(() => device.check());
  /** So many ms pass, by the page's clock, in which nothing is to happen. */
  const pass = (page: DeviceTab, ms: number) =>
    page.evaluate((time) => new Promise((resolve) => setTimeout(resolve, time)), ms);

  it('shows what it holds where there is no network, says that it is offline, and asks once when there is (invariants 7, 12)', async () => {
    await devices.define('offline');
    const profile = await devices.profile();
    const before = await devices.tab(profile, cached('offline'));
    const { shown: first } = await ready(before, 'offline');
    await before.close();
    const page = await devices.page(profile);
    await setOffline(profile.context, true);
    const asked = profile.asked.length;
    await devices.openClient(page, { ...cached('offline'), live: 'poll' });
    const { shown: second } = await ready(page, 'offline');
    expect([second.version, second.hash]).toEqual([first.version, first.hash]);
    await expect.poll(() => sync(page, 'offline'), PATIENCE).toBe('offline');
    await pass(page, 6000);
    expect(profile.asked.length - asked).toBeLessThanOrEqual(7);
    expect(await page.evaluate(() => device.status())).toMatchObject({ sync: 'offline' });
    const next = await devices.change('offline');
    const refused = profile.asked.length;
    await setOffline(profile.context, false);
    await expect.poll(() => version(page, 'offline'), PATIENCE).toBe(next.version);
    await pass(page, 3000);
    expect(profile.asked.slice(refused).map(({ path }) => path)).toEqual(['sync/']);
    expect(await sync(page, 'offline')).toBe('idle');
    expect((await log(page)).faults).toEqual([]);
  });

  it('says in all tabs that it is offline as soon as the service is gone, and no other state before', async () => {
    await devices.define('gone');
    const line = await Line.to(devices.service.port);
    const profile = await devices.profile();
    const live = { ...cached('gone'), url: `${line.url}/api/v1`, live: 'socket' as const };
    const tabs = [await devices.tab(profile, live), await devices.tab(profile, live)];
    const states = async (tab: DeviceTab) => (await log(tab)).states;
    for (const tab of tabs) await expect.poll(async () => (await states(tab)).at(-1), PATIENCE).toBe('live');
    await line.stop();
    for (const tab of tabs) {
      await expect.poll(async () => (await states(tab)).at(-1), PATIENCE).not.toBe('live');
      expect((await states(tab)).at(-1)).toBe('offline');
      expect(await sync(tab, 'gone')).toBe('offline');
    }
  });

  it('asks once for all of its tabs when there is a network again (invariants 7, 13)', async () => {
    const titles = ['many-1', 'many-2', 'many-3'];
    for (const title of titles) await devices.define(title);
    const profile = await devices.profile();
    const live = { ...cached(...titles), live: 'poll' as const };
    const tabs = [await devices.tab(profile, live), await devices.tab(profile, live), await devices.tab(profile, live)];
    for (const tab of tabs) for (const title of titles) await ready(tab, title);
    await setOffline(profile.context, true);
    for (const tab of tabs) await expect.poll(() => sync(tab, 'many-1'), PATIENCE).toBe('offline');
    const next = await Promise.all(titles.map((title) => devices.change(title)));
    const asked = profile.asked.length;
    await setOffline(profile.context, false);
    for (const tab of tabs) {
      for (const [n, title] of titles.entries())
        await expect.poll(() => version(tab, title), PATIENCE).toBe(next[n]?.version);
    }
    expect(profile.asked.slice(asked).map(({ path }) => path)).toEqual(['sync/']);
  });

  it('continues with a first load from its last byte where the line is slow and breaks (invariants 2, 3)', async () => {
    const table = { name: 'large', rows: '/items', columns: ['id', 'text'] };
    await devices.define('large', { origin: { url: `${origin.url}large.json`, table } });
    const line = await Line.to(devices.service.port);
    const profile = await devices.profile();
    line.bytesPerS = BAD_LINE;
    const page = await devices.tab(profile, { ...cached('large'), url: `${line.url}/api/v1` });
    await expect
      .poll(async () => (await shown(page, 'large')).status.progress?.bytes ?? 0, PATIENCE)
      .toBeGreaterThan(0);
    line.bytesPerS = null;
    for (let cut = 0; cut < 3; cut += 1) await line.cutAfter(300_000);
    const { shown: first } = await ready(page, 'large');
    expect(devices.fault('large', first)).toBeNull();
    expect(first.rows).toBe(LARGE_ROWS);
    const reads = profile.asked.filter(({ path }) => path.startsWith('rpc/large/'));
    const froms = reads.map(({ headers }) => Number(/^bytes=(\d+)-$/.exec(headers.range ?? 'bytes=0-')?.[1]));
    expect(froms.at(-1)).toBeGreaterThan(0);
    expect(froms).toEqual(froms.toSorted((a, b) => a - b));
    expect(await kept(page)).toMatchObject([{ version: first.version, hash: first.hash }]);
    await line.stop();
  });

  it.each([DAY_MS, -DAY_MS])(
    'asks no more, and tells right ages, where its clock is %i ms off (invariant 15)',
    async (offMs) => {
      await devices.define('clock');
      const profile = await devices.profile();
      await profile.context.addInitScript((ms) => {
        const now = Date.now.bind(Date);
        Date.now = () => now() + ms;
      }, offMs);
      const page = await devices.tab(profile, { ...cached('clock'), live: 'poll', pollS: 2 });
      await ready(page, 'clock');
      const next = await devices.change('clock');
      await expect.poll(() => version(page, 'clock'), PATIENCE).toBe(next.version);
      const asked = profile.asked.length;
      await pass(page, 6000);
      expect(profile.asked.length - asked).toBeLessThanOrEqual(4);
      const { status } = await shown(page, 'clock');
      const ages = [status.checkedAt, status.loadedAt].map((at) => Date.now() + offMs - (at ?? 0));
      for (const age of ages) expect(Math.abs(age)).toBeLessThan(60_000);
      // The service spreads what expires: at most by a tenth.
      const livesMs = (status.expiresAt ?? 0) - (status.loadedAt ?? 0);
      expect(livesMs).toBeGreaterThan(3_000_000);
      expect(livesMs).toBeLessThanOrEqual(3_600_000);
      expect((await log(page)).asked.length).toBeLessThanOrEqual(2);
    },
  );

  describe('that sleeps', () => {
    it.each([
      ['its timers tell it', false],
      ['it is looked at', true],
    ])('asks once when %s, and at once (invariants 7, 13)', async (_when, isHidden) => {
      await devices.define('slept');
      const profile = await devices.profile();
      const page = await devices.page(profile);
      await page.clock.install();
      await devices.openClient(page, { ...cached('slept'), live: 'poll' });
      await ready(page, 'slept');
      await expect.poll(() => sync(page, 'slept'), PATIENCE).toBe('idle');
      const next = await devices.change('slept');
      const asked = profile.asked.length;
      if (isHidden) await setVisible(page, false);
      // Less than the time between two checks.
      await page.clock.fastForward(300_000);
      if (isHidden) {
        expect(profile.asked).toHaveLength(asked);
        await setVisible(page, true);
      }
      await expect.poll(() => version(page, 'slept'), PATIENCE).toBe(next.version);
      expect(profile.asked).toHaveLength(asked + 1);
    });
  });

  it('polls where a proxy refuses sockets, and does not say that it is live (invariant 7)', async () => {
    await devices.define('proxied');
    const proxy = await RefusingProxy.before(devices.service.port);
    const profile = await devices.profile();
    const page = await devices.tab(profile, {
      ...cached('proxied'),
      url: `${proxy.url}/api/v1`,
      live: 'socket',
      pollS: 3,
    });
    await ready(page, 'proxied');
    await expect.poll(() => proxy.refused, PATIENCE).toBeGreaterThan(0);
    const next = await devices.change('proxied');
    await expect.poll(() => version(page, 'proxied'), PATIENCE).toBe(next.version);
    expect(await sync(page, 'proxied')).toBe('idle');
    expect((await page.evaluate(() => device.status())).sync).toBe('idle');
    expect((await log(page)).states).not.toContain('live');
    await proxy.stop();
  });

  it('syncs in each tab, and proves its rows by its own script, at an address that is not a secure context (invariants 3, 6)', async () => {
    await devices.define('insecure');
    const profile = await devices.profile();
    const url = devices.site.insecureUrl;
    const tabs = [
      await devices.tab(profile, cached('insecure'), url),
      await devices.tab(profile, cached('insecure'), url),
    ];
    expect(await tabs[0]?.evaluate(() => [isSecureContext, typeof crypto.subtle, typeof navigator.locks])).toEqual([
      false,
      'undefined',
      'undefined',
    ]);
    for (const tab of tabs) {
      const { shown: first } = await ready(tab, 'insecure');
      expect(devices.fault('insecure', first)).toBeNull();
      expect((await tab.evaluate(() => device.status())).leads).toBe(true);
    }
    const next = await devices.change('insecure');
    await Promise.all(tabs.map(check));
    for (const tab of tabs) {
      expect(await version(tab, 'insecure')).toBe(next.version);
      expect(devices.fault('insecure', await shown(tab, 'insecure'))).toBeNull();
    }
    const [first] = tabs as [DeviceTab];
    expect((await kept(first)).map((cache) => [cache.version, devices.fault('insecure', cache)])).toEqual([
      [next.version, null],
    ]);
  });

  it('is checked by a push to the service worker, which shares the store with the tabs', async () => {
    await devices.define('pushed');
    const profile = await devices.profile();
    const page = await devices.tab(profile, cached('pushed'));
    await ready(page, 'pushed');
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/checkworker.js', { type: 'module' });
      await navigator.serviceWorker.ready;
    });
    const next = await devices.change('pushed');
    const message = {
      url: `${devices.service.url}/api/v1`,
      user: 'alice',
      token: await devices.service.token('alice'),
    };
    await push(page, JSON.stringify(message));
    await expect.poll(() => version(page, 'pushed'), PATIENCE).toBe(next.version);
    expect((await kept(page)).map((cache) => [cache.version, devices.fault('pushed', cache)])).toEqual([
      [next.version, null],
    ]);
    await page.close();
    const later = await devices.change('pushed');
    const other = await devices.page(profile);
    await push(other, JSON.stringify(message));
    // Before the page has a client: without a token it could lead, and the worker would leave the check to it.
    const versions = () => other.evaluate(async (of) => (await device.kept(of)).map((cache) => cache.version), message);
    await expect.poll(versions, PATIENCE).toEqual([later.version]);
    await devices.openClient(other, { url: message.url, tokens: [null] });
    expect((await kept(other)).map((cache) => cache.version)).toEqual([later.version]);
  });

  it('leaves no timer, listener, lock or socket behind a client that is closed (invariant 17)', async () => {
    await devices.define('closed');
    const profile = await devices.profile();
    await profile.context.addInitScript(() => {
      const timers = new Set<unknown>();
      const [set, clear] = [globalThis.setTimeout, globalThis.clearTimeout];
      const counted = (run: () => void, ms?: number) => {
        const timer = set(() => {
          timers.delete(timer);
          run();
        }, ms);
        timers.add(timer);
        return timer;
      };
      const cleared = (timer?: number) => {
        timers.delete(timer);
        clear(timer);
      };
      Object.assign(globalThis, { setTimeout: counted, clearTimeout: cleared, timers });
    });
    const page = await devices.page(profile);
    const given = {
      ...cached('closed'),
      url: `${devices.service.url}/api/v1`,
      user: 'alice',
      tokens: [await devices.service.token('alice')],
    };
    const left = async () => {
      const session = await profile.context.newCDPSession(page);
      await session.send('HeapProfiler.collectGarbage');
      await session.send('Performance.enable');
      const { metrics } = await session.send('Performance.getMetrics');
      await session.detach();
      const listeners = metrics.find(({ name }) => name === 'JSEventListeners')?.value;
      const there = await page.evaluate(async () => {
        const { held = [], pending = [] } = await navigator.locks.query();
        const { timers } = globalThis as unknown as { timers: Set<unknown> };
        return { locks: held.length + pending.length, timers: timers.size };
      });
      return { listeners, ...there };
    };
    await page.evaluate((one) => device.openOften(one, 1), given);
    // What a closed client had under way comes to rest a moment later.
    await expect.poll(left, PATIENCE).toMatchObject({ locks: 0, timers: 0 });
    const { listeners = 0 } = await left();
    await page.evaluate(([one, times]) => device.openOften(one, times), [given, OPENED] as const);
    await expect.poll(left, PATIENCE).toMatchObject({ locks: 0, timers: 0 });
    await expect.poll(async () => (await left()).listeners, PATIENCE).toBeLessThanOrEqual(listeners);
    expect((await log(page)).faults).toEqual([]);
  });
});
