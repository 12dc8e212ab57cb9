/**
 * What a client does about each problem: the text of /docs/problems. For operators and failed loads see
 * failing-steps.ts.
 */

import type { ProblemCode } from '../../src/contract/problem.ts';

/** Code -> one or two sentences. */
export const REMEDIES: Readonly<Record<ProblemCode, string>> = {
  'invalid-json': 'Send one JSON object (UTF-8), nested at most 32 deep.',
  'invalid-parameters':
    'The member "errors" names each fault by JSON pointer. A resource tells its parameters as JSON Schema.',
  'invalid-header': 'The member "errors" names the header and what is wrong with it.',
  'invalid-cursor': 'Take the cursor from the Link header of the page before, as it is, or begin without one.',
  unauthenticated:
    'Send "Authorization: Bearer <JWT>". WWW-Authenticate says whether the token was missing, expired or not valid. Operator: the log has why it is refused, in token.claim_refused or token.signature_refused; docs/identity.md explains each reason.',
  'insufficient-scope':
    'WWW-Authenticate names the scope that the token must have. cache:admin contains cache:inspect; no other scope contains another.',
  'device-mismatch': 'The token names a device in its claim device_id. Leave X-Device-Id out or send that device.',
  'not-found': 'There is nothing here that this token may see. Ended tasks are kept for 7 days.',
  'method-not-allowed': 'Allow names the methods of this path.',
  'upgrade-required': 'Connect with a WebSocket client and a ticket from POST /api/v1/live/; docs/sync.md shows how.',
  conflict: 'Read the state again: a task that runs or has ended cannot be revoked.',
  'precondition-failed': 'Somebody was faster. Read the current state and its ETag, then try again.',
  'too-large': 'A request body may have 64 KiB.',
  'unsupported-media-type': 'Send "Content-Type: application/json".',
  'range-not-satisfiable':
    'Content-Range tells how many bytes there are. Whoever has as many has all of them; else begin anew without Range.',
  'rate-limited': 'Wait as long as Retry-After says.',
  'not-set-up':
    'Operator: figures need the binding ANALYTICS_SQL; docs/operations.md (Figures) says how to add it. Everything else works without.',
  overloaded:
    'Something that the service depends on does not answer, or is not to be asked again yet. Wait as long as Retry-After says.',
  'origin-unreachable': "The service could not connect to the resource's origin. It tries again by itself.",
  'origin-timeout': 'The origin took longer than origin.timeout_s. The service tries again by itself.',
  'origin-status':
    'The origin answered with the status named in "detail". 202, 408, 425, 429, 5xx and any 4xx with Retry-After are tried again, others are not.',
  'origin-auth':
    'The origin answered 401 or 403, or no token could be had for it: what it was sent to let the service in is missing, wrong or not enough. This is for the operator; it is not tried again by itself.',
  'origin-too-large':
    'The answer has more bytes than origin.max_bytes, counted without compression, more rows than a cache may have, or more pages than origin.pages.max.',
  'origin-malformed':
    'The answer is not of the declared format, its rows do not fit the declared tables, or it was cut short. The last version stands.',
  'origin-redirect': 'The origin sent the service to a place that it does not follow to.',
  'origin-guard':
    'The load has too few rows or deletes too many (guard). The last version stands 7 days past stale_if_error_s.',
  'origin-pages':
    'The answer says that a further page follows which the definition does not ask for, or its pages do not fit together: rows moved while they were read, or they have no end. The last version stands 7 days past stale_if_error_s.',
  'origin-refused':
    'The answer says itself that it failed: by a member "errors" or "exception", by a SOAP Fault, or not as origin.expect demands. The last version stands 7 days past stale_if_error_s.',
  misconfigured:
    'A setting of the service, or a secret of the resource, is missing or wrong; "detail" names it, of a resource to a token with cache:admin. This is for the operator: npm run deploy checks settings before it uploads; secrets are put by npx wrangler secret put ORIGIN_…, and locally (npm start) both are lines in .dev.vars.',
  internal: 'A fault of the service. Try again; if it stays, tell the operator the X-Request-Id of the answer.',
};
