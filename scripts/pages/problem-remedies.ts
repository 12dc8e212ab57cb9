/**
 * What a client does about each problem: the text of /docs/problems. For operators and failed loads see
 * failing-steps.ts.
 */

import type { ProblemCode } from '../../src/contract/problem.ts';

/** Code -> one or two sentences. */
export const REMEDIES: Readonly<Record<ProblemCode, string>> = {
  'invalid-json': 'Send one JSON object (UTF-8), nested at most 32 deep.',
  'invalid-parameters':
    'The member "errors" names each fault by JSON pointer. The definition of a resource describes its parameters as JSON Schema.',
  'invalid-header': 'The member "errors" names the header and what is wrong with it.',
  'invalid-cursor': 'Use the cursor from the Link header of the previous page unchanged, or start without one.',
  unauthenticated:
    'Send "Authorization: Bearer <JWT>". WWW-Authenticate says whether the token was missing, expired or not valid. Operator: the log says why, in token.claim_refused or token.signature_refused; docs/identity.md explains each reason.',
  'insufficient-scope':
    'WWW-Authenticate names the scope that the token must have. cache:admin contains cache:inspect; no other scope contains another.',
  'device-mismatch': 'The token names a device in its claim device_id. Send no X-Device-Id, or send that device.',
  'not-found': 'There is nothing here that this token may see. Tasks are kept for 7 days after they end.',
  'method-not-allowed': 'The header Allow lists the methods of this path.',
  'upgrade-required': 'Connect with a WebSocket client and a ticket from POST /api/v1/live/; docs/sync.md shows how.',
  conflict: 'Read the state again: a task that runs or has ended cannot be revoked.',
  'precondition-failed': 'Another client made a change first. Read the current state and its ETag, then try again.',
  'too-large': 'A request body may have at most 64 KiB.',
  'unsupported-media-type': 'Send "Content-Type: application/json".',
  'range-not-satisfiable':
    'Content-Range says how many bytes the body has. If you have that many, you have all of them; otherwise start again without Range.',
  'rate-limited': 'Wait as long as Retry-After says.',
  'not-set-up':
    'Operator: figures need the binding ANALYTICS_SQL; docs/operations.md (Figures) says how to add it. Everything else works without it.',
  overloaded:
    'A system that the service depends on does not answer, or must not be asked again yet. Wait as long as Retry-After says.',
  'origin-unreachable': "The service could not connect to the resource's origin. It retries by itself.",
  'origin-timeout': 'The origin took longer than origin.timeout_s. The service retries by itself.',
  'origin-status':
    'The origin answered with the status in "detail". The service retries after 202, 408, 425, 429, 5xx and any 4xx with Retry-After, but not after others.',
  'origin-auth':
    'The origin answered 401 or 403, or the service got no token for it: the credentials are missing, wrong or not sufficient. The operator must fix this; the service does not retry by itself.',
  'origin-too-large':
    'The answer has more bytes than origin.max_bytes, counted without compression, more rows than a cache may have, or more pages than origin.pages.max.',
  'origin-malformed':
    'The answer does not have the declared format, its rows do not fit the declared tables, or it was cut off. The last version stays in use.',
  'origin-redirect': 'The origin redirected the service to an address that the service does not follow.',
  'origin-guard':
    'The load has too few rows or deletes too many (guard). The last version stays in use for 7 days after stale_if_error_s.',
  'origin-pages':
    'The answer says that there is another page, which the definition does not ask for; or its pages do not fit together: rows moved while they were read, or the pages have no end. The last version stays in use for 7 days after stale_if_error_s.',
  'origin-refused':
    'The answer itself says that it failed: it has a member "errors" or "exception" or a SOAP Fault, or it does not match origin.expect. The last version stays in use for 7 days after stale_if_error_s.',
  misconfigured:
    'A setting of the service, or a secret of the resource, is missing or wrong. "detail" names it; for a resource, only to a token with cache:admin. The operator must fix this: npm run deploy checks settings before it uploads, npx wrangler secret put ORIGIN_… sets secrets, and locally (npm start) both are lines in .dev.vars.',
  internal: 'A fault of the service. Try again. If it persists, give the operator the X-Request-Id of the answer.',
};
