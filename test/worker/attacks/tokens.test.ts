/**
 * Forged tokens: the attacks of RFC 8725 and their relatives, each by its name. What a token must claim and which settings
 * let nobody in stand in ../identity.test.ts.
 */
import { env } from 'cloudflare:workers';
import { CompactEncrypt, exportJWK, exportSPKI, FlattenedSign, generateKeyPair, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { send, sendUnder } from '../../support/client.ts';
import { TestOrigin } from '../../support/origin.ts';
import { inSeconds, sign, token } from '../../support/token.ts';

const LIST = '/api/v1/cache/';
const NOT_VALID = 'Bearer error="invalid_token", error_description="The token is not valid"';
const EXPIRED = 'Bearer error="invalid_token", error_description="The token has expired"';
const claims = (more: Record<string, unknown> = {}): JWTPayload => ({ sub: 'alice', exp: inSeconds(60), ...more });
const secret = () => new TextEncoder().encode(env.JWT_SECRET);

interface Header {
  [name: string]: unknown;
}

const base64url = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64url');
const unsigned = (header: Header | string, payload: unknown = claims()) =>
  [header, payload].map((part) => base64url(typeof part === 'string' ? part : JSON.stringify(part))).join('.');

/** A token of any header and payload (values, or the very JSON text) under a true HMAC. */
async function hmac(header: Header | string, payload: unknown = claims(), key = secret()): Promise<string> {
  const input = unsigned(header, payload);
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return `${input}.${base64url(new Uint8Array(await crypto.subtle.sign('HMAC', imported, Buffer.from(input))))}`;
}

/** The challenge of the refusal, by the service of the tests or under other keys. */
async function refusal(jwt: string, settings: Record<string, unknown> = {}): Promise<string | null> {
  const response = await sendUnder(settings, LIST, { headers: { Authorization: `Bearer ${jwt}` } });
  expect(response.status).toBe(401);
  return response.headers.get('WWW-Authenticate');
}

async function isLetIn(jwt: string, settings: Record<string, unknown> = {}): Promise<boolean> {
  const response = await sendUnder(settings, LIST, { headers: { Authorization: `Bearer ${jwt}` } });
  return response.status === 200;
}

/** A service that trusts one public key. */
async function serviceOf(alg: string, options: { crv?: string } = {}) {
  const pair = (await generateKeyPair(alg, { extractable: true, ...options })) as CryptoKeyPair;
  const jwk = await exportJWK(pair.publicKey);
  const pem = await exportSPKI(pair.publicKey);
  return { pair, jwk, pem, settings: { JWT_SECRET: '', JWT_PUBLIC_KEY: pem } };
}
type Service = Awaited<ReturnType<typeof serviceOf>>;

let rsa: Service;
let ec: Service;
let ed: Service;
beforeAll(async () => {
  [rsa, ec, ed] = await Promise.all([serviceOf('RS256'), serviceOf('ES256'), serviceOf('EdDSA', { crv: 'Ed25519' })]);
});

it('the tokens that are forged below would be let in, were they not forged', async () => {
  expect(await isLetIn(await hmac({ alg: 'HS256' }))).toBe(true);
  expect(await isLetIn(await sign(claims(), rsa.pair.privateKey, 'RS256'), rsa.settings)).toBe(true);
  expect(await isLetIn(await sign(claims(), ec.pair.privateKey, 'ES256'), ec.settings)).toBe(true);
  expect(await isLetIn(await sign(claims(), ed.pair.privateKey, 'EdDSA'), ed.settings)).toBe(true);
});

describe('alg', () => {
  it.each(['none', 'None', 'NONE', 'nOnE', 'none ', ' none', 'none\0', '', null, 0, ['none'], undefined])(
    '%j is refused, with and without a signature, whatever the key',
    async (alg) => {
      const signature = (await token()).split('.')[2];
      for (const settings of [{}, rsa.settings, ec.settings]) {
        for (const end of ['', signature]) {
          expect(await refusal(`${unsigned({ alg })}.${end}`, settings)).toBe(NOT_VALID);
        }
      }
    },
  );

  it('of HMAC with the public key as its secret is refused (RS/HS confusion)', async () => {
    for (const { pem, jwk, settings } of [rsa, ec, ed]) {
      const der = Buffer.from(pem.replace(/-----.*?-----|\s/g, ''), 'base64');
      const texts = [pem, pem.trim(), pem.replaceAll('\n', ''), JSON.stringify(jwk), jwk.n ?? jwk.x ?? ''];
      const keys = [...texts.map((text) => Buffer.from(text)), der, Buffer.from(jwk.n ?? jwk.x ?? '', 'base64url')];
      for (const key of keys)
        expect(await refusal(await hmac({ alg: 'HS256' }, claims(), key), settings)).toBe(NOT_VALID);
    }
  });

  it('of a key that the service does not have is refused: the key chooses it, not the token', async () => {
    expect(await refusal(await sign(claims(), rsa.pair.privateKey, 'RS256'))).toBe(NOT_VALID);
    expect(await refusal(await sign(claims(), rsa.pair.privateKey, 'RS256'), ec.settings)).toBe(NOT_VALID);
    expect(await refusal(await sign(claims(), ed.pair.privateKey, 'EdDSA'), ec.settings)).toBe(NOT_VALID);
    expect(await refusal(await hmac({ alg: 'hs256' }))).toBe(NOT_VALID);
    expect(await refusal(await hmac({ alg: 'HS1' }))).toBe(NOT_VALID);
  });

  it('of another curve is refused', async () => {
    const other = await serviceOf('ES384');
    expect(await refusal(await sign(claims(), other.pair.privateKey, 'ES384'), ec.settings)).toBe(NOT_VALID);
    const [, payload, signature] = (await sign(claims(), other.pair.privateKey, 'ES384')).split('.');
    expect(await refusal(`${base64url('{"alg":"ES256"}')}.${payload}.${signature}`, ec.settings)).toBe(NOT_VALID);
  });
});

describe('keys that the token brings along are not used:', () => {
  it('an embedded jwk', async () => {
    const attacker = await serviceOf('ES256');
    const jwt = await new FlattenedSign(Buffer.from(JSON.stringify(claims())))
      .setProtectedHeader({ alg: 'ES256', jwk: attacker.jwk })
      .sign(attacker.pair.privateKey);
    expect(await refusal(`${jwt.protected}.${jwt.payload}.${jwt.signature}`, ec.settings)).toBe(NOT_VALID);
    const oct = { kty: 'oct', k: base64url('attacker'.repeat(4)) };
    expect(await refusal(await hmac({ alg: 'HS256', jwk: oct }, claims(), Buffer.from('attacker'.repeat(4))))).toBe(
      NOT_VALID,
    );
  });

  it.each(['jku', 'x5u'])('those behind %s, which is not even asked for', async (member) => {
    const attacker = await serviceOf('ES256');
    const origin = new TestOrigin();
    await origin.answerJson({ keys: [{ ...attacker.jwk, kid: 'k', alg: 'ES256' }] });
    const input = unsigned({ alg: 'ES256', kid: 'k', [member]: origin.url });
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await crypto.subtle.sign(algorithm, attacker.pair.privateKey, Buffer.from(input));
    expect(await refusal(`${input}.${base64url(new Uint8Array(signature))}`, ec.settings)).toBe(NOT_VALID);
    expect(await origin.requests()).toEqual([]);
  });

  it('an x5c chain', async () => {
    const jwt = await hmac({ alg: 'RS256', x5c: ['MIIB'] });
    expect(await refusal(jwt, rsa.settings)).toBe(NOT_VALID);
  });

  it.each([
    '../../../../dev/null',
    '/dev/null',
    "' UNION SELECT 'attacker",
    'http://127.0.0.1/key',
    '| /bin/true',
    '__proto__',
    'constructor',
    '',
    'x'.repeat(10_000),
  ])('a kid that leads elsewhere: %.40j', async (kid) => {
    for (const key of ['', 'attacker', kid]) {
      const bytes = Buffer.from(key.padEnd(1, '\0'));
      expect(await refusal(await hmac({ alg: 'HS256', kid }, claims(), bytes))).toBe(NOT_VALID);
    }
  });

  it('a kid of another type', async () => {
    const origin = new TestOrigin();
    await origin.answerJson({ keys: [{ ...ec.jwk, kid: 'k', alg: 'ES256' }] });
    const settings = { JWT_SECRET: '', JWT_JWKS_URL: origin.url, JWT_AUDIENCE: '*' };
    for (const kid of [7, null, ['k'], { k: 1 }, true]) {
      expect(await refusal(`${unsigned({ alg: 'ES256', kid })}.${base64url('x'.repeat(64))}`, settings)).toBe(
        NOT_VALID,
      );
    }
  });
});

describe('the critical header', () => {
  it.each([
    ['names what nobody knows', { crit: ['http://example.com/x'], 'http://example.com/x': true }],
    ['names what is not there', { crit: ['exp'] }],
    ['is empty', { crit: [] }],
    ['is no list', { crit: 'b64', b64: true }],
    ['lists no names', { crit: [7] }],
    ['names a member that is registered', { crit: ['alg'] }],
    ['turns off the encoding (RFC 7797)', { crit: ['b64'], b64: false }],
  ])('that %s is refused, though the signature holds', async (_what, header) => {
    expect(await refusal(await hmac({ alg: 'HS256', ...header }))).toBe(NOT_VALID);
  });

  it('alone makes a member count: others that are unknown are ignored (RFC 7515 section 4)', async () => {
    expect(await isLetIn(await hmac({ alg: 'HS256', 'http://example.com/x': true }))).toBe(true);
  });
});

describe('signatures', () => {
  it.each<[string, (signature: string) => string]>([
    ['empty', () => ''],
    ['cut short by a character', (signature) => signature.slice(0, -1)],
    ['cut to half', (signature) => signature.slice(0, signature.length / 2)],
    ['of a single byte', () => 'AA'],
    ['too long', (signature) => `${signature}AAAA`],
    ['all zero', () => base64url(new Uint8Array(32))],
    ['no base64url', () => '!!!!'],
    ['given twice', (signature) => `${signature}.${signature}`],
  ])('that are %s are refused', async (_what, change) => {
    const [header, payload, signature = ''] = (await token()).split('.');
    const response = await send('/cache/', {
      headers: { Authorization: `Bearer ${header}.${payload}.${change(signature)}` },
    });
    expect(response.status).toBe(401);
  });

  it('are compared by the platform, in constant time, and never worked out here', async () => {
    const [header, payload, signature = ''] = (await token()).split('.');
    const wrongAt = (byte: number) => {
      const bytes = Buffer.from(signature, 'base64url');
      return base64url(bytes.fill((bytes[byte] ?? 0) ^ 1, byte, byte + 1));
    };
    const compared = vi.spyOn(crypto.subtle, 'verify');
    const worked = vi.spyOn(crypto.subtle, 'sign');
    try {
      for (const guess of [wrongAt(0), wrongAt(31)]) {
        expect(await refusal(`${header}.${payload}.${guess}`)).toBe(NOT_VALID);
      }
      expect(compared).toHaveBeenCalledTimes(2);
      expect(worked).not.toHaveBeenCalled();
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('of ECDSA with r and s zero or the order of the curve are refused (CVE-2022-21449)', async () => {
    const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
    const zero = Buffer.alloc(32);
    for (const halves of [
      [zero, zero],
      [order, order],
      [zero, order],
      [order, zero],
    ]) {
      const jwt = `${unsigned({ alg: 'ES256' })}.${base64url(Buffer.concat(halves))}`;
      expect(await refusal(jwt, ec.settings)).toBe(NOT_VALID);
    }
  });

  it('of ECDSA in DER are refused', async () => {
    const der = Buffer.from('3006020101020101', 'hex');
    expect(await refusal(`${unsigned({ alg: 'ES256' })}.${base64url(der)}`, ec.settings)).toBe(NOT_VALID);
  });

  it('of Ed25519 with points of small order are refused', async () => {
    const identity = Buffer.alloc(64);
    identity[0] = 1;
    for (const signature of [identity, Buffer.alloc(64)]) {
      expect(await refusal(`${unsigned({ alg: 'EdDSA' })}.${base64url(signature)}`, ed.settings)).toBe(NOT_VALID);
    }
  });

  it('of another payload are refused', async () => {
    const [header, , signature] = (await token({ user: 'bob' })).split('.');
    const [, payload] = (await token({ user: 'root', scope: 'cache:admin' })).split('.');
    expect(await refusal(`${header}.${payload}.${signature}`)).toBe(NOT_VALID);
  });
});

describe('claims', () => {
  it.each<[string, string]>([
    ['as text', '"9999999999"'],
    ['as a list', '[9999999999]'],
    ['that is null', 'null'],
    ['that is true', 'true'],
    ['that is not finite', '1e999'],
  ])('exp %s is refused', async (_what, exp) => {
    expect(await refusal(await hmac({ alg: 'HS256' }, `{"sub":"alice","exp":${exp}}`))).toBe(NOT_VALID);
  });

  it.each<[string, string]>([
    ['in milliseconds', String(Date.now() + 3_600_000)],
    ['in microseconds', String(Date.now() * 1000)],
    ['beyond 2^53', '9007199254740993'],
    ['far beyond 2^53', '1e300'],
  ])('exp %s is refused, and the answer says that it is in seconds', async (_what, exp) => {
    expect(await refusal(await hmac({ alg: 'HS256' }, `{"sub":"alice","exp":${exp}}`))).toBe(
      'Bearer error="invalid_token", error_description="The claim exp lies after the year 9999: it must be in seconds, not milliseconds (RFC 7519 section 2)"',
    );
  });

  it.each([0, -1, -9e15])('exp %d has expired', async (exp) => {
    expect(await refusal(await hmac({ alg: 'HS256' }, { sub: 'alice', exp }))).toBe(EXPIRED);
  });

  it('nbf and iat of another type are refused', async () => {
    for (const more of [{ nbf: '0' }, { nbf: {} }, { iat: '0' }]) {
      expect(await refusal(await hmac({ alg: 'HS256' }, claims(more)))).toBe(NOT_VALID);
    }
  });

  it.each([{ sub: ['alice'] }, { sub: { name: 'alice' } }, { sub: null }, { sub: true }])(
    '%j is refused',
    async (more) => {
      expect(await refusal(await hmac({ alg: 'HS256' }, claims(more)))).toBe(NOT_VALID);
    },
  );

  it.each<[string, Record<string, unknown>]>([
    ['an issuer that begins like ours', { iss: 'https://idp.example.com.evil.net' }],
    ['an issuer in other letters', { iss: 'HTTPS://IDP.EXAMPLE.COM' }],
    ['issuers', { iss: ['https://idp.example.com', 'https://evil.net'] }],
    ['an audience that begins like ours', { aud: 'freshet-evil' }],
    ['an audience in other letters', { aud: 'Freshet' }],
    ['audiences without ours', { aud: ['other', 'another'] }],
    ['no audiences', { aud: [] }],
    ['an audience that is no text', { aud: { freshet: true } }],
    ['audiences that are no texts', { aud: [['freshet']] }],
  ])('with %s are refused', async (_what, more) => {
    const settings = { JWT_ISSUER: 'https://idp.example.com', JWT_AUDIENCE: 'freshet' };
    const good = { iss: 'https://idp.example.com', aud: 'freshet' };
    expect(await isLetIn(await hmac({ alg: 'HS256' }, claims(good)), settings)).toBe(true);
    expect(await refusal(await hmac({ alg: 'HS256' }, claims({ ...good, ...more })), settings)).toBe(NOT_VALID);
  });

  it('that stand twice are read as their last, which is what was signed for every reader of JSON', async () => {
    const exp = inSeconds(60);
    const last = `{"sub":"root","scope":"cache:admin","sub":"alice","scope":"cache:read","exp":${exp}}`;
    const headers = { Authorization: `Bearer ${await hmac({ alg: 'HS256' }, last)}` };
    expect((await sendUnder({}, LIST, { headers })).status).toBe(200);
    expect((await sendUnder({}, `${LIST}?user=*`, { headers })).status).toBe(403);
    expect(await refusal(await hmac('{"alg":"HS256","alg":"none"}'))).toBe(NOT_VALID);
    expect(await refusal(await hmac({ alg: 'HS256' }, `{"sub":"alice","exp":${exp},"exp":1}`))).toBe(EXPIRED);
  });

  it('that are no object, no JSON or no UTF-8 are refused', async () => {
    for (const payload of ['[]', 'null', '"alice"', '7', '', '{', '{"sub":"alice"', '\ufeff{}']) {
      expect(await refusal(await hmac({ alg: 'HS256' }, payload))).toBe(NOT_VALID);
    }
  });

  it('named __proto__ or inherited give nothing', async () => {
    const payload = `{"sub":"alice","exp":${inSeconds(60)},"__proto__":{"scope":"cache:admin"}}`;
    const headers = { Authorization: `Bearer ${await hmac({ alg: 'HS256' }, payload)}` };
    expect((await sendUnder({}, `${LIST}?user=*`, { headers })).status).toBe(403);
  });
});

describe('another thing in place of a signed token is refused:', () => {
  it('an encrypted one (JWE), under the same secret', async () => {
    const key = secret().slice(0, 32);
    const inner = Buffer.from(await token());
    for (const cty of [undefined, 'JWT']) {
      const jwe = await new CompactEncrypt(inner)
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', ...(cty ? { cty } : {}) })
        .encrypt(key);
      expect(await refusal(jwe)).toBe(NOT_VALID);
    }
    const forPublic = await new CompactEncrypt(Buffer.from(JSON.stringify(claims())))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
      .encrypt(ec.pair.publicKey)
      .catch(() => 'a.b.c.d.e');
    expect(await refusal(forPublic, ec.settings)).toBe(NOT_VALID);
  });

  it('a token in a token', async () => {
    expect(await refusal(await hmac({ alg: 'HS256', cty: 'JWT' }, base64url(await token())))).toBe(NOT_VALID);
  });

  it('the JSON serialisation of one', async () => {
    const [header, payload, signature] = (await token()).split('.');
    const json = JSON.stringify({ protected: header, payload, signature });
    expect((await send('/cache/', { headers: { Authorization: `Bearer ${json}` } })).status).toBe(401);
  });

  it('one with white space, padding or foreign characters in it', async () => {
    const good = await token();
    const at = good.indexOf('.');
    for (const jwt of [
      `${good} ${good}`,
      `${good.slice(0, at)}\t${good.slice(at)}`,
      `${good},`,
      `"${good}"`,
      `.${good}`,
    ]) {
      expect((await send('/cache/', { headers: { Authorization: `Bearer ${jwt}` } })).status).toBe(401);
    }
  });
});

describe('the way of the token', () => {
  it('is one Authorization header: two are refused, also when one of them is good', async () => {
    const good = `Bearer ${await token()}`;
    for (const values of [
      [good, good],
      [good, 'Bearer x'],
      ['Bearer x', good],
    ]) {
      const headers = new Headers();
      for (const value of values) headers.append('Authorization', value);
      const { status } = await send('/cache/', { headers });
      expect(status, values.join(' | ')).toBe(401);
    }
  });

  it('is never the query, a cookie or the body', async () => {
    const jwt = await token();
    for (const name of ['access_token', 'token', 'jwt', 'Authorization', 'authorization']) {
      expect((await send(`/cache/?${name}=${jwt}`)).status).toBe(401);
      expect((await send('/cache/', { headers: { Cookie: `${name}=${jwt}` } })).status).toBe(401);
      const body = new URLSearchParams({ [name]: jwt, resource_title: 'x' });
      expect((await send('/cache/refresh/', { method: 'POST', body })).status).toBe(401);
    }
  });

  it('is no other header either', async () => {
    const jwt = await token();
    for (const name of ['X-Authorization', 'Proxy-Authorization', 'X-Forwarded-Authorization', 'X-Access-Token']) {
      expect((await send('/cache/', { headers: { [name]: `Bearer ${jwt}` } })).status).toBe(401);
    }
  });

  it('of 16 KB and more is judged like any other', async () => {
    for (const size of [16_384, 65_536]) {
      expect(await refusal('a'.repeat(size))).toBe(NOT_VALID);
      expect(await refusal('.'.repeat(size))).toBe(NOT_VALID);
      expect(await refusal(await hmac({ alg: 'HS256', pad: 'x'.repeat(size) }, claims(), Buffer.from('y')))).toBe(
        NOT_VALID,
      );
      const spaces = await send('/cache/', { headers: { Authorization: `Bearer${' '.repeat(size)}x` } });
      expect(spaces.status).toBe(401);
    }
    expect(await isLetIn(await hmac({ alg: 'HS256' }, claims({ groups: 'x'.repeat(16_384) })))).toBe(true);
  });
});
