/** What the platform is documented, and seen, to say when it refuses. */
import { expect, it } from 'vitest';
import { platformRetryAfterS } from '../../src/stores/platform-faults.ts';

const MORNING = Date.UTC(2026, 9, 1, 6);
const retryAfter = (message: string, flags: object = {}, now = MORNING) =>
  platformRetryAfterS(Object.assign(new Error(message), flags), now);

it.each([
  ['D1_ERROR: D1 DB reset because its code was updated.'],
  ['D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.'],
  ['D1_ERROR: Network connection lost.'],
  ['D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.'],
  ['D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.'],
  ["D1_ERROR: D1 DB's isolate exceeded its memory limit and was reset."],
  ['D1_ERROR: database or disk is full: SQLITE_FULL'],
  ['D1_ERROR: database is locked: SQLITE_BUSY'],
  ['get: We encountered an internal error. Please try again. (10001)'],
  ['put: The service is temporarily unavailable. (10043)'],
  ['Queue send failed: Internal Server Error'],
  ['Network connection lost.'],
  ['internal error; reference = 0123456789abcdef'],
  ['Too many subrequests.'],
])('"%s" passes in a moment', (message) => {
  expect(retryAfter(message)).toBe(1);
});

it.each([
  ['D1_ERROR: D1 DB is overloaded. Requests queued for too long.'],
  ['D1_ERROR: D1 DB is overloaded. Too many requests queued.'],
  ['Durable Object is overloaded. Too many requests queued.'],
  ['Queue send failed: Too Many Requests'],
  ['Queue send failed: Queue is overloaded. Please back off.'],
])('"%s" takes longer', (message) => {
  expect(retryAfter(message)).toBe(5);
});

it('goes by the flags of an object, whatever it says', () => {
  expect(retryAfter('anything', { overloaded: true, retryable: true })).toBe(5);
  expect(retryAfter('anything', { retryable: true })).toBe(1);
});

it.each([
  [
    "D1_ERROR: Your account has exceeded D1's free tier daily row read limit. Upgrade to a paid plan or wait until tomorrow (midnight UTC) to continue.",
  ],
  [
    "D1_ERROR: Your account has exceeded D1's free tier daily row write limit. Upgrade to a paid plan or wait until tomorrow (midnight UTC) to continue.",
  ],
  ['Exceeded allowed rows written in Durable Objects free tier.'],
  ['Exceeded allowed volume of requests in Durable Objects free tier.'],
])('"%s" lasts until midnight UTC: an hour at most, in case the plan is changed', (message) => {
  expect(retryAfter(message)).toBe(3600);
  expect(retryAfter(message, {}, Date.UTC(2026, 9, 1, 23, 50))).toBe(600);
});

it.each([
  ['D1_ERROR: no such table: entries: SQLITE_ERROR'],
  ['D1_ERROR: UNIQUE constraint failed: entries.key: SQLITE_CONSTRAINT'],
  ["D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined'"],
  ['get: The specified object name is not valid. (10020)'],
  ["Cannot read properties of undefined (reading 'x')"],
])('"%s" is a fault of the service', (message) => {
  expect(retryAfter(message)).toBeNull();
});

it('makes nothing of what is no error', () => {
  expect([undefined, null, 'Network connection lost.', {}].map((thrown) => platformRetryAfterS(thrown, 0))).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
