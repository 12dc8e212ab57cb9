/** Asks for a token with client credentials (RFC 6749 section 4.4), by oauth4webapi. */

import * as oauth from 'oauth4webapi';
import type { OAuth2 } from '../../contract/oauth.ts';
import { LoadFailure } from '../../contract/problem.ts';
import { isObject } from '../../core/json-value.ts';
import type { Fetch } from '../../ports/network.ts';
import { retryAfterMs } from '../origin-status.ts';
import { withoutValues } from '../redact.ts';
import { clientKey } from './client-key.ts';

/** Time-out (ms) and size limit (bytes) of an answer. */
const TIMEOUT_MS = 30_000;
const MAX_BYTES = 65_536;
/** A token with a longer life is replaced after this time, s: dates beyond the calendar cannot be stored. */
const MOST_LIFE_S = 31_536_000;
/** Most characters of a provider's refusal that are repeated. */
const MAX_TEXT = 200;
const RETRYABLE = new Set([408, 425, 429]);

/** The client that asks. */
export interface ClientCredentials {
  clientId: string;
  /** The client's secret, or its private key as PEM. */
  credential: string;
  /** Name of the secret that holds the credential. */
  name: string;
}

/** What a token request needs. */
export interface TokenOptions {
  fetch: Fetch;
  signal: AbortSignal;
  /** Values that must not be revealed; `note` adds to them. */
  secrets: readonly string[];
  note(value: string): void;
  /** ms since the epoch. */
  now: number;
}

/** A token and its life, ms. */
export interface GivenToken {
  token: string;
  lifeMs: number;
}

/**
 * Sends one request, and follows no redirect.
 *
 * @throws LoadFailure `origin-auth`: final if the client is refused, otherwise worth a retry; `misconfigured` for an
 * invalid key
 */
export async function requestToken(
  definition: OAuth2,
  client: ClientCredentials,
  { fetch, signal, secrets, note, now }: TokenOptions,
): Promise<GivenToken> {
  const server = { issuer: new URL(definition.token_url).origin, token_endpoint: definition.token_url };
  const authentication = await clientAuthentication(definition, client);
  const known = { client_id: client.clientId };
  const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const options = {
    signal: limited,
    // ORIGIN_HOSTS decides which hosts may be asked without TLS.
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: (url: string, init: RequestInit) => {
      noteProof(init, note);
      return bounded(fetch, url, init);
    },
  };
  let response: Response;
  try {
    response = await oauth.clientCredentialsGrantRequest(server, known, authentication, definition.params, options);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof LoadFailure) throw cause;
    throw refused(
      'The service asked for a token and got no answer: check that oauth2.token_url is right and can be reached from the internet.',
      { retryable: true, cause },
    );
  }
  await demandGranted(response, secrets, now);
  try {
    const { access_token: token, expires_in: expiresS } = await oauth.processClientCredentialsResponse(
      server,
      known,
      response,
    );
    if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('a header cannot hold it');
    return { token, lifeMs: Math.min(Math.max(expiresS ?? definition.expires_s, 1), MOST_LIFE_S) * 1000 };
  } catch (cause) {
    throw refused(
      'The answer to the request for a token has no token that can be used (RFC 6749 section 5.1): check that oauth2.token_url is the address for tokens.',
      { cause },
    );
  }
}

async function clientAuthentication(
  { client_auth, alg = 'PS256', kid, aud, token_url, params }: OAuth2,
  { credential, name }: ClientCredentials,
): Promise<oauth.ClientAuth> {
  switch (client_auth) {
    case 'basic':
      return oauth.ClientSecretBasic(credential);
    case 'post':
      return oauth.ClientSecretPost(credential);
    case 'private_key_jwt': {
      const key = await clientKey(credential, alg, name);
      return oauth.PrivateKeyJwt(kid === undefined ? key : { key, kid }, {
        [oauth.modifyAssertion]: (header, payload) => {
          header.typ = 'JWT';
          payload.aud = aud ?? token_url;
          // NetSuite reads the scope only from the assertion; other providers ignore unknown claims (RFC 7523 section 3).
          if (params.scope !== undefined) payload.scope = params.scope;
        },
      });
    }
  }
}

/** Notes the client's proof of identity in the form in which it is sent: the provider may repeat it in an answer. */
function noteProof({ headers, body }: RequestInit, note: TokenOptions['note']): void {
  const authorization = new Headers(headers).get('Authorization');
  if (authorization !== null) note(authorization.replace(/^\S+\s+/, ''));
  const form = body instanceof URLSearchParams ? body : new URLSearchParams();
  for (const name of ['client_secret', 'client_assertion']) {
    const value = form.get(name);
    if (value === null) continue;
    note(value);
    note(new URLSearchParams({ value }).toString().slice('value='.length));
  }
}

/** Reads the whole answer, up to the size limit: a valid token answer is small. */
async function bounded(fetch: Fetch, url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, cache: 'no-store' });
  const reader = response.body?.getReader();
  let text = '';
  let bytes = 0;
  const decoder = new TextDecoder();
  try {
    for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
      bytes += read.value.byteLength;
      if (bytes > MAX_BYTES)
        throw refused(
          `The answer to the request for a token has more than ${MAX_BYTES} bytes: check that oauth2.token_url is the address for tokens.`,
          {},
        );
      text += decoder.decode(read.value, { stream: true });
    }
  } finally {
    reader?.cancel().catch(() => undefined);
  }
  const { status, headers } = response;
  return new Response([204, 205, 304].includes(status) ? null : text, { status, headers });
}

/** @throws LoadFailure `origin-auth` for any status except 200 */
async function demandGranted(response: Response, secrets: readonly string[], now: number): Promise<void> {
  const { status, headers } = response;
  if (status === 200) return;
  if (status >= 300 && status < 400) {
    throw refused(
      'The request for a token was answered by a redirect, which is not followed: put the address that it leads to into oauth2.token_url.',
      {},
    );
  }
  const answer = await response.json().catch(() => null);
  const told = isObject(answer)
    ? [answer.error, answer.error_description].filter((text) => typeof text === 'string')
    : [];
  const said = withoutValues(told.join(': '), secrets)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .slice(0, MAX_TEXT);
  throw refused(`The request for a token was answered with status ${status}.`, {
    retryable: status >= 500 || RETRYABLE.has(status),
    retryAfterMs: retryAfterMs(headers, now),
    said,
  });
}

function refused(
  detail: string,
  { said = '', ...options }: { retryable?: boolean; retryAfterMs?: number | null; said?: string; cause?: unknown },
): LoadFailure {
  const adminDetail = said === '' ? detail : `${detail} It says: ${said}`;
  return new LoadFailure('origin-auth', detail, { ...options, adminDetail });
}
