/** What can be said of a source before anything is fetched (CONTRACT 4 "Sources"): the rules of origins, for an address that is literal. */

import type { InputFault } from '../contract/problem.ts';
import type { Source, SourceAuth } from '../contract/source.ts';
import { pointerTo } from '../core/pointer.ts';
import { DOT_SEGMENT, hasDotSegment } from '../core/source-address.ts';
import { HEADER_PLACEHOLDER, hasControl, headerFaults, isSecretName } from './check-origin.ts';
import { secretNameOf } from './check-webhook.ts';
import { hostRefusal, isTrusted } from './hosts.ts';

const MAX_QUERY_KEYS = 8;
const NOT_A_SECRET = 'may name only secrets that begin with ORIGIN_, and not ORIGIN_HOSTS or ORIGIN_PORT';
const UNTRUSTED = 'uses a secret, so ORIGIN_HOSTS must name the host of the URL';

/** All faults, with pointers from the definition's root. `hosts`: ORIGIN_HOSTS. */
export function sourceFaults(source: Source, hosts: readonly string[]): InputFault[] {
  return source.database === undefined ? [...faultsOfSystem(source, hosts)] : [...faultsOfDatabase(source)];
}

const MOST_CONNECTIONS = 20;

function* faultsOfDatabase({ url, via, headers, auth, concurrency = 0 }: Source): Generator<InputFault> {
  if (concurrency > MOST_CONNECTIONS) {
    yield {
      pointer: '/concurrency',
      detail: `must be at most ${MOST_CONNECTIONS} of a database: each load holds a connection`,
    };
  }
  const others = { url, via, auth, headers: Object.keys(headers).length > 0 ? headers : undefined };
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) yield { pointer: pointerTo('', name), detail: 'does not go together with database' };
  }
}

function* faultsOfSystem({ url: text, via, headers, auth }: Source, hosts: readonly string[]): Generator<InputFault> {
  if (text === undefined) {
    yield { pointer: '/url', detail: 'is required, or database in its place' };
    return;
  }
  for (const detail of urlFaults(text, via !== undefined, hosts)) yield { pointer: '/url', detail };
  const isTrustedHost = URL.canParse(text) && isTrusted(new URL(text), hosts);
  yield* headerFaults(headers, 'shared', isTrustedHost, '/headers');
  for (const name of Object.keys(headers)) {
    if (auth?.basic !== undefined && name.toLowerCase() === 'authorization') {
      yield { pointer: pointerTo('/headers', name), detail: 'is set by auth.basic' };
    }
  }
  if (auth !== undefined) yield* authFaults(auth, isTrustedHost);
}

function* urlFaults(text: string, isPrivate: boolean, hosts: readonly string[]): Generator<string> {
  // The URL parser would drop or turn these silently.
  if (/[\s\\]/.test(text) || hasControl(text)) yield 'must not hold spaces, control characters or backslashes';
  if (/[{}]/.test(text)) yield 'must be literal: templates are for origin.url of a resource';
  if (!URL.canParse(text)) {
    yield 'must be a URL';
    return;
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/]*@/.test(text)) {
    yield 'must not hold a user name or password';
    return;
  }
  if (hasDotSegment(text)) yield DOT_SEGMENT;
  if (/[?#]/.test(text)) yield 'must have no query and no fragment: they go into origin.url of a resource';
  if (/\.(?::\d*)?$/.test(authorityOf(text))) yield 'must name its host without a dot at the end';
  else if (!isWrittenSo(text, url)) yield `must be written as ${url.origin}, which is what it means`;
  const refusal = hostRefusal(url, hosts, isPrivate);
  if (refusal !== null) yield refusal;
}

/** Whether host and port stand there as the URL parser understands them: another name for a host is another host to whoever reads it. */
function isWrittenSo(text: string, { host, protocol }: URL): boolean {
  const usual = protocol === 'https:' ? ':443' : ':80';
  const written = authorityOf(text).toLowerCase();
  return written === host || written === host + usual;
}

function authorityOf(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(text)?.[1] ?? '';
}

function* authFaults({ basic, query }: SourceAuth, isTrustedHost: boolean): Generator<InputFault> {
  if (basic === undefined && query === undefined) yield { pointer: '/auth', detail: 'must have a member' };
  if (basic !== undefined) {
    yield* secretFaults('/auth/basic/password', basic.password, isTrustedHost);
    const placeholders = [...basic.user.matchAll(HEADER_PLACEHOLDER)];
    if (placeholders.length > 0) {
      if (placeholders[0]?.[0] === basic.user) yield* secretFaults('/auth/basic/user', basic.user, isTrustedHost);
      else yield { pointer: '/auth/basic/user', detail: 'must be a name, or one secret and nothing else' };
    } else if (basic.user.includes(':') || hasControl(basic.user)) {
      yield { pointer: '/auth/basic/user', detail: 'must not hold a colon or control characters (RFC 7617)' };
    }
  }
  const names = Object.keys(query ?? {});
  if (query !== undefined && (names.length === 0 || names.length > MAX_QUERY_KEYS)) {
    yield { pointer: '/auth/query', detail: `must have 1 to ${MAX_QUERY_KEYS} members` };
  }
  for (const [name, secret] of Object.entries(query ?? {})) {
    const pointer = pointerTo('/auth/query', name);
    if (name === '' || name.length > 128 || hasControl(name)) {
      yield { pointer, detail: 'must be a name of 1 to 128 characters, without control characters' };
    }
    yield* secretFaults(pointer, secret, isTrustedHost);
  }
}

function* secretFaults(pointer: string, placeholder: string, isTrustedHost: boolean): Generator<InputFault> {
  if (!isSecretName(secretNameOf(placeholder))) yield { pointer, detail: NOT_A_SECRET };
  else if (!isTrustedHost) yield { pointer, detail: UNTRUSTED };
}
