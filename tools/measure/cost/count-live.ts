/** Counts live sockets: opening, watches, pokes, and whether their hub sleeps in between. */

import { setTimeout as sleep } from 'node:timers/promises';
import { hubOf } from '../../../src/core/live-hub/place.ts';
import { SYNC_CACHES } from './count-syncs.ts';
import { type Counts, subtractCounts, timesCounts } from './counts.ts';
import { LiveDevice } from './live-device.ts';
import type { OperationName } from './operations.ts';
import { type Item, type Scene, STALE_AFTER_MS } from './scene.ts';

/** Hubs of the counted service (LIVE_SHARDS). */
export const HUBS = 2;
const WATCHED = 10;
/** A cache that is not counted: loading it makes the isolate read the definition again. */
const OTHER = 119;
/** Longer than an object waits for its hubs' answers. */
const TOLD_MS = 60_000;
const CALM_MS = 300_000;
/** Caches expire up to a tenth earlier than stated. */
const EXPIRY_MS = 10_000;
const STEP_MS = 500;
/** The platform lets an object sleep after 10 s without work; after this time it must be asleep. */
const ASLEEP_MS = 12_000;
const PING_MS = 3_000;

type Some<Name extends OperationName> = Promise<Record<Name, Counts>>;

/** A user whose sockets belong to a hub. */
function userOf(hub: number): string {
  for (let at = 0; ; at += 1) if (hubOf(`live-${at}`, HUBS) === hub) return `live-${at}`;
}

/** Tickets, sockets and full checks, with watches that are new and with known ones. */
export async function countOpening(
  scene: Scene,
  { sync10 }: { sync10: Counts },
): Promise<{ counted: Record<'ticket' | 'open' | 'subscribe' | 'watch', Counts>; devices: LiveDevice[] }> {
  const { service } = scene;
  const [user, other] = [userOf(0), userOf(1)];
  const first = await LiveDevice.open(service, user, await LiveDevice.ticket(service, user));
  const ticket = await service.count(() => LiveDevice.ticket(service, user));
  const held = await LiveDevice.ticket(service, user);
  const opened: LiveDevice[] = [];
  const open = await service.count(async () => {
    opened.push(await LiveDevice.open(service, user, held));
  });
  const second = await LiveDevice.open(service, other, await LiveDevice.ticket(service, other));
  const devices = [first, second, ...opened];

  const items = await scene.loaded(SYNC_CACHES, WATCHED + 1);
  await check(scene, first, items.slice(0, 1), 1);
  const unwatched = items.slice(1);
  const watching = await service.count(() => check(scene, first, unwatched, 2));
  const checked = await service.count(() => check(scene, first, unwatched, 3));
  return {
    counted: {
      ticket,
      open,
      subscribe: subtractCounts(checked, sync10),
      watch: timesCounts(subtractCounts(watching, checked), 1 / WATCHED),
    },
    devices,
  };
}

/** A full check: from then on the device is told about these caches. */
async function check(scene: Scene, { id, user }: LiveDevice, items: readonly Item[], seq: number): Promise<void> {
  await scene.sync(items, { user, live: { id, seq } });
}

/** The extra cost of a change when one hub is told, and when a second one is. */
export async function countPokes(scene: Scene, [first, second]: LiveDevice[]): Some<'poke' | 'pokeMore'> {
  const n = 110;
  const items = await scene.loaded(n, 1);
  await scene.load('steady', n, true);
  const none = await countChange(scene, n, []);
  const devices = [await watching(scene, first, items)];
  const one = await countChange(scene, n, devices);
  devices.push(await watching(scene, second, items));
  const both = await countChange(scene, n, devices);
  return { poke: subtractCounts(one, none), pokeMore: subtractCounts(both, one) };
}

/** The device, subscribed to these caches. */
async function watching(scene: Scene, device: LiveDevice | undefined, items: readonly Item[]): Promise<LiveDevice> {
  if (device === undefined) throw new Error('there are too few devices');
  await check(scene, device, items, 10);
  await scene.service.quiet();
  return device;
}

/** A load that changes rows, until each device was told and no alarm has work for now. */
async function countChange(scene: Scene, n: number, devices: readonly LiveDevice[]): Promise<Counts> {
  const key = await scene.keyOf('steady', n);
  const tag = key.slice(0, 16);
  await scene.load('steady', n, true);
  await scene.service.passTime(key.slice(0, 12), TOLD_MS);
  await scene.load('steady', OTHER, false);
  const before = devices.map((device) => device.told.filter((told) => told === tag).length);
  return scene.service.count(async () => {
    await scene.load('steady', n, true);
    await Promise.all(devices.map((device, at) => device.isTold(tag, before[at] ?? 0)));
    await scene.service.passTime(key.slice(0, 12), TOLD_MS);
  });
}

/**
 * The cost when a watched cache expires, from its object's alarm until its load is requested; and after its devices have gone, until
 * the watch is over.
 */
export async function countFreshening(scene: Scene, device: LiveDevice): Some<'freshen' | 'unwatch'> {
  const { service } = scene;
  const n = 112;
  await scene.load('orders', n, true);
  await watching(scene, device, [{ name: 'orders', n }]);
  const object = await scene.objectOf('orders', n);
  const expiry = async () => {
    await service.passTime(object, STALE_AFTER_MS - EXPIRY_MS);
    await service.hold();
    for (let passed = 0; passed < EXPIRY_MS; passed += STEP_MS) {
      const counted = await service.count(() => service.passTime(object, STEP_MS));
      if (counted.objectRequests > 0) return counted;
    }
    throw new Error('the watched cache did not expire');
  };
  const freshen = await expiry();
  await service.release();
  if (freshen.refreshMessages !== 1) throw new Error('the watched cache was not loaded');
  await watching(scene, device, [{ n: SYNC_CACHES }]);
  const unwatch = await expiry();
  await service.release();
  if (unwatch.refreshMessages !== 0) throw new Error('the cache is watched yet');
  return { freshen, unwatch };
}

/**
 * A check of the sockets by the alarm, and the extra cost of the first call after silence. That the hub slept shows
 * because it is constructed again.
 */
export async function countHub(
  scene: Scene,
  device: LiveDevice,
  { ticket }: { ticket: Counts },
): Some<'hubAlarm' | 'hubWake'> {
  const { service } = scene;
  await device.ping();
  const alarms = await service.count(() => service.passTime('hub 0', CALM_MS));
  const silence = await service.count(async () => {
    for (let passed = 0; passed < ASLEEP_MS; passed += PING_MS) {
      await device.ping();
      await sleep(PING_MS);
    }
    await sleep(ASLEEP_MS);
    await device.ping();
  });
  if (silence.objectRequests + silence.hubWakes > 0) throw new Error('pings woke the hub');
  const woken = await service.count(() => LiveDevice.ticket(service, device.user));
  if (woken.hubWakes === 0) throw new Error('the hub did not sleep');
  return {
    hubAlarm: timesCounts(alarms, 1 / Math.max(1, alarms.objectRequests)),
    hubWake: subtractCounts(woken, ticket),
  };
}
