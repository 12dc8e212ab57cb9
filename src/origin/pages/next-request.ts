/** The request of a further page, made of the one before: by a link of the origin, or by a parameter that is set anew. */

import { LoadFailure } from '../../contract/problem.ts';
import { isObject } from '../../core/json-value.ts';
import { pointerTokens } from '../../core/pointer.ts';
import type { OriginRequest } from '../build-request.ts';
import { withoutParameters, withParameter } from '../query-parameter.ts';
import { isOfBody } from './page-values.ts';

// Digits of a token stay as the origin wrote them (TC39 "JSON.parse source text access"); the compiler does not know it yet.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** How links are followed. */
export interface LinkRules {
  /** The URL of the answer that has the link. */
  base: URL;
  /** `origin.pages.rehost` */
  rehost: boolean;
}

/**
 * The request that a link leads to: a GET of it as it is, but for keys of the source that the origin repeats in it; with the headers of
 * `first`, at the scheme, host and port of `first` whatever the link says.
 *
 * @throws LoadFailure `origin-malformed` for what is no URL; `origin-redirect` for another host, telling it to administrators alone
 */
export function linked(first: OriginRequest, link: string, { base, rehost }: LinkRules): OriginRequest {
  if (!URL.canParse(link, base.href)) {
    throw new LoadFailure(
      'origin-malformed',
      'The link to the next page of the origin is no URL: see that origin.pages.next names the right place.',
    );
  }
  const target = new URL(link, base.href);
  const isWeb = target.protocol === 'https:' || target.protocol === 'http:';
  const isPlain = target.username === '' && target.password === '';
  // The parser has written both in one way: Unicode names in ASCII, addresses in one notation, backslashes as slashes.
  const isSameHost = isPlain && target.hostname === first.url.hostname;
  if (!isWeb || !(isSameHost || rehost)) throw foreign(target, isWeb);
  const url = new URL(first.url.origin);
  url.pathname = target.pathname;
  url.search = target.search;
  // Origins write links of what they were asked. A key in one would make it another request, and be kept with it.
  const kept = withoutParameters(url, first.keyNames ?? []);
  return { ...first, ...withoutBody(first), url: kept, method: 'GET', body: null };
}

/** A GET has no body to tell a type of. */
function withoutBody({ headers, ownHeaders }: OriginRequest): Pick<OriginRequest, 'headers' | 'ownHeaders'> {
  const [all, own] = [new Headers(headers), new Headers(ownHeaders)];
  all.delete('Content-Type');
  own.delete('Content-Type');
  return { headers: all, ownHeaders: own };
}

function foreign({ host, protocol }: URL, isWeb: boolean): LoadFailure {
  const detailOf = (where: string) =>
    `The link to the next page leads ${where}, and no link is followed to there. If it means the host of origin.url, origin.pages.rehost: true says so.`;
  const where = isWeb ? `to ${host}` : `to an address of the scheme ${protocol}`;
  return new LoadFailure('origin-redirect', detailOf('elsewhere'), { adminDetail: detailOf(where) });
}

/** A parameter of the query, or a pointer into the JSON body, and what it is set to: the text, of a number the digits. */
export interface Setting {
  name: string;
  text: string;
  isNumber: boolean;
}

/** The same request with these parameters; all else stays byte for byte. @throws LoadFailure `invalid-parameters` */
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
    const detail = `The body of the request has no object that "${name}" of origin.pages could lie in.`;
    throw new LoadFailure('invalid-parameters', detail);
  }
  define(inner, last, isNumber ? rawJSON(text) : text);
  return JSON.stringify(root);
}

/** As a member of its own, whatever its name. */
function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
