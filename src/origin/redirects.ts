/** Redirects of origins (CONTRACT 4 "Origins"): followed within the same origin, and to hosts that the operator has named. */

import { LoadFailure } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import type { OriginRequest } from './build-request.ts';
import { hostRefusal, isTrusted } from './hosts.ts';
import { withoutParameters } from './query-parameter.ts';

const MAX_REDIRECTS = 3;
const FOLLOWED = new Set([301, 302, 303, 307, 308]);
/**
 * These keep the method and the body; after the others a POST becomes a GET, as in browsers (Fetch, "HTTP-redirect
 * fetch").
 */
const KEEP_METHOD = new Set([307, 308]);

/** How redirects are followed. */
export interface RedirectRules {
  redirects: Resource['origin']['redirects'];
  /** ORIGIN_HOSTS. */
  hosts: readonly string[];
  /** Values that only the origin itself may receive. */
  secrets: readonly string[];
  /** What an administrator can do about a redirect that is not followed; that of an origin if not given. */
  remedies?: RedirectRemedies;
}

/** Ends of sentences: after too many redirects, and after one to another place. */
export interface RedirectRemedies {
  tooMany: string;
  elsewhere: string;
}

const OF_ORIGIN: RedirectRemedies = {
  tooMany: 'put the address where its data is into origin.url.',
  elsewhere:
    'Put the right address into origin.url; or, if that host is to be trusted, name it in ORIGIN_HOSTS and set origin.redirects: "hosts".',
};

/** Whether an answer is a redirect. */
export function isRedirect({ status }: Response): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

/**
 * The request that a redirect leads to, after `followed` others.
 *
 * @throws LoadFailure `origin-redirect`, which tells only administrators, and only the host
 */
export function redirected(
  request: OriginRequest,
  { status, headers }: Response,
  followed: number,
  rules: RedirectRules,
): OriginRequest {
  const url = targetOf(headers.get('Location'), request.url);
  const { tooMany, elsewhere } = rules.remedies ?? OF_ORIGIN;
  if (url === null) throw refused('to an unknown place', elsewhere);
  if (followed >= MAX_REDIRECTS) {
    const detail = `The origin redirected more than ${MAX_REDIRECTS} times in a row: ${tooMany}`;
    throw new LoadFailure('origin-redirect', detail);
  }
  const isSame = url.origin === request.url.origin && url.username === '' && url.password === '';
  const isGet = request.method === 'GET' || !KEEP_METHOD.has(status);
  // The body may contain secrets.
  const leavesWithBody = !isSame && !isGet && request.isBodyDefined === true;
  if (!FOLLOWED.has(status) || leavesWithBody || (!isSame && !mayLeave(url, rules))) {
    throw refused(`to ${url.host || `an address of the scheme ${url.protocol}`}`, elsewhere);
  }
  const isKey = (value: string) => rules.secrets.includes(value);
  return {
    ...request,
    // Many servers repeat the query of the request in the redirect, including keys of `auth.query`.
    url: isSame ? url : withoutParameters(url, request.keyNames ?? [], isKey),
    method: isGet ? 'GET' : request.method,
    body: isGet ? null : request.body,
    // Another host gets no header of the definition, and they are not sent again if it redirects back.
    headers: isSame ? request.headers : request.ownHeaders,
    ownHeaders: request.ownHeaders,
  };
}

/** Without the fragment, which is not sent. */
function targetOf(location: string | null, from: URL): URL | null {
  if (location === null || !URL.canParse(location, from.href)) return null;
  const url = new URL(location, from.href);
  url.hash = '';
  return url;
}

function mayLeave(url: URL, { redirects, hosts }: RedirectRules): boolean {
  const isPlain = url.username === '' && url.password === '';
  return redirects === 'hosts' && isPlain && hostRefusal(url, hosts) === null && isTrusted(url, hosts);
}

/** Only administrators learn where it leads. */
function refused(where: string, remedy: string): LoadFailure {
  const detailOf = (place: string) => `The origin redirected ${place}, where the service does not follow. ${remedy}`;
  return new LoadFailure('origin-redirect', detailOf('elsewhere'), { adminDetail: detailOf(where) });
}
