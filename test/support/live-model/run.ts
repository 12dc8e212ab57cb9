/** One random run: a random phase, then a phase without faults; at its end no connected device may be stale or deaf. */
import { seededRandom } from '../../../tools/measure/harness/random.ts';
import { ModelDevice } from './device.ts';
import { ALL_RULES, type LiveRules } from './rules.ts';
import { World } from './world.ts';

const STEPS = 60;
const PEACE = 2_000;
/** Subscriptions of a device end after this time, since devices here make no regular checks. */
const TOLD_MS = 45 * 60_000;

/** What went wrong; null: nothing. */
export type Fault = { what: 'stale' | 'deaf' | 'went back' | 'restless'; path: readonly string[] } | null;

export function run(seed: number, rules: LiveRules = ALL_RULES): Fault {
  const random = seededRandom(seed);
  const world = new World(rules, random);
  const devices = [0, 1, 2].map((number) => new ModelDevice(world, `user-${number % 2}`, some(world.keys, random)));
  const path: string[] = [];
  for (const key of world.keys) while (!world.load(key, true)) settle(world, devices);
  settle(world, devices);
  const startedAt = world.now;
  for (let step = 0; step < STEPS; step += 1) path.push(move(world, devices, random));
  const fault = judge('stale');
  if (fault !== null) return fault;
  // A deaf device misses the next version.
  for (const key of world.keys)
    for (let tries = 0; tries < 10 && !world.load(key, true); tries += 1) settle(world, devices);
  return judge('deaf');

  function judge(what: 'stale' | 'deaf'): Fault {
    if (!settle(world, devices)) return { what: 'restless', path };
    if (devices.some(({ wentBack }) => wentBack)) return { what: 'went back', path };
    if (world.now - startedAt > TOLD_MS) return null;
    const isStale = devices.some(({ wanted, holds }) =>
      wanted.some((key) => holds.get(key)?.version !== world.inD1(key).version),
    );
    return isStale ? { what, path } : null;
  }
}

/** The possible moves, with their frequency. */
const MOVES: readonly [
  share: number,
  make: (world: World, devices: readonly ModelDevice[], random: () => number) => string,
][] = [
  [30, (world, _, random) => land(world, Math.floor(random() * world.flights.length))],
  [15, (_, devices, random) => (pick(devices, random).listen() ? 'listen' : 'nothing heard')],
  [15, (_, devices, random) => (pick(devices, random).act() ? 'act' : 'nothing to do')],
  [10, (world, _, random) => (world.load(pick(world.keys, random), random() < 0.8) ? 'load' : 'load later')],
  [3, (world, _, random) => said('purge', () => world.purge(pick(world.keys, random), random() < 0.5))],
  [5, (world, _, random) => lose(world, Math.floor(random() * world.flights.length))],
  [4, (world, _, random) => double(world, Math.floor(random() * world.flights.length))],
  [4, (world, devices, random) => said('want', () => pick(devices, random).want(some(world.keys, random)))],
  [4, (_, devices, random) => toggle(pick(devices, random))],
  [3, (world) => said('the hub sleeps', () => world.sleep())],
  [1, (world) => said('the hub is killed', () => world.kill())],
  [3, (world) => said('alarm of the hub', () => world.hubAlarm())],
  [3, (world, _, random) => alarmOf(world, pick(world.keys, random))],
];
const SHARES = MOVES.reduce((sum, [share]) => sum + share, 0);

function move(world: World, devices: readonly ModelDevice[], random: () => number): string {
  let at = random() * SHARES;
  for (const [share, make] of MOVES) {
    at -= share;
    if (at < 0) return make(world, devices, random);
  }
  return 'nothing';
}

function said(name: string, work: () => void): string {
  work();
  return name;
}

function toggle(device: ModelDevice): string {
  return device.socket === null ? said('connect', () => device.connect()) : said('drop', () => device.drop());
}

function alarmOf(world: World, key: string): string {
  return world.objectAlarmAt(key) === null ? 'no alarm' : said('alarm of an object', () => world.objectAlarm(key));
}

function land(world: World, at: number): string {
  const [flight] = world.flights.splice(at, 1);
  flight?.land();
  return `${flight?.name} lands`;
}

function lose(world: World, at: number): string {
  const [flight] = world.flights.splice(at, 1);
  flight?.lose?.();
  return `${flight?.name} is lost`;
}

/** Only messages between objects and hub can be delivered twice: a device's request is answered once. */
function double(world: World, at: number): string {
  const flight = world.flights[at];
  if (flight === undefined || flight.name === 'request') return 'nothing doubled';
  world.flights.push(flight);
  return `${flight.name} is doubled`;
}

/** Nothing more is lost, and every part does what it must; returns whether all come to rest. */
function settle(world: World, devices: readonly ModelDevice[]): boolean {
  for (let turn = 0; turn < PEACE; turn += 1) {
    if (world.flights.length > 0) land(world, 0);
    else if (!devices.some((device) => device.listen() || device.act())) {
      const idle = devices.find(({ socket }) => socket === null);
      if (idle !== undefined) idle.connect();
      else if (!wake(world)) return true;
    }
  }
  return false;
}

/** Fires the next alarm that handles something owed; false: nothing is owed. */
function wake(world: World): boolean {
  const key = world.keys.find((owing) => world.objectAlarmAt(owing) !== null);
  if (key !== undefined) world.objectAlarm(key);
  else if ([...world.hub.watches.values()].some(({ dueAt }) => dueAt !== null)) world.hubAlarm();
  else return false;
  return true;
}

function some(keys: readonly string[], random: () => number): string[] {
  const chosen = keys.filter(() => random() < 0.6);
  return chosen.length === 0 ? [pick(keys, random)] : chosen;
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick');
  return item;
}
