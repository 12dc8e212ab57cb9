/** One schedule: a random phase, then a phase without faults. At its end every tab shows what the service has. */

import { syncOf } from '../../../src/core/status.ts';
import { ALL_RULES, type ClientRules } from './rules.ts';
import { hashOf, KEYS } from './service.ts';
import type { ModelTab } from './tab.ts';
import { World } from './world.ts';

/** A move and what it picks. */
export interface Move {
  kind: number;
  pick: number;
}

type Make = (world: World, pick: number) => string;

/** What may happen next, as often as it stands here in all. */
const MOVES: readonly (readonly [share: number, make: Make])[] = [
  [36, (world, pick) => land(world, pick % Math.max(1, world.flights.length))],
  [8, (world, pick) => lose(world, pick)],
  [12, (world, pick) => listen(world, pick)],
  [10, (world) => tick(world)],
  [9, (world, pick) => said('load', () => world.service.load(KEYS[pick % KEYS.length] ?? 'a'))],
  [1, restored],
  [1, (world) => said('outage', () => outage(world))],
  [3, (world) => said('the location lags', () => lag(world))],
  [4, (world, pick) => said('check', () => pickOf(world.tabs, pick).ask())],
  [2, (world, pick) => said('fresh', () => pickOf(world.tabs, pick).fresh(KEYS[pick % KEYS.length] ?? 'a'))],
  [3, (world, pick) => said('use', () => toggleUse(pickOf(world.tabs, pick >> 2), KEYS[pick % KEYS.length] ?? 'a'))],
  [3, (world, pick) => said('look away', () => toggleVisible(pickOf(world.tabs, pick)))],
  [2, (world, pick) => said('wipe', () => world.wipe(pickOf(world.tabs, pick), pick % 4 < 2))],
  [3, (world) => said('the next comes twice', () => (world.isDoubling = true))],
  [2, (world) => said('watches are late', () => (world.service.isWatchingLate = !world.service.isWatchingLate))],
  [2, (world, pick) => said('the lead is taken', () => take(world, pick))],
  [2, (world, pick) => said('kill', () => world.kill(pickOf(world.tabs, pick)))],
  [2, (world, pick) => said('the line breaks', () => pickOf(world.tabs, pick).drop())],
  [2, (world) => said('the user is to be signed out', () => (world.isSigningOut = world.hasSignOuts))],
  [2, (world) => said('the hub forgets', () => world.service.forget())],
  [2, (world) => said('token expires', () => world.expire())],
  [
    1,
    (world) =>
      said("another user's token", () => {
        world.nextUser = world.owner === 'alice' ? 'mallory' : 'alice';
        world.expire();
      }),
  ],
  [
    1,
    (world) =>
      said('tokens are refused', () => {
        world.isRefusing = true;
        world.expire();
      }),
  ],
  [2, (world) => said('busy', () => (world.isBusy = true))],
  [
    3,
    (world, pick) =>
      said('spoil', () => world.spoils.push((['busy', 'loading', 'broken'] as const)[pick % 3] ?? 'busy')),
  ],
];
export const SHARES = MOVES.reduce((sum, [share]) => sum + share, 0);
/** The kind of a move by which the service is restored, for schedules in which that is frequent. */
export const RESTORE = sharesBefore(restored);

function sharesBefore(make: Make): number {
  const at = MOVES.findIndex(([, one]) => one === make);
  return MOVES.slice(0, at).reduce((sum, [share]) => sum + share, 0);
}

function restored(world: World, pick: number): string {
  return said('restore', () => restore(world, KEYS[pick % KEYS.length] ?? 'a'));
}

/** Runs a schedule; what went wrong, or null. */
export function run(moves: readonly Move[], seed: number, rules: ClientRules = ALL_RULES): string | null {
  const world = new World(rules, seed);
  const path: string[] = [];
  const verdict = (what: string) => `${what}: ${path.join(', ')}`;
  settle(world, 60_000);
  for (const { kind, pick } of moves) {
    path.push(moveOf(kind)(world, pick));
    if (world.faults.length > 0) return verdict(world.faults.join(', '));
  }
  const refusals = world.auths;
  settle(world, QUIET_MS);
  if (world.isSignedOut && world.store.caches.size > 0) return verdict('kept of a user who was signed out');
  if (world.isRefusing && world.auths - refusals > MOST_AUTHS) return verdict('asks for tokens again and again');
  // Nothing is lost or refused any more.
  world.service.isLagging = false;
  world.isRefusing = world.isBusy = world.isSigningOut = false;
  world.spoils = [];
  const lie = lieIn(world, settle(world, QUIET_MS)) ?? lieIn(world, loadAll(world) && settle(world, QUIET_MS));
  if (lie !== null) return verdict(lie);
  if (world.faults.length > 0) return verdict(world.faults.join(', '));
  // Peace: somebody looks, and a token of somebody else is found out at the first check.
  for (const tab of world.tabs) {
    tab.tell({ type: 'visible', isVisible: true });
    for (const key of KEYS) tab.use(key, true);
  }
  for (let turn = 0; turn < 2; turn += 1) {
    world.nextUser = world.owner;
    for (const tab of world.tabs) tab.tell({ type: 'resume' });
    if (!settle(world, 330_000)) return verdict('restless');
  }
  world.leader?.ask();
  if (!settle(world, 120_000)) return verdict('restless');
  if (world.faults.length > 0) return verdict(world.faults.join(', '));
  const stale = staleIn(world);
  if (stale !== null) return verdict(`stale after a check, ${stale}`);
  loadAll(world);
  settle(world, QUIET_MS);
  const deaf = staleIn(world);
  if (world.faults.length > 0) return verdict(world.faults.join(', '));
  return deaf === null ? null : verdict(`deaf, ${deaf}`);
}

/** Longer than a device asks again for what it was told, shorter than the time between full checks. */
const QUIET_MS = 100_000;
/** Tokens that two tabs may ask for while all are refused. */
const MOST_AUTHS = 4;

function loadAll(world: World): true {
  for (const key of KEYS) world.service.load(key);
  return true;
}

/** A cache that is told to be live, and is not at the last revision; or that could be live, and is not told. */
function lieIn({ leader, service, wasRestored, hasLagged }: World, isQuiet: boolean): string | null {
  if (!isQuiet) return 'restless';
  if (leader === null || leader.state.error !== null || leader.state.auth.phase !== 'ready' || wasRestored) return null;
  // Only pings reveal a dead connection.
  if (leader.socket !== null && service.forgotten.has(leader.socket)) return null;
  for (const cache of leader.state.caches.values()) {
    if (!cache.isUsed || cache.error !== null || cache.floorAt > leader.world.now) continue;
    const sync = syncOf(leader.state, cache)?.sync;
    if (sync !== 'live') {
      // It has asked three times, and says that it is behind.
      if (sync === 'checking' && hasLagged) continue;
      if (leader.state.socket.phase === 'open' && leader.state.isVisible)
        return `deaf: ${cache.id} is ${sync} beside an open socket`;
      continue;
    }
    const now = hashOf({ key: cache.id, ...service.entry(cache.id), user: '' });
    const rows = leader.copies.get(cache.id)?.rows;
    if (rows === undefined || hashOf(rows) !== now) return `stale though live: ${rows && hashOf(rows)} for ${now}`;
  }
  return null;
}

function staleIn(world: World): string | null {
  for (const { id, copies } of world.tabs) {
    for (const key of KEYS) {
      const rows = copies.get(key)?.rows;
      const now = hashOf({ key, ...world.service.entry(key), user: '' });
      if (rows === undefined || hashOf(rows) !== now)
        return `tab ${id} shows ${rows ? hashOf(rows) : 'nothing'} for ${now}`;
    }
  }
  return null;
}

function moveOf(kind: number): Make {
  let at = kind % SHARES;
  for (const [share, make] of MOVES) {
    at -= share;
    if (at < 0) return make;
  }
  return () => 'nothing';
}

function said(name: string, work: () => void): string {
  work();
  return name;
}

function pickOf<T>(items: readonly T[], pick: number): T {
  return items[pick % items.length] as T;
}

function land(world: World, at: number): string {
  const [flight] = world.flights.splice(at, 1);
  flight?.land();
  return flight === undefined ? 'nothing' : `${flight.name} of ${flight.tab.id}`;
}

function lose(world: World, pick: number): string {
  const flight = world.flights[pick % Math.max(1, world.flights.length)];
  if (!flight?.lose) return 'nothing';
  world.flights.splice(world.flights.indexOf(flight), 1);
  flight.lose();
  return `${flight.name} of ${flight.tab.id} is lost`;
}

/** Takes the next thing that some socket was told. */
function listen(world: World, pick: number): string {
  const sockets = [...world.service.sockets.values()].filter(({ line }) => line.length > 0);
  const socket = sockets[pick % Math.max(1, sockets.length)];
  const poke = socket?.line.shift();
  if (poke === undefined) return 'nothing heard';
  const pokes = world.isDoubling ? [poke, poke] : [poke];
  world.isDoubling = false;
  world.tabs.find(({ id }) => id === socket?.tab)?.tell({ type: 'poked', pokes, spreadMs: 0 });
  return `poke of ${poke.tag}`;
}

/** The next timer goes off. */
function tick(world: World): string {
  const next = nextTimer(world);
  if (next === null) return 'no timer';
  world.now = Math.max(world.now, next.state.timerAt);
  next.tell({ type: 'tick' });
  return `tick of ${next.id}`;
}

function nextTimer(world: World): ModelTab | null {
  const [next] = [...world.tabs].sort((a, b) => a.state.timerAt - b.state.timerAt);
  return next === undefined || next.state.timerAt === Number.POSITIVE_INFINITY ? null : next;
}

function lag(world: World): void {
  world.hasLagged = true;
  world.service.isLagging = true;
}

function restore(world: World, key: string): void {
  world.wasRestored = true;
  world.service.restore(key);
}

/** A minute in which every request fails. */
function outage(world: World): void {
  const end = world.now + 60_000;
  for (let turn = 0; turn < 3000; turn += 1) {
    const [flight] = world.flights.splice(0, 1);
    if (flight !== undefined) {
      (flight.lose ?? flight.land)();
      continue;
    }
    const next = nextTimer(world);
    if (next === null || next.state.timerAt > end) return;
    tick(world);
  }
  world.faults.push('never rests while requests fail');
}

/** From a tab that is frozen: it continues its work before it notices that. */
function take(world: World, pick: number): void {
  const tab = pickOf(world.tabs, pick);
  if (tab !== world.leader) world.steal(tab);
}

function toggleUse(tab: ModelTab, key: string): void {
  tab.use(key, tab.state.caches.get(key)?.isUsed !== true);
}

function toggleVisible(tab: ModelTab): void {
  tab.tell({ type: 'visible', isVisible: !tab.state.isVisible });
}

/** Everything that is under way lands in order, and time passes; whether each moment comes to rest. */
function settle(world: World, ms: number): boolean {
  const end = world.now + ms;
  for (let turn = 0; turn < 20_000; turn += 1) {
    if (world.flights.length > 0) land(world, 0);
    else if (listen(world, 0) === 'nothing heard') {
      const next = nextTimer(world);
      if (next === null || next.state.timerAt > end) {
        world.now = end;
        return true;
      }
      tick(world);
    }
  }
  return false;
}
