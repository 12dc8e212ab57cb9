/** A real identity provider (oidc-provider) on loopback: JWT access tokens, and keys that change while it runs. */

import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** Whom its tokens are meant for. */
export const AUDIENCE = 'urn:freshet';

/** Of the API, which knows another one than ours. */
export const SCOPES = 'cache:read cache:refresh cache:inspect cache:admin erp:read';
const CALLBACK = 'http://127.0.0.1/callback';
const SECRET = randomBytes(32).toString('base64url');

/** A private key, with its id. */
export type SigningKey = Readonly<Record<string, unknown>> & { kid: string };

export function makeKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES256', use: 'sig' };
}

/** The provider, whose users are in the group that is called like them. */
export class IdentityProvider {
  readonly #server: Server;
  #provider!: Provider;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @param keys those that it publishes; it signs with the first */
  static async start(...keys: SigningKey[]): Promise<IdentityProvider> {
    const started = new IdentityProvider();
    await new Promise<void>((resolve) => started.#server.listen(0, '127.0.0.1', resolve));
    started.publish(...keys);
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Goes on with other keys. */
  publish(...keys: SigningKey[]): void {
    this.#provider = new Provider(this.url, configuration(keys));
  }

  /** What the client `app` proves itself with. */
  get appSecret(): string {
    return SECRET;
  }

  /** Where its keys are, as its own metadata say. */
  async jwksUrl(): Promise<string> {
    const metadata = await (await fetch(`${this.url}/.well-known/openid-configuration`)).json();
    return (metadata as { jwks_uri: string }).jwks_uri;
  }

  /** An access token of an app itself (RFC 6749 section 4.4). */
  async tokenOfApp(scope: string): Promise<string> {
    return this.#token({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_secret: SECRET,
      scope,
      resource: AUDIENCE,
    });
  }

  /** An access token of a user, by code and PKCE (RFC 6749 section 4.1, RFC 7636), as a device gets it. */
  async tokenOfUser(user: string, scope: string): Promise<string> {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: 'device',
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope: `openid ${scope}`,
      resource: AUDIENCE,
      login_hint: user,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const callback = await this.#follow(`${this.url}/auth?${query}`);
    const code = callback.searchParams.get('code');
    if (code === null) throw new Error(`no code: ${callback.search}`);
    return this.#token({
      grant_type: 'authorization_code',
      client_id: 'device',
      redirect_uri: CALLBACK,
      code,
      code_verifier: verifier,
      resource: AUDIENCE,
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #token(form: Record<string, string>): Promise<string> {
    const response = await fetch(`${this.url}/token`, { method: 'POST', body: new URLSearchParams(form) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    return (JSON.parse(text) as { access_token: string }).access_token;
  }

  /** Goes through the redirects of the sign-in with a browser's cookies, up to the device's own address. */
  async #follow(from: string): Promise<URL> {
    const cookies = new Map<string, string>();
    let url = new URL(from);
    while (!url.href.startsWith(CALLBACK)) {
      const Cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url, { redirect: 'manual', headers: { Cookie } });
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        cookies.set(name, value);
      }
      const location = response.headers.get('Location');
      if (location === null) throw new Error(`${response.status} ${await response.text()}`);
      url = new URL(location, url);
    }
    return url;
  }

  /** Signs in the user in the hint, without asking. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const provider = this.#provider;
    if (!request.url?.startsWith('/interaction/')) return void provider.callback()(request, response);
    const { params } = await provider.interactionDetails(request, response);
    const user = String(params.login_hint);
    const grant = new provider.Grant({ accountId: user, clientId: String(params.client_id) });
    grant.addOIDCScope('openid');
    grant.addResourceScope(AUDIENCE, SCOPES);
    const result = { login: { accountId: user }, consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result);
  }
}

/** Of a provider with the clients `app` and `device`. */
export function configuration(keys: readonly SigningKey[]) {
  return {
    jwks: { keys },
    cookies: { keys: [SECRET] },
    scopes: ['openid'],
    clients: [
      {
        client_id: 'app',
        client_secret: SECRET,
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: 'ES256',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      },
      {
        client_id: 'device',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        id_token_signed_response_alg: 'ES256',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: [CALLBACK],
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: SCOPES,
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    extraTokenClaims: (_context: unknown, { accountId }: { accountId?: string }) =>
      accountId === undefined ? undefined : { groups: [accountId] },
  };
}
