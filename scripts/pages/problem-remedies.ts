/** What a client or operator does about each problem: the text of /docs/problems. */

import type { ProblemCode } from '../../src/contract/problem.ts';

/** Code -> one or two sentences. */
export const REMEDIES: Readonly<Record<ProblemCode, string>> = {
  'invalid-json': 'Send one JSON object (UTF-8), nested at most 32 deep.',
  'invalid-parameters':
    'The member "errors" names each fault by JSON pointer. A resource tells its parameters as JSON Schema.',
  'invalid-header': 'The member "errors" names the header and what is wrong with it.',
  'invalid-cursor': 'Take the cursor from the Link header of the page before, as it is, or begin without one.',
  unauthenticated:
    'Send "Authorization: Bearer <JWT>". WWW-Authenticate says whether the token was missing, expired or not valid.',
  'insufficient-scope': 'WWW-Authenticate names the scope that the token must have. No scope contains another.',
  'device-mismatch': 'The token names a device in its claim device_id. Leave X-Device-Id out or send that device.',
  'not-found': 'There is nothing here that this token may see. Ended tasks are kept for 7 days.',
  'method-not-allowed': 'Allow names the methods of this path.',
  conflict: 'Read the state again: a task that runs or has ended cannot be revoked.',
  'precondition-failed': 'Somebody was faster. Read the current state and its ETag, then try again.',
  'too-large': 'A request body may have 64 KiB.',
  'unsupported-media-type': 'Send "Content-Type: application/json".',
  'rate-limited': 'Wait as long as Retry-After says.',
  overloaded: 'Something that the service depends on does not answer. Wait as long as Retry-After says.',
  'origin-unreachable':
    "The service could not connect to the resource's origin. It tries again by itself; then see the address in the definition.",
  'origin-timeout': 'The origin took longer than origin.timeout_s.',
  'origin-status':
    'The origin answered with the status named in "detail". 408, 425, 429 and 5xx are tried again, others are not.',
  'origin-too-large': 'The answer has more bytes than origin.max_bytes. Narrow it by parameters or raise the limit.',
  'origin-malformed':
    'The answer is not of the declared format, or its rows do not fit the declared tables. The last version stands.',
  'origin-redirect':
    'Redirects are not followed. Put the address that "detail" names into the definition, if you trust it.',
  'origin-guard':
    'The load has too few rows or deletes too many (guard). If that is right, accept it with POST /api/v1/caches/<key>/refresh/?force=true.',
  misconfigured: 'A setting of the service is missing or wrong; "detail" names it. This is for the operator.',
  internal: 'A fault of the service. Try again; if it stays, tell the operator the X-Request-Id of the answer.',
};
