/** Checks of OAuth 2.0 client credentials that need no token request. */

import type { OAuth2 } from '../../contract/oauth.ts';
import type { InputFault } from '../../contract/problem.ts';
import { pointerTo } from '../../core/pointer.ts';
import { literalFaults, secretFaults } from '../check-address.ts';
import { HEADER_PLACEHOLDER, hasControl, headerFaults } from '../check-origin.ts';
import { tokenHeader } from '../credentials.ts';
import { isTrusted } from '../hosts.ts';

const MAX_PARAMS = 16;
/** Parameters that the token request sets itself (RFC 6749 section 4.4.2, RFC 7523 section 2.2). */
const OWN_PARAMS = new Set(['grant_type', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type']);

/** All faults, with pointers from its root. `hosts`: ORIGIN_HOSTS. */
export function* oauth2Faults(definition: OAuth2, hosts: readonly string[]): Generator<InputFault> {
  const { token_url: text, via, client_id } = definition;
  for (const detail of literalFaults(text, via !== undefined, hosts, true)) yield { pointer: '/token_url', detail };
  const isTrustedHost = URL.canParse(text) && isTrusted(new URL(text), hosts);
  const [placeholder] = client_id.match(HEADER_PLACEHOLDER) ?? [];
  if (placeholder === client_id) yield* secretFaults('/client_id', client_id, isTrustedHost);
  else if (placeholder !== undefined)
    yield { pointer: '/client_id', detail: 'must be an id, or one secret and nothing else' };
  yield* credentialFaults(definition, isTrustedHost);
  yield* paramFaults(definition.params);
  const { name, valueWith } = tokenHeader(definition);
  for (const { detail } of headerFaults({ [name]: valueWith('token') }, 'shared', true))
    yield { pointer: '/header', detail };
}

function* credentialFaults(
  { client_secret, private_key, client_auth, alg, kid, aud }: OAuth2,
  isTrustedHost: boolean,
): Generator<InputFault> {
  const byKey = client_auth === 'private_key_jwt';
  const [given, other] = byKey ? ['/private_key', '/client_secret'] : ['/client_secret', '/private_key'];
  const [credential, unused] = byKey ? [private_key, client_secret] : [client_secret, private_key];
  if (credential === undefined) yield { pointer: given, detail: `is required with client_auth "${client_auth}"` };
  else yield* secretFaults(given, credential, isTrustedHost);
  const forKeys = { [other]: unused, ...(byKey ? {} : { '/alg': alg, '/kid': kid, '/aud': aud }) };
  for (const [pointer, value] of Object.entries(forKeys)) {
    if (value !== undefined) yield { pointer, detail: `does not go together with client_auth "${client_auth}"` };
  }
}

function* paramFaults(params: OAuth2['params']): Generator<InputFault> {
  if (Object.keys(params).length > MAX_PARAMS)
    yield { pointer: '/params', detail: `must have at most ${MAX_PARAMS} members` };
  for (const [name, value] of Object.entries(params)) {
    const pointer = pointerTo('/params', name);
    if (name === '' || name.length > 128 || hasControl(name))
      yield { pointer, detail: 'is not a valid parameter name' };
    if (OWN_PARAMS.has(name)) yield { pointer, detail: 'is set by the request itself' };
    if (value.includes('${')) yield { pointer, detail: 'must not name a secret: it is sent unchanged' };
  }
}
