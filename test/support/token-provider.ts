/** Providers of tokens for sources: a real one (oidc-provider) on loopback, and a server that answers as it is told. Runs in Node. */

import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** Contains all characters that must be encoded in a header or a form. */
export const CLIENT_SECRET = 'a+b %c:d/e=f&g~h';

/** A key in the form of a definition's secret, and in that of the provider. */
function keyPair(alg: 'PS256' | 'ES256') {
  const { privateKey } =
    alg === 'PS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { pem: pemOf(privateKey), jwk: { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid: alg, alg } };
}

function pemOf(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}

export const KEYS = { PS256: keyPair('PS256'), ES256: keyPair('ES256') };

/** Starts a server on loopback; returns its URL. */
async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** The provider, with a client `by-<method>` for each authentication method; tokens are valid for ten minutes. */
export async function startProvider(): Promise<{ tokenUrl: string; stop(): Promise<void> }> {
  let provider: Provider | null = null;
  const server = createServer((request, response) => void provider?.callback()(request, response));
  const url = await listen(server);
  const usual = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: 'read' };
  provider = new Provider(url, {
    clients: [
      ...['basic', 'post'].map((method) => ({
        ...usual,
        client_id: `by-${method}`,
        client_secret: CLIENT_SECRET,
        token_endpoint_auth_method: `client_secret_${method}`,
      })),
      ...(['PS256', 'ES256'] as const).map((alg) => ({
        ...usual,
        client_id: `by-${alg}`,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: alg,
        jwks: { keys: [KEYS[alg].jwk] },
      })),
    ],
    scopes: ['read'],
    ttl: { ClientCredentials: 600 },
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
  });
  return { tokenUrl: `${url}/token`, stop: () => stop(server) };
}

/** The answer of the server of `startTokenServer`, and the requests that get it. */
export interface TokenAnswerTold {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** A server that answers as it is told, and records its requests. */
export async function startTokenServer() {
  const asked: { headers: IncomingHttpHeaders; body: string }[] = [];
  let answer: () => TokenAnswerTold = () => ({});
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    asked.push({ headers: request.headers, body });
    const { status = 200, headers = {}, body: told = {} } = answer();
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(typeof told === 'string' ? told : JSON.stringify(told));
  });
  const url = await listen(server);
  return {
    tokenUrl: `${url}/token`,
    asked,
    answer: (next: () => TokenAnswerTold) => {
      answer = next;
      asked.length = 0;
    },
    stop: () => stop(server),
  };
}
