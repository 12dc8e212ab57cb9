/** The request for a further page, made from the one before: by the origin's link, or by setting a parameter. */

import { LoadFailure } from '../../contract/problem.ts';
import { isObject } from '../../core/json-value.ts';
import { pointerTokens } from '../../core/pointer.ts';
import type { OriginRequest } from '../build-request.ts';
import { withoutParameters, withParameter } from '../query-parameter.ts';
import { isOfBody } from './page-values.ts';

// rawJSON keeps the digits of a token as the origin wrote them (TC39 "JSON.parse source text access"); TypeScript lacks
// its type.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** How links are followed. */
export interface LinkRules {
  /** The URL of the answer that contains the link. */
  base: URL;
  /** `origin.pages.rehost` */
  rehost: boolean;
}

/**
 * The request that a link leads to: a GET of the link, without the source's keys (`auth.query`) that the origin repeats
 * in it. It has the headers of `first`, and always goes to the scheme, host and port of `first`.
 *
 * @throws LoadFailure `origin-malformed` if the link is not a URL; `origin-redirect` for another host, which only
 * administrators see
 */
export function linked(first: OriginRequest, link: string, { base, rehost }: LinkRules): OriginRequest {
  if (!URL.canParse(link, base.href)) {
    throw new LoadFailure(
      'origin-malformed',
      'The link to the next page of the origin is not a URL: check that origin.pages.next names the right place.',
    );
  }
  const target = new URL(link, base.href);
  const isWeb = target.protocol === 'https:' || target.protocol === 'http:';
  const isPlain = target.username === '' && target.password === '';
  // The parser has normalised both: Unicode names to ASCII, addresses to one notation, backslashes to slashes.
  const isSameHost = isPlain && target.hostname === first.url.hostname;
  if (!isWeb || !(isSameHost || rehost)) throw foreign(target, isWeb);
  const url = new URL(first.url.origin);
  url.pathname = target.pathname;
  url.search = target.search;
  // Origins often repeat the whole query in links. A key in the link would change the request, and would be stored with
  // it.
  const kept = withoutParameters(url, first.keyNames ?? []);
  return { ...first, ...withoutBody(first), url: kept, method: 'GET', body: null };
}

/** A GET has no body, so the headers about its type are removed. */
function withoutBody({ headers, ownHeaders }: OriginRequest): Pick<OriginRequest, 'headers' | 'ownHeaders'> {
  const [all, own] = [new Headers(headers), new Headers(ownHeaders)];
  all.delete('Content-Type');
  own.delete('Content-Type');
  return { headers: all, ownHeaders: own };
}

function foreign({ host, protocol }: URL, isWeb: boolean): LoadFailure {
  const detailOf = (where: string) =>
    `The link to the next page leads ${where}, where links are not followed. If it means the host of origin.url, set origin.pages.rehost: true.`;
  const where = isWeb ? `to ${host}` : `to an address of the scheme ${protocol}`;
  return new LoadFailure('origin-redirect', detailOf('elsewhere'), { adminDetail: detailOf(where) });
}

/** A query parameter, or a pointer into the JSON body, and its new value as text (a number with its original digits). */
export interface Setting {
  name: string;
  text: string;
  isNumber: boolean;
}

/**
 * The same request with these parameters; everything else stays byte for byte. @throws LoadFailure `invalid-parameters`
 */
export function withSettings(request: OriginRequest, settings: readonly Setting[]): OriginRequest {
  let { url, body } = request;
  for (const setting of settings) {
    if (isOfBody(setting.name)) body = withMember(body, setting);
    else url = withParameter(url, setting.name, setting.text);
  }
  return { ...request, url, body };
}

function withMember(body: string | null, { name, text, isNumber }: Setting): string {
  const root: unknown = JSON.parse(body ?? '{}');
  const tokens = pointerTokens(name);
  const last = tokens.pop() ?? '';
  let inner = root;
  for (const token of tokens) {
    if (!isObject(inner)) break;
    if (!Object.hasOwn(inner, token)) define(inner, token, {});
    inner = (inner as Record<string, unknown>)[token];
  }
  if (!isObject(inner)) {
    const detail = `The body of the request has no object that "${name}" of origin.pages could be in.`;
    throw new LoadFailure('invalid-parameters', detail);
  }
  define(inner, last, isNumber ? rawJSON(text) : text);
  return JSON.stringify(root);
}

/** Sets an own member, whatever its name (`__proto__`). */
function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
