/** What an operator checks and does if loads of a cache fail: the text of /docs/failing, and part of /docs/problems. */

import type { LoadFailureCode } from '../../src/contract/problem.ts';

/** Complete sentences. */
export interface Steps {
  /** Where to see the cause. */
  look: string;
  /** How to fix it. */
  act: string;
}

/** Code -> steps. The type requires an entry for each code with which a load can fail. */
export const FAILING_STEPS: Readonly<Record<LoadFailureCode, Steps>> = {
  'origin-unreachable': {
    look: 'For a token with cache:admin, "detail" says why: most likely the name was not found, nothing accepts connections, TLS fails, or the connection was closed. Try origin.url with curl from the internet: the service cannot reach a host that only your own network reaches.',
    act: 'Correct the scheme, host and port in origin.url; replace a certificate that has expired or is self-signed; open the firewall. The service retries loads by itself.',
  },
  'origin-timeout': {
    look: 'Measure how long the origin takes for the same request, and whether it is slow for all parameter values or only for some.',
    act: 'Request less data by parameters, make the origin faster, or raise origin.timeout_s (at most 300).',
  },
  'origin-status': {
    look: '"detail" contains the status and, for a token with cache:admin, the origin\'s own message. 404: the address in origin.url. 204 and 205: there is no content. 429 and 5xx: the origin is overloaded or has a fault. 520 to 530: Cloudflare did not reach the origin.',
    act: 'Correct origin.url, or accept an answer without content as no rows with tables[].missing: "empty". The service retries after 202, 408, 425, 429, 5xx and any 4xx with Retry-After by itself; if they continue, load less often by ttl_s or schedule.',
  },
  'origin-auth': {
    look: 'The origin answered 401 or 403, or the server that gives out its tokens refused the client: the credentials are missing, wrong, expired, or not sufficient for this address. For a token with cache:admin, "detail" contains the origin\'s own message. Check the secrets in origin.headers or in the auth of the source.',
    act: "Renew the secret (npx wrangler secret put ORIGIN_…), or ask the origin's administrator to give the account the right to read this. The service does not retry these loads by itself: refresh afterwards.",
  },
  'origin-too-large': {
    look: '"detail" names the limit: origin.max_bytes, counted without compression and for all pages together; 500,000 rows (400,000 with tables[].key); origin.pages.max; or 4 MiB of tables that come before their turn.',
    act: 'Narrow the answer by parameters, or raise origin.max_bytes (at most 33554432) or origin.pages.max (at most 1000); name the tables in the order of the answer.',
  },
  'origin-malformed': {
    look: '"detail" names the place. Compare the origin\'s answer (curl -i) with format, content_type and tables. An answer that was cut off has already been retried.',
    act: 'Correct the definition. content_type: "*/*" accepts any type, tables[].missing: "empty" accepts a missing table, and tables[].short_rows: "null" accepts rows without their last cells. If a cell does not fit, its row and column are named: decimal, group, pattern, zone and null of the column describe how the origin writes values; charset and csv do the same for the whole answer. A column that no row has any more was probably renamed in the origin: rename it in the definition, or set "optional": true if the origin leaves out empty values. A login page instead of data means that the secret has expired.',
  },
  'origin-redirect': {
    look: 'For a token with cache:admin, "detail" names the host to which the origin led the service, by a redirect or by the link to a next page. A login page there means that the secret in origin.headers has expired.',
    act: 'Set origin.url to the address that it leads to; or, if you trust that host, add it to ORIGIN_HOSTS and set origin.redirects: "hosts". The service follows links to a next page only on the host of origin.url: if they name an internal host of the same system, set origin.pages.rehost: true.',
  },
  'origin-guard': {
    look: '"detail" says how many rows came. Check the origin\'s answer. The last version stays in use for 7 days after stale_if_error_s.',
    act: 'If the answer is right, accept it once: in the console "Load past the guard" of the cache, or POST /api/v1/caches/<key>/refresh/?force=true. If such answers are normal from now on, change guard. If the answer is wrong, fix the origin.',
  },
  'origin-pages': {
    look: '"detail" says which of these happened: the answer names another page, which the definition does not ask for; rows moved while pages were read, because a key came on two pages or the count of rows changed; or the pages have no end. POST /api/v1/resources/<title>/probe/ shows the requests for the first pages. The last version stays in use for 7 days after stale_if_error_s.',
    act: 'Describe in origin.pages how the pages follow; or request everything at once, for example by a larger page size in origin.url. If you want only the first page, accept it with origin.partial: ["next"]. Rows that move: the service retries such loads by itself. Make the origin sort rows by a unique column that does not change, prefer origin.pages.next to offset, remove origin.pages.total if it counts something else, or accept such rows with origin.pages.drift: "keep". Pages without end: correct the name of the parameter, or the place of the link.',
  },
  'origin-refused': {
    look: '"detail" names what says that the answer failed, even with a successful status: a member "errors" or "exception", a SOAP Fault and its code, or a value that does not match origin.expect. Read the origin\'s message there; for a Fault, "detail" contains its text for a token with cache:admin. The last version stays in use for 7 days after stale_if_error_s.',
    act: 'Fix what the origin complains about: a Fault with the code Client or Sender is about the request (origin.body, headers, parameters); after one with Server or Receiver the service retries. If such answers are nevertheless complete, accept them with origin.partial: ["errors"], or change origin.expect.',
  },
  'invalid-parameters': {
    look: 'The definition has changed since the cache was first loaded, or these values do not fit into origin.url or a header. "detail" says which.',
    act: 'If these values are no longer needed, purge the cache: DELETE /api/v1/caches/<key>/. Otherwise allow them in "parameters" of the definition, or change how origin.url uses them.',
  },
  'not-found': {
    look: 'The resource was deleted while a load of it waited.',
    act: 'Nothing: its caches are purged. If it was deleted by mistake, put the definition again.',
  },
  misconfigured: {
    look: 'For a token with cache:admin, "detail" names the host that ORIGIN_HOSTS does not allow, or the missing secret.',
    act: 'Add the host to ORIGIN_HOSTS in wrangler.toml and deploy, or set the secret: npx wrangler secret put ORIGIN_…. Locally (npm start) both are lines in .dev.vars; then restart the service. The next read or refresh loads the cache again.',
  },
  overloaded: {
    look: 'Other loads used all the room, or D1, R2 or the objects do not answer: see GET /healthz and request.failed in the log.',
    act: 'Wait: the service retries by itself. If it lasts, stagger schedules, or make large answers smaller by parameters.',
  },
  internal: {
    look: 'refresh.internal or refresh.fault in the log contains the error and its stack. "broken off" means that a load was killed, for example by a deploy.',
    act: 'The service retries a single one by itself. Many after a deploy: npx wrangler rollback. Otherwise report the log line.',
  },
};
