/** Tabs of one device against a real service: one asks for all, and another continues where it dies, freezes or is left. */

import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { isThere } from '../../../scripts/test/needs.ts';
import { crash, freeze, setVisible, thaw } from '../support/controls.ts';
import { Devices, type DeviceTab, standStill, watchStill } from '../support/devices.ts';
import type * as DevicePage from '../support/pages/device-page.ts';

declare const device: typeof DevicePage;

const PATIENCE = { timeout: 60_000 };
const START_MS = 180_000;
/** Moments of a check in which something new is stored, and some of the next one. */
const MOMENTS = 20;
/** Moments until a tab has loaded what is not held. */
const FIRST_MOMENTS = 60;
/** How many tabs are killed (LONG_FORMS: more). */
const KILLS = Number(process.env.KILLED_TABS ?? 10);
/** How long one of them may take on a busy machine. */
const KILL_MS = 10_000;

/** Whole numbers below a bound, the same at each run (TEST_SEED). */
function chance(): (below: number) => number {
  let seed = Number(inject('seed' as never)) >>> 0;
  return (below) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

describe.skipIf(!isThere('browser'))('tabs of a device', { timeout: START_MS + KILLS * KILL_MS }, () => {
  let devices: Devices;

  beforeAll(async () => {
    devices = await Devices.start();
  }, START_MS);
  afterEach(() => devices?.clear());
  afterAll(() => devices?.stop(), START_MS);

  const cached = (title: string) => ({ caches: [[title, {}]] as const });
  const ready = (page: DeviceTab, title: string) => page.evaluate((name) => device.ready(name), title);
  const shown = (page: DeviceTab, title: string) => page.evaluate((name) => device.shown(name), title);
  const version = async (page: DeviceTab, title: string) => (await shown(page, title)).version;
  const leads = (page: DeviceTab) => page.evaluate(() => device.status().leads);
  const kept = (page: DeviceTab) => page.evaluate(() => device.kept());
  const log = (page: DeviceTab) => page.evaluate(() => device.log());
  const check = (page: DeviceTab) => page.evaluate(() => device.check());
  /** All versions that a tab has told were whole ones of the service, each later than the one before (invariants 1, 4). */
  const expectTold = async (page: DeviceTab, title: string) => {
    const heard = await page.evaluate((name) => device.heard(name), title);
    expect(heard.map((one) => devices.fault(title, one)).filter((fault) => fault !== null)).toEqual([]);
    const versions = heard.map((one) => one.version ?? 0);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect((await log(page)).faults).toEqual([]);
  };

  it('share a copy: one asks the network, and a later one shows it without a request (invariants 3, 6)', async () => {
    await devices.define('shared');
    const profile = await devices.profile();
    const one = await devices.tab(profile, cached('shared'));
    const first = await ready(one, 'shared');
    expect(devices.fault('shared', first.shown)).toBeNull();
    const asked = profile.asked.length;
    const two = await devices.tab(profile, cached('shared'));
    const second = await ready(two, 'shared');
    expect([second.shown.version, second.shown.hash]).toEqual([first.shown.version, first.shown.hash]);
    expect(profile.asked).toHaveLength(asked);
    const next = await devices.change('shared');
    await check(two);
    for (const tab of [one, two]) await expect.poll(() => version(tab, 'shared')).toBe(next.version);
    expect(profile.asked.slice(asked).map(({ path }) => path)).toEqual(['sync/']);
    expect([await leads(one), await leads(two)]).toEqual([true, false]);
    for (const tab of [one, two]) await expectTold(tab, 'shared');
    expect((await log(two)).asked).toEqual([]);
  });

  it('learn of a change made elsewhere by the only socket of the device (invariants 6, 24)', async () => {
    await devices.define('live');
    const profile = await devices.profile();
    const live = { ...cached('live'), live: 'socket' as const };
    const tabs = [await devices.tab(profile, live), await devices.tab(profile, live), await devices.tab(profile, live)];
    for (const tab of tabs) await ready(tab, 'live');
    for (const tab of tabs)
      await expect.poll(async () => (await shown(tab, 'live')).status.sync, PATIENCE).toBe('live');
    const next = await devices.change('live');
    for (const tab of tabs) await expect.poll(() => version(tab, 'live'), PATIENCE).toBe(next.version);
    for (const tab of tabs) await expectTold(tab, 'live');
    expect(profile.sockets).toEqual([tabs[0]]);
    // A ticket, the load, the check that the socket begins with, and the one that the poke set off; with a second try each.
    expect(profile.asked.length).toBeLessThanOrEqual(8);
  });

  it('continue where the one that leads is killed, at any moment, with exactly one version of the service (invariants 2, 3, 4, 6)', async () => {
    await devices.define('killed');
    const profile = await devices.profile();
    const random = chance();
    let leader = await devices.tab(profile, cached('killed'));
    await ready(leader, 'killed');
    const moments: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const other = await devices.tab(profile, cached('killed'));
      await ready(other, 'killed');
      expect(await leads(leader)).toBe(true);
      const next = await devices.change('killed');
      const { moment } = await standStill(leader, 1 + random(MOMENTS));
      const checked = check(other);
      // Where the moment does not come within this check it comes within one of the next.
      const isOver = Promise.race([moment, checked.then(() => check(other))]);
      moments.push((await isOver) ?? 'later');
      await crash(leader);
      const [left] = await kept(other);
      expect(devices.fault('killed', left ?? { version: null, hash: null })).toBeNull();
      await checked;
      await check(other);
      await expect.poll(() => version(other, 'killed'), PATIENCE).toBe(next.version);
      expect((await kept(other)).map((one) => devices.fault('killed', one))).toEqual([null]);
      await expectTold(other, 'killed');
      await leader.close();
      leader = other;
    }
    expect(new Set(moments).size).toBeGreaterThan(KILLS / 10);
  });

  it('load what is not held where the one that loads is killed, at any moment (invariants 2, 3)', async () => {
    await devices.define('first');
    const profile = await devices.profile();
    const moments: string[] = [];
    const random = chance();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const own = { ...cached('first'), user: `alice ${kill}` };
      const victim = await devices.page(profile);
      const { moment } = await watchStill(victim);
      void devices.openClient(victim, { ...own, stopAfter: 1 + random(FIRST_MOMENTS) }).catch(() => undefined);
      const other = await devices.tab(profile, own);
      const first = ready(other, 'first');
      moments.push((await Promise.race([moment, first.then(() => 'later')])) ?? '');
      await crash(victim);
      const faults = (await kept(other)).map((one) => devices.fault('first', one));
      expect(faults.filter((fault) => fault !== null)).toEqual([]);
      expect(devices.fault('first', (await first).shown)).toBeNull();
      expect((await kept(other)).map((one) => devices.fault('first', one))).toEqual([null]);
      await expectTold(other, 'first');
      await Promise.all([victim.close(), other.close()]);
    }
    expect(new Set(moments).size).toBeGreaterThan(KILLS / 10);
  });

  it('continue within ten seconds where the one that leads is frozen, which leads no more when it is thawed (invariants 6, 13)', async () => {
    await devices.define('frozen');
    const profile = await devices.profile();
    const polled = { ...cached('frozen'), live: 'poll' as const, pollS: 2 };
    const [one, two] = [await devices.tab(profile, polled), await devices.tab(profile, polled)];
    for (const tab of [one, two]) await ready(tab, 'frozen');
    expect(await leads(one)).toBe(true);
    await freeze(one);
    const next = await devices.change('frozen');
    await expect.poll(() => version(two, 'frozen'), PATIENCE).toBe(next.version);
    expect(await leads(two)).toBe(true);
    await thaw(one);
    await expect.poll(() => leads(one), PATIENCE).toBe(false);
    await expect.poll(() => version(one, 'frozen'), PATIENCE).toBe(next.version);
    for (const tab of [one, two]) await expectTold(tab, 'frozen');
  });

  it('hand over where the one that leads is left for another', async () => {
    await devices.define('left');
    const profile = await devices.profile();
    const [one, two] = [await devices.tab(profile, cached('left')), await devices.tab(profile, cached('left'))];
    for (const tab of [one, two]) await ready(tab, 'left');
    await setVisible(one, false);
    await expect.poll(() => leads(two), PATIENCE).toBe(true);
    expect(await leads(one)).toBe(false);
    const next = await devices.change('left');
    await check(two);
    await expect.poll(() => version(one, 'left'), PATIENCE).toBe(next.version);
  });

  it('let a later release change the database, show what they hold, and say that it is in memory (invariants 10, 20)', async () => {
    await devices.define('old');
    const profile = await devices.profile();
    const old = await devices.tab(profile, cached('old'));
    const { shown: before } = await ready(old, 'old');
    const fresh = await devices.page(profile);
    const upgraded = await fresh.evaluate(async () => {
      const [{ name = '' } = {}] = await indexedDB.databases();
      return new Promise((resolve) => {
        const request = indexedDB.open(name, 2);
        request.onblocked = () => resolve('blocked');
        request.onsuccess = () => resolve('open');
      });
    });
    expect(upgraded).toBe('open');
    const next = await devices.change('old');
    await check(old);
    await expect
      .poll(async () => (await shown(old, 'old')).status, PATIENCE)
      .toMatchObject({ data: 'held', storage: 'memory' });
    expect(await version(old, 'old')).toBe(next.version);
    expect(next.version).toBeGreaterThan(before.version ?? 0);
    await expectTold(old, 'old');
    const late = await devices.tab(profile, cached('old'));
    const { shown: its } = await ready(late, 'old');
    expect([its.version, its.status.storage]).toEqual([next.version, 'memory']);
  });

  describe('of which one is refused', () => {
    it('ask for one other token, try once more, and are silent, until one of them is told to continue (invariants 8, 9)', async () => {
      await devices.define('refused');
      const profile = await devices.profile();
      const good = await devices.service.token('alice');
      const wrong = {
        ...cached('refused'),
        tokens: ['no.good.token', 'no.better.token', good],
        live: 'poll' as const,
        pollS: 1,
      };
      const tabs = [
        await devices.tab(profile, wrong),
        await devices.tab(profile, wrong),
        await devices.tab(profile, wrong),
      ];
      const [one, two] = tabs as [DeviceTab, DeviceTab];
      for (const tab of tabs) {
        await expect.poll(async () => (await shown(tab, 'refused')).status.sync, PATIENCE).toBe('needs-auth');
        await expect.poll(async () => (await tab.evaluate(() => device.status())).sync, PATIENCE).toBe('needs-auth');
      }
      expect(profile.asked.map(({ path }) => path)).toEqual(['sync/', 'sync/']);
      const calls = async () => (await Promise.all(tabs.map(log))).flatMap(({ asked }) => asked);
      expect(await calls()).toEqual(['start', 'rejected']);
      // Three times the time between two checks.
      await one.evaluate(() => new Promise((resolve) => setTimeout(resolve, 3000)));
      expect([profile.asked.length, await calls()]).toEqual([2, ['start', 'rejected']]);
      const logs = JSON.stringify(await Promise.all(tabs.map(log)));
      expect(logs).not.toContain('token');
      await two.evaluate(() => device.resume());
      for (const tab of tabs) await ready(tab, 'refused');
      expect(await calls()).toEqual(['start', 'rejected', 'start']);
    });

    it('ask for a token once where the one that they have has expired, and try once (invariant 8)', async () => {
      await devices.define('expired');
      const profile = await devices.profile();
      const tokens = [await devices.service.token('alice', { expiresS: -600 }), await devices.service.token('alice')];
      const tabs = [
        await devices.tab(profile, { ...cached('expired'), tokens }),
        await devices.tab(profile, { ...cached('expired'), tokens }),
      ];
      for (const tab of tabs) await ready(tab, 'expired');
      expect((await Promise.all(tabs.map(log))).flatMap(({ asked }) => asked)).toHaveLength(2);
      expect(profile.asked.length).toBeLessThanOrEqual(2);
    });
  });

  describe('of two users', () => {
    it('take no answer for another user, keep what is held, and ask no more (invariants 14, 25)', async () => {
      await devices.define('other');
      const profile = await devices.profile();
      const one = await devices.tab(profile, cached('other'));
      const { shown: first } = await ready(one, 'other');
      await one.close();
      await devices.change('other');
      const bobs = { ...cached('other'), tokens: [await devices.service.token('bob')] };
      const two = await devices.tab(profile, bobs);
      await ready(two, 'other');
      await expect.poll(async () => (await two.evaluate(() => device.status())).sync, PATIENCE).toBe('needs-auth');
      const asked = profile.asked.length;
      expect((await log(two)).events).toContainEqual({ name: 'auth', why: 'user' });
      expect((await kept(two)).map(({ version: held }) => held)).toEqual([first.version]);
      await expect(check(two)).rejects.toThrow();
      expect(profile.asked).toHaveLength(asked);
    });

    it('have stores of their own (invariant 14)', async () => {
      await devices.define('own');
      const profile = await devices.profile();
      const one = await devices.tab(profile, cached('own'));
      await ready(one, 'own');
      const bob = { ...cached('own'), user: 'bob', tokens: [await devices.service.token('bob')] };
      const two = await devices.tab(profile, bob);
      expect(await leads(one)).toBe(true);
      await expect.poll(() => leads(two)).toBe(true);
      await ready(two, 'own');
      await one.evaluate(() => device.signOut(true));
      expect([(await kept(one)).length, (await kept(two)).length]).toEqual([0, 1]);
    });
  });

  describe('that sign out', () => {
    const closed = (page: DeviceTab) =>
      page.evaluate(() =>
        device.check().then(
          () => '',
          ({ code }) => code,
        ),
      );

    it('all end, and keep their rows where those are not to be wiped', async () => {
      await devices.define('ended');
      const profile = await devices.profile();
      const tabs = [await devices.tab(profile, cached('ended')), await devices.tab(profile, cached('ended'))];
      for (const tab of tabs) await ready(tab, 'ended');
      await tabs[1]?.evaluate(() => device.signOut(false));
      for (const tab of tabs) await expect.poll(() => closed(tab), PATIENCE).toBe('closed');
      expect(await kept(tabs[0] as DeviceTab)).toHaveLength(1);
    });

    it('keep nothing of what another one commits meanwhile (invariant 26)', async () => {
      await devices.define('wiped');
      const profile = await devices.profile();
      const random = chance();
      for (let wipe = 0; wipe < Math.ceil(KILLS / 3); wipe += 1) {
        const own = { ...cached('wiped'), user: `alice ${wipe}` };
        const [one, two] = [await devices.tab(profile, own), await devices.tab(profile, own)];
        for (const tab of [one, two]) await ready(tab, 'wiped');
        await devices.change('wiped');
        const checked = check(one).catch(() => undefined);
        const passed = await one.evaluate(() => device.passed());
        const last = passed + random(MOMENTS);
        await Promise.race([one.waitForFunction((moment) => device.passed() >= moment, last), checked]);
        await two.evaluate(() => device.signOut(true));
        await checked;
        for (const tab of [one, two]) await expect.poll(() => closed(tab), PATIENCE).toBe('closed');
        expect(await kept(two)).toEqual([]);
        expect((await shown(one, 'wiped')).rows).toBe(0);
        await Promise.all([one.close(), two.close()]);
      }
    });

    it('let none write that slept meanwhile (invariant 26)', async () => {
      await devices.define('slept');
      const profile = await devices.profile();
      const [one, two] = [await devices.tab(profile, cached('slept')), await devices.tab(profile, cached('slept'))];
      for (const tab of [one, two]) await ready(tab, 'slept');
      await devices.change('slept');
      await freeze(one);
      await two.evaluate(() => device.signOut(true));
      await two.close();
      await thaw(one);
      await expect.poll(() => closed(one), PATIENCE).toBe('closed');
      expect(await kept(one)).toEqual([]);
    });
  });
});
