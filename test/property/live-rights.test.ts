/**
 * Who may be notified of what, with random input (CONTRACT 3 "Sockets"): whatever users send, nobody is notified of a cache that their own last check
 * of that socket did not open, nor 45 minutes after it, nor beyond the token that it came with. `RIGHTS_RUNS`: more sequences.
 */
import { expect, inject, it } from 'vitest';
import type { HubEffects } from '../../src/core/live-hub/events.ts';
import { TOLD_MS } from '../../src/core/live-hub/subscribe.ts';
import { seededRandom } from '../../tools/measure/harness/random.ts';
import { keyOf, TestHub } from '../support/hub.ts';

const RUNS = Number(process.env.RIGHTS_RUNS ?? 10_000);
const STEPS = 40;
const USERS = ['a', 'b'];
const DEVICES = ['phone', 'tablet'];
const CACHES = 6;
const MINUTE_MS = 60_000;

/** What the checks of a socket have opened: each cache with when it ends, ms. */
interface Opened {
  user: string;
  device: string;
  seq: number;
  until: Map<number, number>;
}

/** One sequence; the caches that somebody was notified of without having opened them, and how often anybody was told. */
function run(seed: number): { leaks: string[]; told: number } {
  const next = seededRandom(seed);
  const test = new TestHub();
  const sockets = new Map<string, Opened>();
  const leaks: string[] = [];
  let told = 0;
  const see = ({ send }: HubEffects) => {
    for (const { to, message } of send) {
      if (!('poke' in message)) continue;
      for (const [tag] of message.poke) {
        const cache = Number.parseInt(tag, 16);
        told += to.length;
        for (const id of to) {
          const until = sockets.get(id)?.until.get(cache) ?? 0;
          if (until <= test.now) leaks.push(`${id} of cache ${cache}, ${test.now - until} ms past its right`);
        }
      }
    }
  };
  for (let at = 0; at < STEPS; at += 1) step(test, next, sockets, see);
  return { leaks, told };
}

function step(
  test: TestHub,
  next: () => number,
  sockets: Map<string, Opened>,
  see: (effects: HubEffects) => void,
): void {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)] as T;
  const what = next();
  if (what < 0.15 || sockets.size === 0) {
    const [user, device] = [pick(USERS), pick(DEVICES)];
    const { id, effects } = test.open(user, device, test.now + pick([10, 60, 600]) * MINUTE_MS);
    sockets.set(id, { user, device, seq: 0, until: new Map() });
    see(effects);
  } else if (what < 0.5) {
    check(test, next, sockets, pick, see);
  } else if (what < 0.75) {
    see(test.poke(Math.floor(next() * CACHES)).effects);
  } else if (what < 0.9) {
    for (const { tag, n } of test.hub.watches.values()) {
      const answer = { outcome: 'watched' as const, version: 1, revision: Math.floor(next() * 2) };
      if (next() < 0.7) see(test.step('watched', { tag, n, answer }).effects);
    }
  } else {
    test.now += Math.floor(next() * 30) * MINUTE_MS;
    if (next() < 0.5) see(test.step('alarm', {}).effects);
  }
}

/** A check of any user and device about any connection, theirs or not, with any number and token. */
function check(
  test: TestHub,
  next: () => number,
  sockets: Map<string, Opened>,
  pick: <T>(all: readonly T[]) => T,
  see: (effects: HubEffects) => void,
): void {
  const id = pick([...sockets.keys()]);
  const opened = sockets.get(id) as Opened;
  const isOwn = next() < 0.7;
  const [user, device] = isOwn ? [opened.user, opened.device] : [pick(USERS), pick(DEVICES)];
  const numbers = Array.from({ length: CACHES }, (_cache, n) => n).filter(() => next() < 0.4);
  const seq = Math.max(0, opened.seq + pick([-1, 0, 1, 2]));
  const add = next() < 0.3;
  const expiresAt = test.now + pick([-1, 5, 50, 500]) * MINUTE_MS;
  const { answer, effects } = test.step('subscribe', {
    id,
    user,
    device,
    seq,
    add,
    expiresAt,
    keys: numbers.map(keyOf),
  });
  const isTheirs = user === opened.user && device === opened.device;
  expect(answer === 'ok' && !isTheirs).toBe(false);
  if (answer === 'ok' && seq >= opened.seq) {
    const until = Math.min(expiresAt, test.now + TOLD_MS);
    // What an adding check finds is never told for longer than what it adds to.
    if (!add) opened.until.clear();
    for (const number of numbers) opened.until.set(number, until);
    opened.seq = seq;
  }
  see(effects);
}

it('nobody is notified of what their own check did not open, nor after their right has ended', {
  timeout: 120_000,
}, () => {
  const first = inject('seed') * 1_000_000;
  let told = 0;
  for (let seed = first; seed < first + RUNS; seed += 1) {
    const found = run(seed);
    expect(found.leaks, `seed ${seed}`).toEqual([]);
    told += found.told;
  }
  // It would find nothing if nobody were told.
  expect(told).toBeGreaterThan(RUNS);
});
