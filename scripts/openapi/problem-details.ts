/** An example of each problem's `detail`, or of the input fault that becomes its `detail`. */

import type { InputFault, ProblemCode } from '../../src/contract/problem.ts';

/** Code -> an example with the service's own text. */
export const PROBLEM_DETAILS: Readonly<Record<ProblemCode, string | InputFault>> = {
  'invalid-json': 'The JSON is broken at byte 1.',
  'invalid-parameters': { pointer: '/year', detail: 'must be an integer' },
  'invalid-header': { pointer: 'X-Delta', detail: 'must not end at an older version than it begins with' },
  'invalid-cursor': 'Start the list again without a cursor, and follow its Link headers.',
  unauthenticated: 'Send a token: "Authorization: Bearer <JWT>".',
  'insufficient-scope': 'This needs a token with the scope cache:refresh.',
  'device-mismatch': 'X-Device-Id names another device than this token.',
  'not-found': 'There is no resource "car".',
  'method-not-allowed': 'This path answers GET, HEAD, OPTIONS.',
  conflict: 'This task is SUCCESS. Only a waiting task can be revoked.',
  'precondition-failed': 'The current ETag is "07ed797685a36d1b".',
  'too-large': 'A body may have at most 65536 bytes.',
  'range-not-satisfiable': 'The body has 3418 bytes. The requested range is outside of it.',
  'unsupported-media-type': 'Send JSON with "Content-Type: application/json".',
  'upgrade-required': 'This path opens a WebSocket. POST to it for a ticket, then connect with the ticket.',
  'rate-limited': 'Too many requests of this user; wait a minute.',
  'not-set-up': 'This service cannot read its figures: it has no Analytics SQL binding.',
  overloaded: 'The cached body cannot be read now. Try again in a moment.',
  'origin-unreachable': 'The origin could not be reached.',
  'origin-timeout': 'The load took longer than 30 s.',
  'origin-status': 'The origin answered with status 503.',
  'origin-auth': 'The origin answered with status 401.',
  'origin-too-large': 'The origin answered with more than 33554432 bytes.',
  'origin-malformed': 'Table "cars": there is no array at "/cars" in the origin\'s answer.',
  'origin-redirect': 'The origin sent us to another host.',
  'origin-guard': 'The origin answered with 0 rows, fewer than 1.',
  'origin-pages': 'The origin\'s answer names a next page at "/@odata.nextLink".',
  'origin-refused': 'The origin\'s answer does not have at "/status" the value that origin.expect requires.',
  misconfigured: 'Exactly one of JWT_JWKS_URL, JWT_PUBLIC_KEY, JWT_SECRET must be set. None is.',
  internal: 'Try again. If the problem persists, give your operator the X-Request-Id of this answer.',
};
