/** Tokens of a real identity provider, by the flows that apps and devices use (CONTRACT 1, docs/identity.md). */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenRules } from '../../src/http/token-rules.ts';
import { Api } from './support/api.ts';
import { AUDIENCE, IdentityProvider, makeKey, type SigningKey } from './support/provider.ts';
import { run } from './support/run.ts';
import { freePorts, Service } from './support/service.ts';
import { SlowOrigin } from './support/slow-origin.ts';

let keys: SigningKey[];
let provider: IdentityProvider;
let service: Service;
let origin: SlowOrigin;
let nobody: Api;

beforeAll(async () => {
  keys = [makeKey(), makeKey()];
  [provider, origin] = await Promise.all([IdentityProvider.start(...keys), SlowOrigin.start(0)]);
  const devVars = `JWT_JWKS_URL=${await provider.jwksUrl()}\nJWT_ISSUER=${provider.url}\nJWT_AUDIENCE=${AUDIENCE}\n`;
  // With the demo, as somebody starts it who has not heard of DEMO=0; and with a local secret, as an earlier start left one.
  service = await Service.start({ devVars, env: { RATE_LIMITS: 'off' } });
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
    // 503 for up to half a minute, after which the set is asked whether it has the key by now.
    expect([401, 503]).toContain(await whoami(nobody.as(await other.tokenOfApp('cache:admin'))));
  } finally {
    await other.stop();
  }
});

it('takes no token of the local secret, be issuer and audience right or not', async () => {
  const rules = tokenRules({ JWT_ISSUER: provider.url, JWT_AUDIENCE: AUDIENCE });
  for (const options of [{}, { rules }]) {
    const token = await service.token('root', { scope: 'cache:admin', ...options });
    expect(await whoami(nobody.as(token))).toBe(401);
  }
});

it('npm start says what it took and left out, and how to get a token of the provider, in a command that works', async () => {
  await service.lineWith(/^Ctrl-C/);
  const told = service.lines.join('\n');
  expect(told).toMatch(/settings from .*: JWT_AUDIENCE, JWT_ISSUER, JWT_JWKS_URL$/m);
  expect(told).toMatch(/not used: JWT_SECRET in the environment: JWT_JWKS_URL is set/);
  expect(told).toMatch(/without the demo: its devices have no tokens from your provider/);
  const [command = ''] = service.lines.filter((line) => line.startsWith('ANSWER=$(curl '));
  const [whoamiCommand = ''] = service.lines.filter((line) => line.startsWith('curl '));
  const app = { CLIENT_ID: 'app', CLIENT_SECRET: provider.appSecret };
  const { stdout } = await run('sh', ['-c', `${command}\n${whoamiCommand}`], app);
  expect(JSON.parse(stdout)).toMatchObject({ user: 'app', scopes: expect.arrayContaining(['cache:admin']) });
});

describe('npm start ends before it is ready', () => {
  it('where the address is no key set', async () => {
    const devVars = `JWT_JWKS_URL=${provider.url}/nowhere\nJWT_AUDIENCE=${AUDIENCE}\n`;
    const refused = await Service.launch({ devVars });
    expect(await refused.ended).toBe(1);
    expect(refused.lines.at(-1)).toMatch(/^JWT_JWKS_URL \(.*\) answers 404: use the jwks_uri of /);
    await refused.stop();
  });
});

it('npm start continues where the provider cannot be reached or calls itself otherwise, and says so', async () => {
  const [port] = await freePorts();
  const devVars = `JWT_JWKS_URL=http://127.0.0.1:${port}/jwks\nJWT_ISSUER=${provider.url}/\nJWT_AUDIENCE=${AUDIENCE}\n`;
  const other = await Service.start({ devVars });
  try {
    const told = other.lines.join('\n');
    expect(told).toMatch(/note: JWT_JWKS_URL \(.*\) cannot be reached/);
    expect(told).toContain(`note: JWT_ISSUER is not the issuer that the provider publishes, ${provider.url}:`);
    expect(await (await fetch(`${other.url}/healthz`)).json()).toMatchObject({
      status: 'misconfigured',
      settings: [expect.stringContaining('JWT_JWKS_URL')],
    });
  } finally {
    await other.stop();
  }
});

// A key that was never published makes the service ask again, but only once in half a minute: in the long forms it is waited for.
if (process.env.EXPLORE === 'deep') {
  it('a key that nobody knew before is good within half a minute', async () => {
    provider.publish(makeKey());
    const api = await user('alice', 'cache:read');
    await expect.poll(() => whoami(api), { timeout: 60_000, interval: 1000 }).toMatchObject({ user: 'alice' });
  });
}
