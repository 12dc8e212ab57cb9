/** The hub's machine (docs/live.md): who is notified of what, for how long, and who is admitted. */
import { describe, expect, it } from 'vitest';
import { MAX_PAIRS, MAX_PAIRS_PER_USER, MAX_TAGS, MAX_WATCHES } from '../../src/core/live-hub/hub.ts';
import { MAX_TICKETS } from '../../src/core/live-hub/sockets.ts';
import { TOLD_MS } from '../../src/core/live-hub/subscribe.ts';
import { BUSY_MS, GONE_MS, LOOKED_AT } from '../../src/core/live-hub/upkeep.ts';
import { KEEP_MS, RENEW_MS, WATCHES_A_STEP } from '../../src/core/live-hub/watches.ts';
import { keyOf, TestHub } from '../support/hub.ts';

const range = (count: number) => Array.from({ length: count }, (_, number) => number);
const reasons = (effects: { close: readonly { reason: string }[] }) => effects.close.map(({ reason }) => reason);

describe('a ticket', () => {
  it('is good for one socket, within 30 s', () => {
    const test = new TestHub();
    const { id } = test.open('alice');
    expect(test.step('open', { id }).answer).toBe('unknownTicket');
    test.step('ticket', { id: 'late', user: 'alice', device: 'd', expiresAt: test.now + 3_600_000 });
    test.now += 30_000;
    expect(test.step('open', { id: 'late' }).answer).toBe('unknownTicket');
  });

  it('takes the place of the oldest when 10,000 wait', () => {
    const test = new TestHub();
    for (const number of range(MAX_TICKETS + 1))
      test.step('ticket', { id: `t${number}`, user: 'alice', device: `${number}`, expiresAt: test.now + 3_600_000 });
    expect(test.hub.tickets.size).toBe(MAX_TICKETS);
    expect(test.step('open', { id: 't0' }).answer).toBe('unknownTicket');
    expect(test.step('open', { id: 't1' }).answer).toBeNull();
  });
});

it('a token that expires between ticket and socket opens none, and neither does one that has expired extend it', () => {
  const test = new TestHub();
  test.step('ticket', { id: 'soon', user: 'alice', device: 'd', expiresAt: test.now + 1_000 });
  const open = test.open('alice', 'e', test.now + 1_000);
  test.now += 1_000;
  expect(test.step('open', { id: 'soon' }).answer).toBe('unknownTicket');
  const { answer, effects } = test.subscribe(open, [1]);
  expect([answer, effects.close]).toEqual(['gone', [{ id: open.id, reason: 'expired' }]]);
});

describe('places', () => {
  it('a fourth socket of a device ends its first', () => {
    const test = new TestHub();
    const [first] = range(3).map(() => test.open('alice', 'tablet'));
    const { effects } = test.open('alice', 'tablet');
    expect(effects.close).toEqual([{ id: first?.id, reason: 'replaced' }]);
    expect(test.hub.sockets.size).toBe(3);
  });

  it('the oldest socket of a device is the one that ends, in whatever order a hub that wakes finds them', () => {
    const test = new TestHub();
    const rest = { user: 'alice', device: 'tablet', expiresAt: test.now + 3_600_000, seq: 0, toldUntil: 0 };
    for (const age of [1, 3, 2])
      test.hub.add({ ...rest, id: `0.old-${age}`, openedAt: test.now - age, tags: new Set() });
    expect(test.open('alice', 'tablet').effects.close).toEqual([{ id: '0.old-3', reason: 'replaced' }]);
  });

  it('300 devices of one account that lets as many in are all told, by one watch a cache', () => {
    const test = new TestHub({ socketsPerUser: 300 });
    const sockets = Array.from({ length: 300 }, (_device, n) => test.open('fleet', `device-${n}`));
    expect(sockets.map(({ answer }) => answer)).toEqual(Array(300).fill(null));
    for (const socket of sockets) expect(test.subscribe(socket, [1, 2, 3]).answer).toBe('ok');
    expect(test.hub.watches.size).toBe(3);
    test.acknowledge();
    expect(test.poke(2).effects.send.flatMap(({ to }) => to)).toEqual(sockets.map(({ id }) => id));
  });

  it('devices without a name do not end each other, for they may be many', () => {
    const test = new TestHub();
    for (const _ of range(10)) expect(test.open('alice', '').effects.close).toEqual([]);
    expect(test.hub.sockets.size).toBe(10);
  });

  it('a user beyond their limit is not admitted, and nobody else is affected', () => {
    const test = new TestHub({ socketsPerUser: 5 });
    for (const _ of range(5)) test.open('alice');
    expect(test.open('alice').answer).toBe('tooMany');
    expect(test.open('bob').answer).toBeNull();
    expect(test.hub.sockets.size).toBe(6);
  });

  it('a check past 1,000 caches of a socket, or 400,000 of a hub, is told to poll and changes nothing', () => {
    const test = new TestHub({ socketsPerUser: 1_000 });
    const sockets = range(MAX_PAIRS / MAX_TAGS).map((number) => test.open(`user-${number % 4}`));
    const [first] = sockets;
    if (first === undefined) return;
    expect(test.subscribe(first, range(MAX_TAGS + 1)).answer).toBe('full');
    for (const socket of sockets) expect(test.subscribe(socket, range(MAX_TAGS)).answer).toBe('ok');
    expect(test.hub.pairs).toBe(MAX_PAIRS);
    const late = test.open('bob');
    expect(test.subscribe(late, [1]).answer).toBe('full');
    expect(test.subscribe(first, [1]).answer).toBe('ok');
    expect(test.subscribe(late, [1]).answer).toBe('ok');
  });
});

it('a user whose sockets fill a quarter of a hub is told to poll, and nobody else is harmed', () => {
  const test = new TestHub({ socketsPerUser: 1_000 });
  const sockets = range(MAX_PAIRS_PER_USER / MAX_TAGS).map(() => test.open('alice'));
  for (const socket of sockets) expect(test.subscribe(socket, range(MAX_TAGS)).answer).toBe('ok');
  expect(test.subscribe(test.open('alice'), [1]).answer).toBe('full');
  expect(test.subscribe(test.open('bob'), [1]).answer).toBe('ok');
});

describe('what a socket is notified of', () => {
  it('is replaced by a check, extended by one that adds, and not changed by one that was overtaken', () => {
    const test = new TestHub();
    const socket = test.open('alice');
    test.subscribe(socket, [1, 2], { seq: 2 });
    test.subscribe(socket, [3], { seq: 1 });
    expect([1, 2, 3].map((number) => test.poke(number).answer)).toEqual([true, true, false]);
    test.subscribe(socket, [3], { seq: 3, add: true });
    expect([1, 2, 3].map((number) => test.poke(number).answer)).toEqual([true, true, true]);
    test.subscribe(socket, [3], { seq: 4 });
    expect([1, 2, 3].map((number) => test.poke(number).answer)).toEqual([false, false, true]);
  });

  it('is set only by its own user and device', () => {
    const test = new TestHub();
    const socket = test.open('alice', 'tablet');
    expect(test.subscribe(socket, [1], { user: 'mallory' }).answer).toBe('gone');
    expect(test.subscribe(socket, [1], { device: 'phone' }).answer).toBe('gone');
    expect(test.poke(1).answer).toBe(false);
  });

  it('ends 45 minutes after the check, and with the token of the check', () => {
    const test = new TestHub();
    const [long, short] = [test.open('alice'), test.open('bob')];
    test.subscribe(long, [1]);
    test.subscribe(short, [2], { expiresAt: test.now + 60_000 });
    test.now += 60_000;
    expect([test.poke(1).answer, test.poke(2).answer]).toEqual([true, false]);
    test.now += TOLD_MS - 60_000;
    expect(test.poke(1).answer).toBe(false);
  });

  it('an added cache does not lengthen the time of those before', () => {
    const test = new TestHub();
    const socket = test.open('alice');
    test.subscribe(socket, [1]);
    test.now += TOLD_MS - 1;
    test.subscribe(socket, [2], { seq: 2, add: true });
    test.now += 1;
    expect(test.poke(1).answer).toBe(false);
  });
});

describe('a socket ends', () => {
  it('with its token, at a poke or by the alarm, unless a check came with a newer one', () => {
    const test = new TestHub();
    const [first, second, third] = range(3).map(() => test.open('alice', undefined, test.now + 60_000));
    if (first === undefined || second === undefined || third === undefined) return;
    test.subscribe(first, [1]);
    test.subscribe(third, [1], { expiresAt: test.now + 3_600_000 });
    test.now += 60_000;
    expect(test.poke(1).effects.close).toEqual([{ id: first.id, reason: 'expired' }]);
    expect(test.step('alarm', {}).effects.close).toEqual([{ id: second.id, reason: 'expired' }]);
    expect([...test.hub.sockets.keys()]).toEqual([third.id]);
  });

  it('when its device has missed its pings; the alarm looks again within a minute while one has', () => {
    const test = new TestHub();
    const { id } = test.open('alice');
    test.pings.set(id, test.now);
    test.now += GONE_MS - 1;
    const { effects } = test.step('alarm', {});
    expect([reasons(effects), effects.wakeBy]).toEqual([[], test.now + BUSY_MS]);
    test.now += BUSY_MS;
    expect(reasons(test.step('alarm', {}).effects)).toEqual(['silent']);
  });

  it('one of fifty in a turn, when the user belongs to another hub', () => {
    const test = new TestHub({ hubOf: () => 1 });
    for (const number of range(100)) test.open(`user-${number}`);
    expect(reasons(test.step('alarm', {}).effects)).toEqual(['moved', 'moved']);
  });

  it('when its user is signed out, with the tickets that wait', () => {
    const test = new TestHub();
    test.open('alice');
    test.step('ticket', { id: 'waits', user: 'alice', device: 'd', expiresAt: test.now + 3_600_000 });
    expect(test.step('signOut', { user: 'alice' }).answer).toBe(1);
    expect(test.step('open', { id: 'waits' }).answer).toBe('unknownTicket');
  });
});

describe('the alarm', () => {
  it('looks at 2,000 sockets a turn, and continues a second later', () => {
    const test = new TestHub({ socketsPerUser: 5_000 });
    for (const _ of range(LOOKED_AT + 1)) test.open('alice', undefined, test.now + 1);
    test.now += 1;
    const { effects } = test.step('alarm', {});
    expect([effects.close.length, effects.wakeBy]).toEqual([LOOKED_AT, test.now + 1_000]);
    expect(test.step('alarm', {}).effects.close).toHaveLength(1);
  });
});

describe('a watch', () => {
  it('is set once for all sockets of a cache, under a number of its own', () => {
    const test = new TestHub();
    const { watch } = test.subscribe(test.open('alice'), [1, 2]).effects;
    expect(watch.map(({ key }) => key)).toEqual([keyOf(1), keyOf(2)]);
    expect(new Set(watch.map(({ n }) => n)).size).toBe(2);
    expect(test.subscribe(test.open('bob'), [1, 2]).effects.watch).toEqual([]);
  });

  it('is asked for again until it is acknowledged, 200 a step', () => {
    const test = new TestHub();
    const { effects } = test.subscribe(test.open('alice'), range(WATCHES_A_STEP + 1));
    expect([effects.watch.length, effects.wakeBy]).toEqual([WATCHES_A_STEP, test.now + 1_000]);
    test.now += 10_000;
    expect(test.step('alarm', {}).effects.watch).toHaveLength(WATCHES_A_STEP);
    test.acknowledge();
    test.now += 60_000;
    expect(test.step('alarm', {}).effects.watch).toEqual([]);
  });

  it('ends when a poke finds nobody left, and is set again under a higher number', () => {
    const test = new TestHub();
    const socket = test.open('alice');
    const [before] = test.subscribe(socket, [1]).effects.watch;
    test.acknowledge();
    test.step('closed', { id: socket.id });
    expect(test.poke(1).answer).toBe(false);
    const [after] = test.subscribe(test.open('alice'), [1]).effects.watch;
    expect(after?.n).toBeGreaterThan(before?.n ?? 0);
  });

  it('that nobody needs is forgotten a week after it was acknowledged, also by a hub without sockets, and then nothing wakes the hub', () => {
    const test = new TestHub();
    const setAt = test.now;
    const socket = test.open('alice', 'tablet', test.now + 2 * KEEP_MS);
    test.subscribe(socket, [1, 2]);
    test.acknowledge();
    test.step('closed', { id: socket.id });
    const { effects } = test.step('alarm', {});
    expect([effects.wakeBy - setAt, effects.keep.size]).toEqual([KEEP_MS, 0]);
    test.now = setAt + KEEP_MS + 1;
    const last = test.step('alarm', {}).effects;
    expect([last.keep.size, last.wakeBy, test.hub.watches.size]).toEqual([2, Number.POSITIVE_INFINITY, 0]);
  });

  it('that somebody needs is kept for as long as it is needed', () => {
    const test = new TestHub();
    const socket = test.open('alice', 'tablet', test.now + 2 * KEEP_MS);
    test.subscribe(socket, [1], { expiresAt: test.now + 2 * KEEP_MS });
    test.acknowledge();
    test.now += KEEP_MS - TOLD_MS / 2;
    test.subscribe(socket, [1], { seq: 2, expiresAt: test.now + 2 * KEEP_MS });
    test.now += TOLD_MS - 1;
    test.step('alarm', {});
    expect(test.hub.watches.size).toBe(1);
  });

  it('takes the place of those that nobody needs, when a device goes through more caches than a hub may watch', () => {
    const test = new TestHub();
    const socket = test.open('alice');
    const checks = MAX_WATCHES / MAX_TAGS + 1;
    for (const check of range(checks)) {
      const numbers = range(MAX_TAGS).map((number) => check * MAX_TAGS + number);
      expect(test.subscribe(socket, numbers, { seq: check + 1 }).answer).toBe('ok');
      test.acknowledge();
    }
    expect(test.hub.watches.size).toBeLessThanOrEqual(MAX_WATCHES);
    expect(test.poke((checks - 1) * MAX_TAGS).answer).toBe(true);
  });

  it('is not owed for a check of more caches than a hub may watch, which is told to poll', () => {
    const test = new TestHub({ socketsPerUser: 1_000 });
    for (const number of range(MAX_WATCHES / MAX_TAGS))
      test.subscribe(
        test.open(`user-${number % 4}`),
        range(MAX_TAGS).map((tag) => number * MAX_TAGS + tag),
      );
    expect(test.subscribe(test.open('bob'), [1]).answer).toBe('ok');
    expect(test.subscribe(test.open('bob'), [MAX_WATCHES]).answer).toBe('full');
    expect(test.hub.watches.size).toBe(MAX_WATCHES);
  });

  it('is asked for though more than can be asked in a minute never answer', () => {
    const test = new TestHub({ socketsPerUser: 1_000 });
    for (const number of range(13))
      test.subscribe(
        test.open('alice'),
        range(MAX_TAGS).map((tag) => number * MAX_TAGS + tag),
      );
    test.subscribe(test.open('bob'), [99_999]);
    const asked = new Set<string>();
    for (const _ of range(70)) {
      for (const { key } of test.step('alarm', {}).effects.watch) asked.add(key);
      test.now += 1_000;
    }
    expect(asked).toContain(keyOf(99_999));
  });

  it('is renewed by a check after a day, under its number, for an object that has lost its list', () => {
    const test = new TestHub();
    const socket = test.open('alice', 'tablet', test.now + 10 * RENEW_MS);
    const [{ n } = { n: 0 }] = test.subscribe(socket, [1]).effects.watch;
    test.acknowledge();
    test.now += RENEW_MS;
    const { watch, keep } = test.subscribe(socket, [1], { seq: 2 }).effects;
    expect([watch.map((renewed) => renewed.n), keep.size]).toEqual([[n], 0]);
    expect(test.subscribe(socket, [1], { seq: 3 }).effects.watch).toEqual([]);
    test.acknowledge();
    expect(test.subscribe(socket, [1], { seq: 4 }).effects.watch).toEqual([]);
  });

  it('rests while nobody is connected, writes no row, and is asked for again by the next check', () => {
    const test = new TestHub();
    const socket = test.open('alice');
    const [{ n } = { n: 0 }] = test.subscribe(socket, [1, 2]).effects.watch;
    test.acknowledge();
    expect(test.isWatched(1).answer).toBe(true);
    test.step('closed', { id: socket.id });
    const asked = test.isWatched(1);
    expect([asked.answer, asked.effects.keep.size]).toEqual([false, 0]);
    const { watch, keep } = test.subscribe(test.open('alice'), [1, 2]).effects;
    expect([watch.map((again) => again.n), keep.size]).toEqual([[n], 0]);
    test.acknowledge();
    expect(test.subscribe(test.open('bob'), [1, 2]).effects.watch).toEqual([]);
  });

  it('that was to be asked for again when its socket left is asked for by the next one', () => {
    const test = new TestHub();
    const socket = test.open('alice');
    test.subscribe(socket, [1]);
    test.acknowledge();
    test.step('closed', { id: socket.id });
    test.isWatched(1);
    const back = test.open('alice');
    expect(test.subscribe(back, [1]).effects.watch).toHaveLength(1);
    test.step('closed', { id: back.id });
    test.now += 60_000;
    expect(test.step('alarm', {}).effects.watch).toEqual([]);
    expect(test.subscribe(test.open('alice'), [1]).effects.watch).toHaveLength(1);
  });

  it('ends when an object of an earlier release hears that nobody is left', () => {
    const test = new TestHub();
    const socket = test.open('alice');
    test.subscribe(socket, [1]);
    test.acknowledge();
    test.step('closed', { id: socket.id });
    expect(test.step('isWatched', { key: keyOf(1), n: 1 }).answer).toBe(false);
    expect(test.hub.watches.size).toBe(0);
  });
});
