import { env } from 'cloudflare:workers';
import { exportJWK, exportPKCS8, exportSPKI, generateKeyPair, type JWTPayload } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client, type Headers, send, sendUnder } from '../support/client.ts';
import { TestOrigin } from '../support/origin.ts';
import { inSeconds, sign, token } from '../support/token.ts';

const LIST = '/api/v1/cache/';
const NO_SECRET = { JWT_SECRET: '' };
/** Of a key set it must be said whom its tokens are meant for. */
const keySetAt = (url: string) => ({ ...NO_SECRET, JWT_JWKS_URL: url, JWT_AUDIENCE: '*' });
const secret = () => new TextEncoder().encode(env.JWT_SECRET);
const claims = (more: Record<string, unknown> = {}): JWTPayload => ({ sub: 'alice', exp: inSeconds(60), ...more });
const bearer = (jwt: string): Headers => ({ Authorization: `Bearer ${jwt}` });

async function pairOf(alg: string, options: { crv?: string } = {}): Promise<CryptoKeyPair> {
  return (await generateKeyPair(alg, { extractable: true, ...options })) as CryptoKeyPair;
}

async function rsaPem(modulusLength: number): Promise<string> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const { publicKey } = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  return exportSPKI(publicKey);
}

async function statusUnder(settings: Record<string, unknown>, jwt: string): Promise<number> {
  return (await sendUnder(settings, LIST, { headers: bearer(jwt) })).status;
}

async function problemOf(response: Response): Promise<{ type: string; detail: string; status: number }> {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  return response.json();
}

describe('the Authorization header', () => {
  it.each(['Bearer ', 'bearer ', 'BEARER   ', ''])('is accepted as "%s<JWT>"', async (scheme) => {
    const response = await send('/cache/', { headers: { Authorization: scheme + (await token()) } });
    expect(response.status).toBe(200);
  });

  it.each<[string, Headers]>([
    ['is missing', {}],
    ['is empty', { Authorization: '' }],
    ['has a scheme alone', { Authorization: 'Bearer' }],
    ['has another scheme', { Authorization: 'Basic YTpi' }],
  ])('that %s is 401 with a challenge', async (_what, headers) => {
    const response = await send('/cache/', { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer( error="invalid_token"|$)/);
    expect(await problemOf(response)).toMatchObject({ type: '/docs/problems#unauthenticated', status: 401 });
  });

  it.each<[string, Headers]>([
    ['is missing', {}],
    ['has a scheme alone', { Authorization: 'Bearer' }],
    ['has another scheme', { Authorization: 'Basic YTpi' }],
  ])('that %s is challenged without an error code (RFC 6750 section 3.1)', async (_what, headers) => {
    expect((await send('/cache/', { headers })).headers.get('WWW-Authenticate')).toBe('Bearer');
  });

  it.each<[string, (jwt: string) => string]>([
    ['two tokens', (jwt) => `Bearer ${jwt}, Bearer ${jwt}`],
    ['two bare tokens', (jwt) => `${jwt},${jwt}`],
    ['a quoted token', (jwt) => `Bearer "${jwt}"`],
    ['more than a token', (jwt) => `Bearer ${jwt} ${jwt}`],
  ])('with %s is challenged as one whose token is not valid', async (_what, headerOf) => {
    const response = await send('/cache/', { headers: { Authorization: headerOf(await token()) } });
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toBe(
      'Bearer error="invalid_token", error_description="The token is not valid"',
    );
  });

  it('may come once only: none of two is picked', async () => {
    const headers: [string, string][] = [
      ['Authorization', `Bearer ${await token({ user: 'alice' })}`],
      ['Authorization', `Bearer ${await token({ user: 'bob' })}`],
    ];
    const response = await send('/cache/', { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_token"');
  });
});

describe('a token', () => {
  const challenge = async (jwt: string) => {
    const response = await send('/cache/', { headers: bearer(jwt) });
    expect(response.status).toBe(401);
    return response.headers.get('WWW-Authenticate');
  };
  const EXPIRED = 'Bearer error="invalid_token", error_description="The token has expired"';
  const NOT_VALID = 'Bearer error="invalid_token", error_description="The token is not valid"';

  it('that has expired says so', async () => {
    expect(await challenge(await token({ expiresInS: -61 }))).toBe(EXPIRED);
  });

  it('is accepted for 60 s of difference between clocks', async () => {
    expect((await send('/cache/', { headers: bearer(await token({ expiresInS: -50 })) })).status).toBe(200);
    const soon = await sign(claims({ nbf: inSeconds(50) }), secret());
    expect((await send('/cache/', { headers: bearer(soon) })).status).toBe(200);
  });

  it.each<[string, Record<string, unknown>]>([
    ['without exp', { exp: undefined }],
    ['without sub', { sub: undefined }],
    ['with an empty sub', { sub: '' }],
    ['with a sub of 257 characters', { sub: 'a'.repeat(257) }],
    ['with a control character in its sub', { sub: 'a\nb' }],
    ['with a lone surrogate in its sub', { sub: 'a\ud800' }],
    ['with a sub that is no text', { sub: 7 }],
    ['with a device_id that is none', { device_id: 'a b' }],
    ['that is not valid yet', { nbf: inSeconds(3600) }],
  ])('%s is not valid', async (_what, more) => {
    expect(await challenge(await sign(claims(more), secret()))).toBe(NOT_VALID);
  });

  it.each([256, 1])('may have a sub of %d characters, whatever their script', async (length) => {
    const jwt = await sign(claims({ sub: '🚜'.repeat(length) }), secret());
    expect((await send('/cache/', { headers: bearer(jwt) })).status).toBe(200);
  });

  it('signed with another key, with none, or changed afterwards is not valid', async () => {
    const other = await sign(claims(), new TextEncoder().encode('x'.repeat(32)));
    const [header = '', payload = '', signature = ''] = (await token()).split('.');
    const none = `${btoa('{"alg":"none"}').replaceAll('=', '')}.${payload}.`;
    const changed = `${header}.${payload.slice(0, -2)}AA.${signature}`;
    for (const jwt of [other, none, changed, 'a.b.c', 'abc']) expect(await challenge(jwt)).toBe(NOT_VALID);
  });

  it('chooses no algorithm that does not fit the key', async () => {
    expect(await challenge(await sign(claims(), secret(), 'HS512'))).toBe(NOT_VALID);
  });
});

describe('issuer and audience', () => {
  const settings = { JWT_ISSUER: 'https://idp.example.com', JWT_AUDIENCE: 'freshet' };

  it.each<[number, JWTPayload]>([
    [200, { iss: 'https://idp.example.com', aud: 'freshet' }],
    [200, { iss: 'https://idp.example.com', aud: ['other', 'freshet'] }],
    [401, { iss: 'https://idp.example.com' }],
    [401, { aud: 'freshet' }],
    [401, { iss: 'https://idp.example.com', aud: 'other' }],
    [401, { iss: 'https://other.example.com', aud: 'freshet' }],
  ])('answer %d to %j when both are set', async (status, more) => {
    expect(await statusUnder(settings, await sign(claims(more), secret()))).toBe(status);
  });
});

describe.each([
  ['RS256', {}],
  ['PS256', {}],
  ['ES256', {}],
  ['EdDSA', { crv: 'Ed25519' }],
])('JWT_PUBLIC_KEY of a key for %s', (alg, options) => {
  let pair: CryptoKeyPair;
  beforeAll(async () => {
    pair = await pairOf(alg, options);
  });

  it('lets in what its private key signed, be it SPKI, with or without line ends, or a JWK', async () => {
    const jwt = await sign(claims(), pair.privateKey, alg);
    const pem = await exportSPKI(pair.publicKey);
    const jwk = JSON.stringify(await exportJWK(pair.publicKey));
    for (const JWT_PUBLIC_KEY of [pem, pem.replaceAll('\n', '\\n'), jwk]) {
      expect(await statusUnder({ ...NO_SECRET, JWT_PUBLIC_KEY }, jwt)).toBe(200);
    }
  });

  it('accepts nothing else: another key, or its own text as a shared secret', async () => {
    const pem = await exportSPKI(pair.publicKey);
    const other = await pairOf(alg, options);
    const settings = { ...NO_SECRET, JWT_PUBLIC_KEY: pem };
    expect(await statusUnder(settings, await sign(claims(), other.privateKey, alg))).toBe(401);
    expect(await statusUnder(settings, await sign(claims(), new TextEncoder().encode(pem), 'HS256'))).toBe(401);
  });

  it('heeds the algorithm that a JWK names', async () => {
    const JWT_PUBLIC_KEY = JSON.stringify({ ...(await exportJWK(pair.publicKey)), alg });
    const jwt = await sign(claims(), pair.privateKey, alg);
    expect(await statusUnder({ ...NO_SECRET, JWT_PUBLIC_KEY }, jwt)).toBe(200);
  });
});

describe('JWT_JWKS_URL', () => {
  async function keySet(...algs: string[]) {
    const origin = new TestOrigin();
    const pairs = await Promise.all(algs.map((alg) => pairOf(alg)));
    const keys = await Promise.all(
      pairs.map(async ({ publicKey }, at) => ({ ...(await exportJWK(publicKey)), kid: `key-${at}`, alg: algs[at] })),
    );
    await origin.answerJson({ keys });
    const jwt = (at: number) => sign(claims(), pairs[at]?.privateKey as CryptoKey, algs[at], `key-${at}`);
    return { origin, jwt, settings: keySetAt(`${origin.url}/jwks`) };
  }

  it('lets in what any of the keys signed, and fetches the set once', async () => {
    const { origin, jwt, settings } = await keySet('ES256', 'RS256');
    expect(await statusUnder(settings, await jwt(0))).toBe(200);
    expect(await statusUnder(settings, await jwt(1))).toBe(200);
    expect(await origin.requests()).toHaveLength(1);
  });

  it('lets in nothing signed by a key that is not in the set', async () => {
    const { settings } = await keySet('ES256');
    const { jwt } = await keySet('ES256');
    expect(await statusUnder(settings, await jwt(0))).toBe(401);
  });

  it('takes asymmetric algorithms only, be there a shared secret in the set', async () => {
    const key = new TextEncoder().encode('k'.repeat(32));
    const origin = new TestOrigin();
    await origin.answerJson({
      keys: [{ kty: 'oct', kid: 'key', alg: 'HS256', k: btoa('k'.repeat(32)).replace(/=+$/, '') }],
    });
    const settings = keySetAt(origin.url);
    expect(await statusUnder(settings, await sign(claims(), key, 'HS256', 'key'))).toBe(401);
  });

  it.each([
    ['fails', { status: 500, body: '' }],
    ['is no key set', { status: 200, body: '<html>' }],
    ['is cut short', { status: 200, body: '{"keys":[]}', cut_after: 4 }],
  ])('that %s is 503, not a verdict on the token', async (_what, answer) => {
    const { jwt } = await keySet('ES256');
    const origin = new TestOrigin();
    await origin.answer(answer);
    const response = await sendUnder(keySetAt(origin.url), LIST, {
      headers: bearer(await jwt(0)),
    });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(await problemOf(response)).toMatchObject({ type: '/docs/problems#overloaded' });
  });
});

describe('a service without a usable key setting', () => {
  it.each<[string, string, Record<string, string>]>([
    ['none', 'JWT_JWKS_URL, JWT_PUBLIC_KEY, JWT_SECRET', NO_SECRET],
    ['two', 'JWT_PUBLIC_KEY and JWT_SECRET', { JWT_PUBLIC_KEY: 'x' }],
    ['a short secret', 'JWT_SECRET', { JWT_SECRET: 'x'.repeat(31) }],
    ['no key', 'JWT_PUBLIC_KEY', { ...NO_SECRET, JWT_PUBLIC_KEY: 'x' }],
    ['half a JWK', 'JWT_PUBLIC_KEY', { ...NO_SECRET, JWT_PUBLIC_KEY: '{"kty":"RSA","e":"AQAB"}' }],
    ['a curve that no algorithm has', 'JWT_PUBLIC_KEY', { ...NO_SECRET, JWT_PUBLIC_KEY: '{"kty":"EC","crv":"P-0"}' }],
    ['no URL', 'JWT_JWKS_URL', keySetAt('idp')],
    ['a key set for any audience', 'JWT_AUDIENCE', { ...keySetAt('https://idp.example.com/'), JWT_AUDIENCE: '' }],
    ['a previous secret alone', 'None is set', { ...NO_SECRET, JWT_SECRET_PREVIOUS: 'x'.repeat(32) }],
    ['a short previous secret', 'JWT_SECRET_PREVIOUS', { JWT_SECRET_PREVIOUS: 'x' }],
    ['any audience beside one', 'JWT_AUDIENCE', { JWT_AUDIENCE: 'freshet, *' }],
    ['a claim that is no pointer', 'JWT_USER_CLAIM', { JWT_USER_CLAIM: 'sub' }],
    ['scopes that are none', 'JWT_DEFAULT_SCOPES', { JWT_DEFAULT_SCOPES: 'all' }],
  ])('(%s) names %s and lets no one in, with or without a token', async (_what, named, settings) => {
    for (const headers of [bearer(await token()), {} as Headers]) {
      const response = await sendUnder(settings, LIST, { headers });
      expect(response.status).toBe(500);
      const problem = await problemOf(response);
      expect(problem.type).toBe('/docs/problems#misconfigured');
      expect(problem.detail).toContain(named);
      expect(problem.detail).not.toContain(env.JWT_SECRET);
    }
  });

  it.each<[string, () => Promise<string>]>([
    ['a private JWK', async () => JSON.stringify(await exportJWK((await pairOf('ES256')).privateKey))],
    ['a private PEM', async () => exportPKCS8((await pairOf('ES256')).privateKey)],
    ['an RSA key of 1024 bits', () => rsaPem(1024)],
  ])('takes %s for none', async (_what, make) => {
    const response = await sendUnder({ ...NO_SECRET, JWT_PUBLIC_KEY: await make() }, LIST);
    expect(response.status).toBe(500);
    expect((await problemOf(response)).detail).toContain('JWT_PUBLIC_KEY');
  });

  it('still answers what is open to all', async () => {
    const response = await sendUnder(NO_SECRET, LIST, { method: 'OPTIONS' });
    expect(response.status).toBe(204);
  });
});

describe('scopes', () => {
  const REFRESH = { resource_title: 'none' };

  it('are cache:read and cache:refresh for a token that names none', async () => {
    const client = new Client();
    expect((await client.get('/cache/')).status).toBe(200);
    expect((await client.post('/cache/refresh/', REFRESH)).status).toBe(404);
    expect((await client.get('/cache/?user=*')).status).toBe(403);
  });

  it.each([
    ['', 403, 403],
    ['cache:read', 200, 403],
    ['cache:refresh', 403, 404],
    ['cache:inspect', 200, 403],
    ['cache:admin', 200, 403],
    ['openid cache:read  cache:refresh profile', 200, 404],
    ['cache:READ xcache:read cache:read,', 403, 403],
  ])('of "%s" answer a list with %d and a refresh with %d', async (scope, list, refresh) => {
    const client = new Client({ scope });
    expect((await client.get('/cache/')).status).toBe(list);
    expect((await client.post('/cache/refresh/', REFRESH)).status).toBe(refresh);
  });

  it('that lack are named in the challenge', async () => {
    const response = await new Client({ scope: 'cache:read' }).post('/cache/refresh/', REFRESH);
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="insufficient_scope", scope="cache:refresh"');
    expect(await problemOf(response)).toMatchObject({ type: '/docs/problems#insufficient-scope', status: 403 });
  });
});

describe('devices', () => {
  it('are pinned by a device_id claim', async () => {
    const client = new Client({ device: 'tablet-1' });
    expect((await client.get('/cache/')).status).toBe(200);
    expect((await client.get('/cache/', { 'X-Device-Id': 'tablet-1' })).status).toBe(200);
    const other = await client.get('/cache/', { 'X-Device-Id': 'tablet-2' });
    expect(other.status).toBe(403);
    expect(other.headers.get('WWW-Authenticate')).toBeNull();
    expect(await problemOf(other)).toMatchObject({ type: '/docs/problems#device-mismatch' });
  });

  it.each(['', 'a b', 'é', 'x'.repeat(129)])('cannot be called "%s"', async (device) => {
    const response = await new Client().get('/cache/', { 'X-Device-Id': device });
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({
      type: '/docs/problems#invalid-header',
      errors: [{ pointer: 'X-Device-Id' }],
    });
  });

  it.each(['!', '~', 'x'.repeat(128)])('can be called "%s"', async (device) => {
    expect((await new Client().get('/cache/', { 'X-Device-Id': device })).status).toBe(200);
  });
});

describe('keys that are being replaced', () => {
  const old = 'the secret before, which tokens still have';
  const oldKey = () => new TextEncoder().encode(old);

  it('verify beside the current one, and no longer than they are set', async () => {
    const jwt = await sign(claims(), oldKey());
    expect(await statusUnder({ JWT_SECRET_PREVIOUS: old }, jwt)).toBe(200);
    expect(await statusUnder({ JWT_SECRET_PREVIOUS: old }, await token())).toBe(200);
    expect(await statusUnder({}, jwt)).toBe(401);
  });

  it('are taken as they are, commas included', async () => {
    const JWT_SECRET_PREVIOUS = `${old},${old}`;
    expect(await statusUnder({ JWT_SECRET_PREVIOUS }, await sign(claims(), oldKey()))).toBe(401);
    const whole = await sign(claims(), new TextEncoder().encode(JWT_SECRET_PREVIOUS));
    expect(await statusUnder({ JWT_SECRET_PREVIOUS }, whole)).toBe(200);
  });

  it('may be public keys, or of another kind than the current one', async () => {
    const [before, now] = [await pairOf('ES256'), await pairOf('ES256')];
    const [JWT_PUBLIC_KEY_PREVIOUS, JWT_PUBLIC_KEY] = [
      await exportSPKI(before.publicKey),
      await exportSPKI(now.publicKey),
    ];
    const settings = { ...NO_SECRET, JWT_PUBLIC_KEY, JWT_PUBLIC_KEY_PREVIOUS, JWT_SECRET_PREVIOUS: old };
    for (const { privateKey } of [before, now]) {
      expect(await statusUnder(settings, await sign(claims(), privateKey, 'ES256'))).toBe(200);
    }
    expect(await statusUnder(settings, await sign(claims(), oldKey()))).toBe(200);
    expect(await statusUnder(settings, await token())).toBe(401);
    const withPem = await sign(claims(), new TextEncoder().encode(JWT_PUBLIC_KEY), 'HS256');
    expect(await statusUnder(settings, withPem)).toBe(401);
  });
});

describe('several keys', () => {
  const makeKeys = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const { publicKey, privateKey } = await pairOf('ES256');
        return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: `key-${n}` } };
      }),
    );
  type Keys = Awaited<ReturnType<typeof makeKeys>>;
  const setOf = (keys: Keys) => ({ keys: keys.map(({ jwk }) => jwk) });
  const signed = (keys: Keys, at: number, kid?: string) =>
    sign(claims(), keys[at]?.privateKey as CryptoKey, 'ES256', kid);

  async function remote(keys: Keys) {
    const origin = new TestOrigin();
    await origin.answerJson(setOf(keys));
    return keySetAt(`${origin.url}/jwks`);
  }
  const local = async (keys: Keys) => ({ ...NO_SECRET, JWT_PUBLIC_KEY: JSON.stringify(setOf(keys)) });

  // A set behind a URL may have the key by now.
  it.each([
    ['of a key set', remote, 503],
    ['of a JWK Set in JWT_PUBLIC_KEY', local, 401],
  ])('%s: a token without kid is tried with each, with kid it has its own', async (_what, settingsOf, unknown) => {
    const keys = await makeKeys(3);
    const settings = await settingsOf(keys);
    for (const at of [0, 1, 2]) {
      expect(await statusUnder(settings, await signed(keys, at))).toBe(200);
      expect(await statusUnder(settings, await signed(keys, at, `key-${at}`))).toBe(200);
    }
    expect(await statusUnder(settings, await signed(keys, 0, 'key-1'))).toBe(401);
    expect(await statusUnder(settings, await signed(await makeKeys(1), 0))).toBe(unknown);
  });

  it.each([
    ['of a key set', remote, 503],
    ['of a JWK Set in JWT_PUBLIC_KEY', local, 401],
  ])('%s: no more than eight are tried', async (_what, settingsOf, unknown) => {
    const keys = await makeKeys(10);
    const settings = await settingsOf(keys);
    expect(await statusUnder(settings, await signed(keys, 7))).toBe(200);
    const verify = vi.spyOn(crypto.subtle, 'verify');
    try {
      expect(await statusUnder(settings, await signed(keys, 8))).toBe(unknown);
      expect(verify).toHaveBeenCalledTimes(8);
    } finally {
      verify.mockRestore();
    }
  });

  it('of a JWK Set that are for encryption, or of a kind that is not known, are left out', async () => {
    const [key, other] = (await makeKeys(2)) as [Keys[number], Keys[number]];
    const keys = [{ ...other.jwk, use: 'enc' }, { kty: 'OKP', crv: 'X25519', x: 'AA' }, key.jwk];
    const settings = { ...NO_SECRET, JWT_PUBLIC_KEY: JSON.stringify({ keys }) };
    expect(await statusUnder(settings, await sign(claims(), key.privateKey, 'ES256'))).toBe(200);
    expect(await statusUnder(settings, await sign(claims(), other.privateKey, 'ES256'))).toBe(401);
  });

  it.each<[string, unknown]>([
    ['a secret', { kty: 'oct', k: 'AAAA' }],
    ['a private key', { kty: 'OKP', crv: 'Ed25519', x: 'AA', d: 'AA' }],
    ['nothing', undefined],
  ])('of a JWK Set with %s in it let nobody in', async (_what, key) => {
    const JWT_PUBLIC_KEY = JSON.stringify({ keys: key === undefined ? [] : [key] });
    const response = await sendUnder({ ...NO_SECRET, JWT_PUBLIC_KEY }, LIST);
    expect(response.status).toBe(500);
    expect((await problemOf(response)).detail).toContain('JWT_PUBLIC_KEY');
  });
});

describe('the log', () => {
  const lines: Record<string, unknown>[] = [];
  beforeEach(() => {
    // Past the minute of whatever an earlier test brought into the log.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 * ++minutes });
    lines.length = 0;
    vi.spyOn(console, 'warn').mockImplementation((line) => void lines.push(JSON.parse(String(line))));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
  let minutes = 0;
  const OURS = { JWT_ISSUER: 'https://idp.example.com', JWT_AUDIENCE: 'freshet' };
  const good = { iss: 'https://idp.example.com', aud: 'freshet' };
  const foreign = () => sign(claims(good), new Uint8Array(32).fill(7));

  const FAR = { reason: 'too far ahead', claim: '/exp' };

  it.each<[string, () => Promise<string>, Record<string, unknown>]>([
    ['the issuer', () => sign(claims({ ...good, iss: 'https://x' }), secret()), { reason: 'issuer', claim: '/iss' }],
    ['the audience', () => sign(claims({ ...good, aud: 'x' }), secret()), { reason: 'audience', claim: '/aud' }],
    ['the key', foreign, { reason: 'signature' }],
    ['the algorithm', () => sign(claims(good), new Uint8Array(64), 'HS512'), { reason: 'algorithm' }],
    ['a missing claim', () => sign(claims(good), secret()), { reason: 'missing', claim: '/oid' }],
    ['a claim', () => sign(claims({ ...good, oid: 7 }), secret()), { reason: 'invalid', claim: '/oid' }],
    ['its time', () => sign(claims({ ...good, nbf: inSeconds(900) }), secret()), { reason: 'not yet valid' }],
    ['a time in milliseconds', () => sign(claims({ ...good, exp: Date.now() }), secret()), FAR],
    ['its form', async () => 'one.two.three', { reason: 'malformed' }],
  ])(
    'says once a minute that a token is refused for %s, and the answer only if its times say it',
    async (_what, make, told) => {
      const jwt = await make();
      for (let time = 0; time < 3; time++) {
        const response = await sendUnder({ ...OURS, JWT_USER_CLAIM: '/oid' }, LIST, { headers: bearer(jwt) });
        expect(response.status).toBe(401);
        const { detail } = await problemOf(response);
        const description =
          told === FAR
            ? 'The claim exp lies after the year 9999: it must be in seconds, not milliseconds (RFC 7519 section 2)'
            : 'The token is not valid';
        expect(detail).toBe(`${description}. Get a new one.`);
        expect(response.headers.get('WWW-Authenticate')).toBe(
          `Bearer error="invalid_token", error_description="${description}"`,
        );
      }
      const event =
        'claim' in told || told.reason === 'not yet valid' ? 'token.claim_refused' : 'token.signature_refused';
      expect(lines).toMatchObject([{ event, ...told }]);
      expect(JSON.stringify(lines)).not.toContain(jwt.split('.').at(-1));
      vi.setSystemTime(Date.now() + 61_000);
      await sendUnder({ ...OURS, JWT_USER_CLAIM: '/oid' }, LIST, { headers: bearer(jwt) });
      expect(lines).toHaveLength(2);
    },
  );

  it('says that no key of the set is the one that a token names', async () => {
    const origin = new TestOrigin();
    const { publicKey, privateKey } = await pairOf('ES256');
    await origin.answerJson({ keys: [{ ...(await exportJWK(publicKey)), kid: 'a' }] });
    expect(await statusUnder(keySetAt(origin.url), await sign(claims(), privateKey, 'ES256', 'b'))).toBe(401);
    expect(lines).toMatchObject([{ event: 'token.signature_refused', reason: 'key' }]);
  });
});

describe('whoami', () => {
  it('tells any valid token what the service reads in it', async () => {
    const exp = inSeconds(600);
    const more = { exp, scope: 'cache:admin openid', groups: ['sales', 'north'], device_id: 'tablet-1' };
    const jwt = await sign(claims(more), secret());
    const response = await send('/whoami/', { headers: bearer(jwt) });
    expect(response.status).toBe(200);
    const answer = await response.json<Record<string, unknown>>();
    const members = ['user', 'scopes', 'scopes_from', 'other_scopes', 'groups', 'device', 'expires', 'now'];
    expect(Object.keys(answer)).toEqual(members);
    expect(answer).toEqual({
      user: 'alice',
      scopes: ['cache:inspect', 'cache:admin'],
      scopes_from: 'claims',
      other_scopes: ['openid'],
      groups: ['sales', 'north'],
      device: 'tablet-1',
      expires: new Date(exp * 1000).toISOString(),
      now: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  it('reports no scopes, no groups and no device where there are none', async () => {
    const jwt = await sign(claims({ scp: ['openid'] }), secret());
    const response = await send('/whoami/', { headers: bearer(jwt) });
    expect(await response.json()).toMatchObject({
      scopes: [],
      scopes_from: 'claims',
      other_scopes: ['openid'],
      groups: [],
      device: null,
    });
    const named = await send('/whoami/', { headers: { ...bearer(jwt), 'X-Device-Id': 'tablet-2' } });
    expect(await named.json()).toMatchObject({ device: 'tablet-2' });
  });

  it('tells that the scopes are the usual ones, since no claim names any', async () => {
    const { scope: _none, ...bare } = claims();
    const response = await send('/whoami/', { headers: bearer(await sign(bare, secret())) });
    expect(await response.json()).toMatchObject({
      scopes: ['cache:read', 'cache:refresh'],
      scopes_from: 'default',
      other_scopes: [],
    });
  });

  it('is where a token without the scope is sent', async () => {
    const jwt = await sign(claims({ scope: 'crm:read' }), secret());
    const response = await send('/cache/', { headers: bearer(jwt) });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('GET /api/v1/whoami/') });
  });
});
