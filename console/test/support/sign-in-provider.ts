/** A real identity provider (oidc-provider) where a user signs in, in a browser. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { errors } from 'oidc-provider';
import { AUDIENCE, configuration, makeKey, SCOPES } from '../../../test/e2e/support/provider.ts';

/** The console, as the provider knows it. */
export const CLIENT_ID = 'console';

const KEY = makeKey();

/** Its page asks for a name, and signs in anybody who enters one. Sessions last until somebody signs out. */
export class SignInProvider {
  /** How long access tokens are good for, s. */
  tokenS = 3600;
  /** Whom access tokens are meant for. */
  audience = AUDIENCE;
  /** Whether the page of the console may exchange codes (CORS). */
  allowsPages = true;
  /** Whether it knows the API that tokens are asked for. */
  knowsApi = true;
  /** Whether it has a discovery document. */
  describesItself = true;
  /** It ends every connection without an answer. */
  isAway = false;
  /** What it was asked for, method and path with query. */
  readonly asked: string[] = [];
  readonly #server: Server;
  #provider!: Provider;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<SignInProvider> {
    const started = new SignInProvider();
    await new Promise<void>((resolve) => started.#server.listen(0, '127.0.0.1', resolve));
    started.admit('http://127.0.0.1:1');
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Settings of a service whose console signs people in here. */
  get devVars(): string {
    return [
      `JWT_JWKS_URL=${this.url}/jwks`,
      `JWT_ISSUER=${this.url}`,
      `JWT_AUDIENCE=${AUDIENCE}`,
      `CONSOLE_OIDC_ISSUER=${this.url}`,
      `CONSOLE_OIDC_CLIENT_ID=${CLIENT_ID}`,
      `CONSOLE_OIDC_SCOPE='openid ${SCOPES}'`,
      `CONSOLE_OIDC_PARAMS='{"resource":"${AUDIENCE}"}'`,
    ].join('\n');
  }

  /** Registers the console of a service. */
  admit(origin: string): void {
    const base = configuration([KEY]);
    this.#provider = new Provider(this.url, {
      ...base,
      clients: [
        ...base.clients,
        {
          client_id: CLIENT_ID,
          token_endpoint_auth_method: 'none',
          id_token_signed_response_alg: 'ES256',
          grant_types: ['authorization_code'],
          response_types: ['code'],
          redirect_uris: [`${origin}/console/callback`],
          post_logout_redirect_uris: [`${origin}/console/signed-out`],
        },
      ],
      // Nobody is asked what the console may: that is settled by who runs it.
      loadExistingGrant: async ({ oidc: { session, client } }: Context) => {
        const known = session.grantIdFor(client.clientId);
        if (known !== undefined) return this.#provider.Grant.find(known);
        const grant = new this.#provider.Grant({ accountId: session.accountId, clientId: client.clientId });
        grant.addOIDCScope('openid');
        grant.addResourceScope(AUDIENCE, SCOPES);
        await grant.save();
        return grant;
      },
      clientBasedCORS: (_context: unknown, asking: string) => this.allowsPages && asking === origin,
      ttl: { AccessToken: () => this.tokenS, ClientCredentials: () => this.tokenS },
      features: {
        ...base.features,
        resourceIndicators: {
          ...base.features.resourceIndicators,
          // As strict ones are: without the parameter in both requests the token is not for the API.
          defaultResource: () => [],
          useGrantedResource: () => false,
          getResourceServerInfo: () => {
            if (!this.knowsApi) throw new errors.InvalidTarget('no such API');
            return { ...base.features.resourceIndicators.getResourceServerInfo(), audience: this.audience };
          },
        },
        rpInitiatedLogout: {
          logoutSource: (context: { body: string }, form: string) => {
            context.body = `<h1>Sign out?</h1>${form}<button form="op.logoutForm" name="logout" value="yes">Yes</button>`;
          },
        },
      },
    });
  }

  /** An access token of an administrator who needs no browser. */
  async adminToken(): Promise<string> {
    const { client_secret: secret = '' } = configuration([KEY]).clients[0] ?? {};
    const form = { grant_type: 'client_credentials', client_id: 'app', client_secret: secret, resource: AUDIENCE };
    const body = new URLSearchParams({ ...form, scope: 'cache:admin cache:read cache:refresh' });
    const response = await fetch(`${this.url}/token`, { method: 'POST', body });
    return ((await response.json()) as { access_token: string }).access_token;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.asked.push(`${request.method} ${request.url}`);
    if (this.isAway) return void request.socket.destroy();
    if (!this.describesItself && request.url?.startsWith('/.well-known/')) {
      return void response.writeHead(404, { 'Access-Control-Allow-Origin': '*' }).end();
    }
    const provider = this.#provider;
    if (!request.url?.startsWith('/interaction/')) return void provider.callback()(request, response);
    if (request.method === 'GET') return void response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE);
    const form = new URLSearchParams(await textOf(request));
    const result = form.has('deny')
      ? { error: 'access_denied', error_description: 'not assigned to this app' }
      : { login: { accountId: form.get('name') ?? '' } };
    await provider.interactionFinished(request, response, result);
  }
}

/** What of a request the settings above look at. */
interface Context {
  oidc: {
    session: { accountId: string; grantIdFor(clientId: string): string | undefined };
    client: { clientId: string };
  };
}

const PAGE = `<!doctype html><title>Provider</title><h1>Who are you?</h1>
<form method="post"><label>Name <input name="name"></label><button>Continue</button><button name="deny" value="1">Deny</button></form>`;

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}
