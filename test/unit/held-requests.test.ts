import { expect, it, vi } from 'vitest';
import { HeldRequests, type HoldKind, holdsOf } from '../../src/flows/live/held-requests.ts';

/** Asks for room that is needed until 100 unless told. */
function enter(held: HeldRequests, asked: { user?: string; kind?: HoldKind; until?: number; now?: number } = {}) {
  const { user = 'alice', kind = 'load', until = 100, now = 0 } = asked;
  return held.enter({ user, kind, until }, 3, now);
}
const isHeld = (entered: ReturnType<typeof enter>) => typeof entered === 'object';

it('gives no more room than there is, and what is given back again', () => {
  const held = new HeldRequests(2);
  const first = enter(held);
  expect([isHeld(first), isHeld(enter(held)), enter(held)]).toEqual([true, true, 'isolate']);
  if (typeof first === 'object') {
    first.release();
    first.release();
  }
  expect([isHeld(enter(held)), enter(held)]).toEqual([true, 'isolate']);
});

it('counts a request that was cut short no longer than it said it would take', () => {
  const held = new HeldRequests(1);
  enter(held);
  expect(enter(held, { until: 200, now: 99 })).toBe('isolate');
  expect(isHeld(enter(held, { until: 200, now: 100 }))).toBe(true);
});

it('counts a stream as long as it says that it lives', () => {
  const held = new HeldRequests(1);
  const stream = enter(held);
  if (typeof stream === 'object') stream.keepUntil(300);
  expect([enter(held, { now: 299 }), isHeld(enter(held, { until: 400, now: 300 }))]).toEqual(['isolate', true]);
});

it('gives a user no more than their share, of whatever kind, and others what is left', () => {
  const held = new HeldRequests(10);
  const kinds: HoldKind[] = ['load', 'news', 'load'];
  const all = kinds.map((kind) => enter(held, { kind }));
  expect(all.map(isHeld)).toEqual([true, true, true]);
  expect([enter(held, { kind: 'load' }), enter(held, { kind: 'news' })]).toEqual(['user', 'user']);
  expect(isHeld(enter(held, { user: 'bob' }))).toBe(true);
});

it('returns a user’s share when their requests end or are cut off', () => {
  const held = new HeldRequests(10);
  const [first] = [enter(held), enter(held, { until: 50 }), enter(held)];
  expect(enter(held)).toBe('user');
  if (typeof first === 'object') first.release();
  expect([isHeld(enter(held)), enter(held), isHeld(enter(held, { now: 50 })), held.count]).toEqual([
    true,
    'user',
    true,
    3,
  ]);
});

it('keeps a fifth of the room for those who wait for loads', () => {
  const held = new HeldRequests(10);
  const entering = (kind: HoldKind) => (n: number) => enter(held, { kind, user: `${kind}-${n}` });
  expect([0, 1, 2, 3, 4, 5, 6, 7].map(entering('news')).every(isHeld)).toBe(true);
  expect(entering('news')(8)).toBe('isolate');
  expect([0, 1].map(entering('load')).every(isHeld)).toBe(true);
  expect(entering('load')(2)).toBe('isolate');
});

it('lets loads take what news leave', () => {
  const held = new HeldRequests(10);
  for (let n = 0; n < 10; n++) expect(isHeld(enter(held, { user: `user-${n}` }))).toBe(true);
  expect(enter(held, { kind: 'news', user: 'other' })).toBe('isolate');
});

it('tells who meets a bound by log and figure, once a minute', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const write = vi.fn();
  let now = 1_000_000;
  const hold = holdsOf(new HeldRequests(2), { heldPerUser: 1, metrics: { write }, now: () => now });
  for (const at of [0, 0, 59_000, 60_000]) {
    now = 1_000_000 + at;
    hold({ user: 'alice', kind: 'load', until: 2_000_000 });
  }
  hold({ user: 'bob', kind: 'load', until: 2_000_000 });
  hold({ user: 'carol', kind: 'load', until: 2_000_000 });
  const lines = warn.mock.calls.map(([line]) => JSON.parse(String(line)));
  warn.mockRestore();
  const line = { level: 'warn', event: 'request.not_held', kind: 'load' };
  const ofAlice = { ...line, bound: 'user', user: 'alice' };
  expect(lines).toEqual([ofAlice, ofAlice, { ...line, bound: 'isolate' }]);
  expect(write.mock.calls.map(([figure, labels]) => [figure, labels.bound])).toEqual([
    ['not_held', 'user'],
    ['not_held', 'user'],
    ['not_held', 'isolate'],
  ]);
});
