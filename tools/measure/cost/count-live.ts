/** Counts live sockets: opening, watches, pokes, and whether their hub sleeps in between. */

import { setTimeout as sleep } from 'node:timers/promises';
import { hubOf } from '../../../src/core/live-hub/place.ts';
import { SYNC_CACHES } from './count-syncs.ts';
import { addCounts, type Counts, subtractCounts, timesCounts } from './counts.ts';
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
/** Longer than the alarm stays that would have repeated the question to the hubs. */
const RESTS_MS = 20_000;
/** A cache whose devices leave before it changes. */
const LEFT = 111;

type Some<Name extends OperationName> = Promise<Record<Name, Counts>>;
/** The first belongs to the one hub, the second to the other. */
type Devices = readonly [LiveDevice, LiveDevice, ...LiveDevice[]];

/** A user whose sockets belong to a hub. */
function userOf(hub: number): string {
  for (let at = 0; ; at += 1) if (hubOf(`live-${at}`, HUBS) === hub) return `live-${at}`;
}

/** Tickets, sockets and full checks, with watches that are new and with known ones. */
export async function countOpening(
  scene: Scene,
  { sync10 }: { sync10: Counts },
): Promise<{ counted: Record<'ticket' | 'open' | 'subscribe' | 'watch', Counts>; devices: Devices }> {
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
  const devices = [first, second, ...opened] as const;

  const items = await scene.loaded(SYNC_CACHES, WATCHED + 1);
  await check(scene, first, items.slice(0, 1), 1);
  const unwatched = items.slice(1);
  // Alarms that became due while the clock was moved would count as lost, and be set again.
  for (const { n } of unwatched) await service.passTime(await scene.objectOf('steady', n), 0);
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

/** The extra cost of a change when one hub is told, when a second one is, and when the hub that is told has nobody left. */
export async function countPokes(scene: Scene, [first, second]: Devices): Some<'poke' | 'pokeMore' | 'unwatch'> {
  const n = 110;
  const items = await scene.loaded(n, 1);
  await scene.load('steady', n, true);
  const none = await countChange(scene, n, []);
  const devices = [await watching(scene, first, items)];
  const one = await countChange(scene, n, devices);
  devices.push(await watching(scene, second, items));
  const both = await countChange(scene, n, devices);

  const left = await scene.loaded(LEFT, 1);
  const nobody = await countChange(scene, LEFT, [], async () => {
    await watching(scene, first, left);
    await leave(scene, [first]);
  });
  return {
    poke: subtractCounts(one, none),
    pokeMore: subtractCounts(both, one),
    unwatch: subtractCounts(nobody, none),
  };
}

/** The device, subscribed to these caches. */
async function watching(scene: Scene, device: LiveDevice, items: readonly Item[]): Promise<LiveDevice> {
  await check(scene, device, items, 10);
  await scene.service.quiet();
  return device;
}

/** The devices are told of another cache. */
async function leave(scene: Scene, devices: readonly LiveDevice[]): Promise<void> {
  for (const device of devices) await watching(scene, device, [{ n: SYNC_CACHES }]);
}

/** A load that changes rows, until each device was told and no alarm has work for now. */
async function countChange(
  scene: Scene,
  n: number,
  devices: readonly LiveDevice[],
  before: () => Promise<void> = async () => {},
): Promise<Counts> {
  const key = await scene.keyOf('steady', n);
  const tag = key.slice(0, 16);
  await scene.load('steady', n, true);
  await scene.service.passTime(key.slice(0, 12), TOLD_MS);
  await scene.load('steady', OTHER, false);
  await before();
  const known = devices.map((device) => device.told.filter((told) => told === tag).length);
  // Hubs are awake: what it costs to wake one is counted separately.
  for (const { user } of devices) await LiveDevice.ticket(scene.service, user);
  return scene.service.count(async () => {
    await scene.load('steady', n, true);
    await Promise.all(devices.map((device, at) => device.isTold(tag, known[at] ?? 0)));
    await scene.service.passTime(key.slice(0, 12), TOLD_MS);
  });
}

/**
 * The cost when a watched cache expires, from its object's alarm until its load is requested; when its devices have gone, so that
 * it rests; and when they come back.
 */
export async function countFreshening(
  scene: Scene,
  [first, second]: Devices,
  { subscribe, sync1, syncLookUp1, syncAsk }: Record<'subscribe' | 'sync1' | 'syncLookUp1' | 'syncAsk', Counts>,
): Some<'freshen' | 'rest' | 'restMore' | 'resume' | 'renew'> {
  const { service } = scene;
  const [one, both] = [112, 113];
  const loaded = async (n: number, devices: readonly LiveDevice[]) => {
    await scene.load('orders', n, true);
    for (const device of devices) await watching(scene, device, [{ name: 'orders', n }]);
  };
  await loaded(one, [first]);
  const freshen = await countExpiry(scene, one);
  await service.release();
  if (freshen.refreshMessages !== 1) throw new Error('the watched cache was not loaded');
  await leave(scene, [first]);
  const rest = await countExpiry(scene, one, RESTS_MS);
  await service.release();

  await loaded(both, [first, second]);
  await leave(scene, [first, second]);
  const restBoth = await countExpiry(scene, both, RESTS_MS);
  await service.release();
  if (rest.refreshMessages + restBoth.refreshMessages !== 0) throw new Error('a cache was loaded for nobody');

  const back = (device: LiveDevice) => check(scene, device, [{ name: 'orders', n: both }], 10);
  await service.hold();
  const resumed = await service.count(() => back(first));
  await service.release();
  // The cache is current again; the watch of the other hub is not asked for before its own device comes back.
  const renewed = await service.count(() => back(second));
  const checked = await service.count(() => back(second));
  const asked = [sync1, syncLookUp1, subscribe, syncAsk].reduce(addCounts);
  return {
    ...{ freshen, rest, restMore: subtractCounts(restBoth, rest) },
    ...{ resume: subtractCounts(resumed, asked), renew: subtractCounts(renewed, checked) },
  };
}

/** What a cache does from the moment of its expiry on, for this long; messages are held. */
async function countExpiry(scene: Scene, n: number, forMs = STEP_MS): Promise<Counts> {
  const { service } = scene;
  const object = await scene.objectOf('orders', n);
  await service.passTime(object, STALE_AFTER_MS - EXPIRY_MS);
  await service.hold();
  for (let passed = 0; passed < EXPIRY_MS; passed += STEP_MS) {
    const counted = await service.count(() => service.passTime(object, STEP_MS));
    if (counted.objectRequests === 0) continue;
    return addCounts(counted, await service.count(() => service.passTime(object, forMs - STEP_MS)));
  }
  throw new Error('the watched cache did not expire');
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
