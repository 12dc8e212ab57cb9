/** Checks of a source that need no request (CONTRACT 4 "Sources"): the rules of origins, for a literal address. */

import type { InputFault } from '../contract/problem.ts';
import type { Source, SourceAuth } from '../contract/source.ts';
import { pointerTo } from '../core/pointer.ts';
import { literalFaults, secretFaults } from './check-address.ts';
import { HEADER_PLACEHOLDER, hasControl, headerFaults } from './check-origin.ts';
import { tokenHeader } from './credentials.ts';
import { isTrusted } from './hosts.ts';
import { oauth2Faults } from './oauth/check-oauth.ts';

const MAX_QUERY_KEYS = 8;

/** All faults, with pointers from the definition's root. `hosts`: ORIGIN_HOSTS. */
export function sourceFaults(source: Source, hosts: readonly string[]): InputFault[] {
  return source.database === undefined ? [...faultsOfSystem(source, hosts)] : [...faultsOfDatabase(source)];
}

const MOST_CONNECTIONS = 20;

function* faultsOfDatabase({ url, via, headers, auth, concurrency = 0 }: Source): Generator<InputFault> {
  if (concurrency > MOST_CONNECTIONS) {
    yield {
      pointer: '/concurrency',
      detail: `must be at most ${MOST_CONNECTIONS} for a database: each load holds a connection`,
    };
  }
  const others = { url, via, auth, headers: Object.keys(headers).length > 0 ? headers : undefined };
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) yield { pointer: pointerTo('', name), detail: 'does not go together with database' };
  }
}

function* faultsOfSystem({ url: text, via, headers, auth }: Source, hosts: readonly string[]): Generator<InputFault> {
  if (text === undefined) {
    yield { pointer: '/url', detail: 'is required, unless database is set' };
    return;
  }
  for (const detail of literalFaults(text, via !== undefined, hosts)) yield { pointer: '/url', detail };
  const isTrustedHost = URL.canParse(text) && isTrusted(new URL(text), hosts);
  yield* headerFaults(headers, 'shared', isTrustedHost, '/headers');
  const [own, by] =
    auth?.oauth2 === undefined ? ['Authorization', auth?.basic] : [tokenHeader(auth.oauth2).name, auth.oauth2];
  for (const name of Object.keys(headers)) {
    if (by !== undefined && name.toLowerCase() === own.toLowerCase()) {
      yield { pointer: pointerTo('/headers', name), detail: 'is set by auth' };
    }
  }
  if (auth !== undefined) yield* authFaults(auth, isTrustedHost, hosts);
}

function* authFaults(
  { basic, oauth2, query }: SourceAuth,
  isTrustedHost: boolean,
  hosts: readonly string[],
): Generator<InputFault> {
  if (basic === undefined && oauth2 === undefined && query === undefined) {
    yield { pointer: '/auth', detail: 'must have a member' };
  }
  if (basic !== undefined && oauth2 !== undefined) {
    yield { pointer: '/auth', detail: 'must have one of basic and oauth2' };
  }
  if (oauth2 !== undefined) {
    for (const { pointer, detail } of oauth2Faults(oauth2, hosts)) yield { pointer: `/auth/oauth2${pointer}`, detail };
    if (!isTrustedHost)
      yield { pointer: '/auth/oauth2', detail: 'sends a token, so ORIGIN_HOSTS must name the host of the URL' };
  }
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
