/**
 * Sign-in by OpenID Connect: authorization code with PKCE (RFC 6749 section 4.1, RFC 7636), as a public client. A
 * separate chunk, loaded if a provider is set. The library verifies the answers; this module makes the requests.
 */

import {
  AuthorizationResponseError,
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  calculatePKCECodeChallenge,
  clockTolerance,
  discoveryRequest,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  None,
  processAuthorizationCodeResponse,
  processDiscoveryResponse,
  ResponseBodyError,
  validateAuthResponse,
} from 'oauth4webapi';
import type { Schema } from '../api/paths.ts';
import { SignInFault } from './fault.ts';
import { CALLBACK, type Pending, putPending, SIGNED_OUT } from './pending.ts';

export type Provider = Schema<'ConsoleSignIn'>;

/** Longest time for one answer of the provider, ms. */
const TIMEOUT_MS = 30_000;
/** Tolerated clock difference, s: the ID token contains times. */
const CLOCKS_DIFFER_S = 300;
/** Errors of a provider that was told not to ask the user, but has to (OpenID Connect Core section 3.1.2.6). */
const MUST_ASK: readonly string[] = [
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
];
const AWAY: readonly string[] = ['server_error', 'temporarily_unavailable'];

/** The result of a provider's answer. */
export type Finished = { token: string } | 'must-ask';

/** Returns the provider's sign-in address, and keeps what is needed to verify the answer. @throws SignInFault */
export async function begin(provider: Provider, { returnTo, isSilent }: Pick<Pending, 'returnTo' | 'isSilent'>) {
  // Without https the browser has no cryptography.
  if (!isSecureContext) throw new SignInFault('insecure');
  const server = await discovered(provider);
  const url = endpoint(server, 'authorization_endpoint');
  if (url === null) throw new SignInFault('discovery', 'authorization_endpoint');
  const verifier = generateRandomCodeVerifier();
  const pending = { state: generateRandomState(), nonce: generateRandomNonce(), verifier, returnTo, isSilent };
  const asked = {
    ...provider.params,
    client_id: provider.client_id,
    redirect_uri: location.origin + CALLBACK,
    response_type: 'code',
    scope: provider.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(isSilent && { prompt: 'none' }),
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  if (!putPending(pending)) throw new SignInFault('no-room');
  return url.href;
}

/** Exchanges the provider's answer, the query of the callback, for an access token. @throws SignInFault */
export async function finish(provider: Provider, answer: URLSearchParams, pending: Pending): Promise<Finished> {
  const server = await discovered(provider);
  const client: Client = { client_id: provider.client_id, [clockTolerance]: CLOCKS_DIFFER_S };
  if (answer.get('state') !== pending.state) throw new SignInFault('foreign');
  try {
    const checked = validateAuthResponse(server, client, answer, pending.state);
    const redirectUri = location.origin + CALLBACK;
    const response = await authorizationCodeGrantRequest(
      server,
      client,
      None(),
      checked,
      redirectUri,
      pending.verifier,
      {
        ...options(provider),
        // Some providers need the token's audience again (RFC 8707 section 2.2), or issue a token for themselves.
        ...(provider.params.resource && { additionalParameters: { resource: provider.params.resource } }),
      },
    );
    const { access_token: token } = await processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: pending.nonce,
      requireIdToken: true,
    });
    return { token };
  } catch (error) {
    if (pending.isSilent && error instanceof AuthorizationResponseError && MUST_ASK.includes(error.error)) {
      return 'must-ask';
    }
    throw faultOf(error, provider);
  }
}

/** Address that ends the session at the provider (RP-Initiated Logout 1.0); null: it has none. @throws SignInFault */
export async function endSession(provider: Provider): Promise<string | null> {
  const url = endpoint(await discovered(provider), 'end_session_endpoint');
  if (url === null) return null;
  const back = location.origin + SIGNED_OUT;
  // The ID token must not be in an address; without it providers ask the user first. Cognito expects `logout_uri`.
  const asked = { client_id: provider.client_id, post_logout_redirect_uri: back, logout_uri: back };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return url.href;
}

async function discovered(provider: Provider): Promise<AuthorizationServer> {
  const issuer = new URL(provider.issuer);
  try {
    return await processDiscoveryResponse(issuer, await discoveryRequest(issuer, options(provider)));
  } catch (error) {
    const fault = faultOf(error, provider);
    throw fault.kind === 'no-answer' ? fault : new SignInFault('discovery', fault.detail);
  }
}

/** An endpoint of the provider; null: it has none that can be trusted. */
function endpoint(server: AuthorizationServer, name: 'authorization_endpoint' | 'end_session_endpoint'): URL | null {
  const text = server[name];
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : null;
  const isAllowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal(server.issuer));
  return isAllowed ? url : null;
}

function options({ issuer }: Provider) {
  return { signal: () => AbortSignal.timeout(TIMEOUT_MS), [allowInsecureRequests]: isLocal(issuer) };
}

/** The service allows http for an issuer only on its own machine. */
function isLocal(issuer: string): boolean {
  return issuer.startsWith('http:');
}

function faultOf(error: unknown, { issuer }: Provider): SignInFault {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const detail = [error.error, error.error_description].filter(Boolean).join(': ');
    if (error.error === 'access_denied') return new SignInFault('denied', detail);
    if (error.error === 'invalid_grant') return new SignInFault('stale', detail);
    return new SignInFault(AWAY.includes(error.error) ? 'away' : 'provider', detail);
  }
  const { name, message, code = '' } = error as Error & { code?: string };
  // Errors of fetch: scripts learn no more than this. Errors of the library have a code.
  if (name === 'TimeoutError' || (name === 'TypeError' && code === '')) {
    return new SignInFault('no-answer', new URL(issuer).host);
  }
  return new SignInFault(code.startsWith('OAUTH_JWT') ? 'id-token' : 'provider', message);
}
