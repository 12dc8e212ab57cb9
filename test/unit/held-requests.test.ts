import { expect, it } from 'vitest';
import { HeldRequests } from '../../src/flows/held-requests.ts';

it('gives no more room than there is, and what is given back again', () => {
  const held = new HeldRequests(2);
  const first = held.enter(100, 0);
  expect([first === null, held.enter(100, 0) === null, held.enter(100, 0)]).toEqual([false, false, null]);
  first?.release();
  first?.release();
  expect([held.enter(100, 0) === null, held.enter(100, 0)]).toEqual([false, null]);
});

it('counts a request that was cut short no longer than it said it would take', () => {
  const held = new HeldRequests(1);
  held.enter(100, 0);
  expect(held.enter(200, 99)).toBeNull();
  expect(held.enter(200, 100)).not.toBeNull();
});

it('counts a stream as long as it says that it lives', () => {
  const held = new HeldRequests(1);
  held.enter(100, 0)?.keepUntil(300);
  expect([held.enter(400, 299), held.enter(400, 300) === null]).toEqual([null, false]);
});
