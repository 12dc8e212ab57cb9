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
    look: '"detail" says why to a token with cache:admin: the name was most likely not found, nothing accepts connections, TLS fails, or the connection was closed. Try origin.url with curl from the internet: what only your own network reaches, the service does not.',
    act: 'Put the right scheme, host and port into origin.url; renew a certificate that has expired or is self-signed; open the firewall. Loads are tried again by themselves.',
  },
  'origin-timeout': {
    look: 'See how long the origin takes for the same request, and whether it is slow for all parameters or for large ones only.',
    act: 'Ask for less by parameters, make the origin faster, or raise origin.timeout_s (300 at most).',
  },
  'origin-status': {
    look: '"detail" names the status and, to a token with cache:admin, what the origin says itself. 404: the address in origin.url. 204 and 205: there is no content. 429 and 5xx: the origin has too much to do or a fault. 520 to 530: Cloudflare did not reach the origin.',
    act: 'Correct origin.url, or take no content for no rows with tables[].missing: "empty". 202, 408, 425, 429, 5xx and any 4xx with Retry-After are tried again by themselves; ask less often by ttl_s or schedule if they go on.',
  },
  'origin-auth': {
    look: 'The origin answered 401 or 403, or whoever gives its tokens refused the client: what lets us in is missing, wrong, expired, or not enough for this address. To a token with cache:admin "detail" repeats what the origin says itself. Look at the secrets that origin.headers, or the auth of the source, name.',
    act: "Renew the secret (npx wrangler secret put ORIGIN_…), or have the origin's administrator give its account the right to read this. Loads are not tried again by themselves: refresh afterwards.",
  },
  'origin-too-large': {
    look: '"detail" tells which bound: origin.max_bytes, counted without compression, of all pages together, 500,000 rows (400,000 with tables[].key), origin.pages.max, or 4 MiB of tables that come before their turn.',
    act: 'Narrow the answer by parameters, or raise origin.max_bytes (33554432 at most) or origin.pages.max (1000); name the tables in the order of the answer.',
  },
  'origin-malformed': {
    look: '"detail" names the place. Compare what the origin answers (curl -i) with format, content_type and tables. An answer that was cut short was tried again.',
    act: 'Correct the definition. content_type: "*/*" takes any type, tables[].missing: "empty" a table that is not there, tables[].short_rows: "null" rows that lack cells at their end. A cell that does not fit names its row and column: decimal, group, pattern, zone and null of the column say how the origin writes, charset and csv the same of the whole answer. A column that no row has any more was renamed in the origin: rename it in the definition, or say "optional": true where the origin leaves out what is empty. A login page instead of data means that the secret has run out.',
  },
  'origin-redirect': {
    look: '"detail" names the host that the origin sent the service to, by a redirect or by the link to a next page, to a token with cache:admin. A login page there means that the secret in origin.headers has run out.',
    act: 'Put the address that it leads to into origin.url; or, if you trust that host, name it in ORIGIN_HOSTS and set origin.redirects: "hosts". Links to a next page are followed on the host of origin.url alone: where they name the inner host of the same system, set origin.pages.rehost: true.',
  },
  'origin-guard': {
    look: '"detail" tells how many rows came. Look at what the origin answers: the last version stands 7 days past stale_if_error_s.',
    act: 'If the answer is right, accept it once: in the console "Load past the guard" of the cache, or POST /api/v1/caches/<key>/refresh/?force=true; if it will stay so, change guard. If it is not, mend the origin.',
  },
  'origin-pages': {
    look: '"detail" says which: the answer names a further page that the definition does not ask for; a key that came on two pages, or a count of rows that was another, so that rows moved while pages were read; or pages without end. POST /api/v1/resources/<title>/probe/ shows the first pages as they are asked for. The last version stands 7 days past stale_if_error_s.',
    act: 'Say in origin.pages how the pages follow; or ask for everything at once, such as by a larger page size in origin.url. If the first page is all that is wanted, accept it with origin.partial: ["next"]. Rows that move: such loads are tried again; have the origin order rows by a column that is unique and does not change, prefer origin.pages.next to offset, leave origin.pages.total out where it counts something else, or accept them with origin.pages.drift: "keep". Pages without end: correct the name of the parameter, or the place of the link.',
  },
  'origin-refused': {
    look: '"detail" names what says that it failed, be it under a good status: a member "errors" or "exception", a SOAP Fault and its code, or not what origin.expect demands. Read what the origin says there; of a Fault a token with cache:admin is told the text. The last version stands 7 days past stale_if_error_s.',
    act: 'Mend what the origin complains of: a Fault of the code Client or Sender is about the request (origin.body, headers, parameters), one of Server or Receiver is tried again. If such answers are whole all the same, accept them with origin.partial: ["errors"], or change origin.expect.',
  },
  'invalid-parameters': {
    look: 'The definition has changed since the cache was first loaded, or these values do not fit into origin.url or a header. "detail" says which.',
    act: 'If nobody needs these values any more, purge the cache: DELETE /api/v1/caches/<key>/. Else widen "parameters" of the definition, or change where origin.url uses them.',
  },
  'not-found': {
    look: 'The resource has been deleted while a load of it waited.',
    act: 'Nothing: its caches are purged. If it was deleted by mistake, put the definition again.',
  },
  misconfigured: {
    look: '"detail" names, to a token with cache:admin, the host that ORIGIN_HOSTS does not allow, or the secret that is not there.',
    act: 'Add the host to ORIGIN_HOSTS in wrangler.toml and deploy, or put the secret: npx wrangler secret put ORIGIN_…. Locally (npm start) both are lines in .dev.vars; then start it again. Loads are tried again by themselves when they are next asked for.',
  },
  overloaded: {
    look: 'Other loads took the room, or D1, R2 or the objects do not answer: see GET /healthz and request.failed in the log.',
    act: 'Wait: it is tried again. If it lasts, stagger schedules, or make large answers smaller by parameters.',
  },
  internal: {
    look: 'refresh.internal or refresh.fault in the log has the error and its stack. "broken off" means that a load was killed, such as by a deploy.',
    act: 'One is an accident, and is tried again. Many after a deploy: npx wrangler rollback. Else report the log line.',
  },
};
