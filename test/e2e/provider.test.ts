/** Tokens of a real identity provider, by the flows that apps and devices use (CONTRACT 1, docs/identity.md). */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from './support/api.ts';
import { AUDIENCE, IdentityProvider, makeKey, type SigningKey } from './support/provider.ts';
import { Service } from './support/service.ts';
import { SlowOrigin } from './support/slow-origin.ts';

let keys: SigningKey[];
let provider: IdentityProvider;
let service: Service;
let origin: SlowOrigin;
let nobody: Api;

beforeAll(async () => {
  keys = [makeKey(), makeKey()];
  [provider, origin] = await Promise.all([IdentityProvider.start(...keys), SlowOrigin.start(0)]);
  const env = {
    DEMO: '0',
    RATE_LIMITS: 'off',
    JWT_JWKS_URL: await provider.jwksUrl(),
    JWT_ISSUER: provider.url,
    JWT_AUDIENCE: AUDIENCE,
  };
  service = await Service.start({ env });
  nobody = await Api.of(service);
});
afterAll(async () => {
  await service?.stop();
  await origin?.stop();
  await provider?.stop();
});

const app = async (scope: string) => nobody.as(await provider.tokenOfApp(scope));
const user = async (name: string, scope: string) => nobody.as(await provider.tokenOfUser(name, scope));
const whoami = async (api: Api) => {
  const { status, json } = await api.call('whoami/');
  return status === 200 ? json : status;
};

it('an app by client credentials administers, and a user by code and PKCE reads what the group may', async () => {
  const admin = await app('cache:admin');
  expect(await whoami(admin)).toMatchObject({ user: 'app', scopes: ['cache:inspect', 'cache:admin'], groups: [] });
  const definition = { origin: { url: `${origin.url}/closed` }, groups: ['alice'] };
  expect((await admin.call('resources/closed/', { method: 'PUT', body: definition })).status).toBe(201);

  const alice = await user('alice', 'cache:read cache:refresh');
  expect(await whoami(alice)).toMatchObject({
    user: 'alice',
    scopes: ['cache:read', 'cache:refresh'],
    groups: ['alice'],
  });
  expect((await alice.call('rpc/closed/')).status).toBe(200);
  expect((await (await user('bob', 'cache:read')).call('rpc/closed/')).status).toBe(404);
  expect((await alice.call('resources/closed/')).status).toBe(403);
});

it('a token that was given none of our scopes may do nothing', async () => {
  const stranger = await user('carol', 'erp:read');
  expect(await whoami(stranger)).toMatchObject({ user: 'carol', scopes: [] });
  for (const path of ['cache/', 'rpc/closed/', 'resources/']) expect((await stranger.call(path)).status).toBe(403);
});

it('the provider may change its key while it runs: tokens of both are good while both are published', async () => {
  const before = await user('alice', 'cache:read');
  expect(await whoami(before)).toMatchObject({ user: 'alice' });
  provider.publish(...[...keys].reverse());
  const after = await user('alice', 'cache:read');
  expect(await whoami(after)).toMatchObject({ user: 'alice' });
  expect(await whoami(before)).toMatchObject({ user: 'alice' });
});

it('a token of another provider, with the same names, is refused', async () => {
  const other = await IdentityProvider.start(makeKey());
  try {
    expect(await whoami(nobody.as(await other.tokenOfApp('cache:admin')))).toBe(401);
  } finally {
    await other.stop();
  }
});

it('the local secret verifies beside the provider, by the same issuer and audience', async () => {
  expect(await whoami(nobody.as(await service.token('root', { scope: 'cache:admin' })))).toBe(401);
});

// A key that was never published makes the service ask anew, but once in half a minute: in the long forms it is waited for.
if (process.env.EXPLORE === 'deep') {
  it('a key that nobody knew before is good within half a minute', async () => {
    provider.publish(makeKey());
    const api = await user('alice', 'cache:read');
    await expect.poll(() => whoami(api), { timeout: 60_000, interval: 1000 }).toMatchObject({ user: 'alice' });
  });
}
