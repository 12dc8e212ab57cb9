/** Rotation of the keys behind JWT_JWKS_URL, with a real key set on the origin server and the clock in our hands. */
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendUnder } from '../../support/client.ts';
import { TestOrigin } from '../../support/origin.ts';
import { inSeconds, sign } from '../../support/token.ts';

const MINUTE = 60_000;

class SigningKey {
  readonly kid = crypto.randomUUID();
  readonly #pair: CryptoKeyPair;
  readonly jwk: JWK;

  constructor(pair: CryptoKeyPair, jwk: JWK) {
    this.#pair = pair;
    this.jwk = { ...jwk, kid: this.kid, alg: 'ES256', use: 'sig' };
  }

  static async make(): Promise<SigningKey> {
    const pair = (await generateKeyPair('ES256', { extractable: true })) as CryptoKeyPair;
    return new SigningKey(pair, await exportJWK(pair.publicKey));
  }

  token(lifeS = 3600): Promise<string> {
    return sign({ sub: 'alice', exp: inSeconds(lifeS) }, this.#pair.privateKey, 'ES256', this.kid);
  }
}

/** A service of its own key set; what it learnt of the set is its own, too. */
class Service {
  readonly origin = new TestOrigin();

  static async of(...keys: SigningKey[]): Promise<Service> {
    const service = new Service();
    await service.publish(...keys);
    return service;
  }

  publish(...keys: SigningKey[]): Promise<void> {
    return this.origin.answerJson({ keys: keys.map(({ jwk }) => jwk) });
  }

  async answer(key: SigningKey): Promise<Response> {
    return this.answerTo(await key.token());
  }

  answerTo(token: string): Promise<Response> {
    const settings = { JWT_SECRET: '', JWT_JWKS_URL: `${this.origin.url}/jwks` };
    return sendUnder(settings, '/api/v1/cache/', { headers: { Authorization: `Bearer ${token}` } });
  }

  async status(key: SigningKey): Promise<number> {
    return (await this.answer(key)).status;
  }

  async fetches(): Promise<number> {
    return (await this.origin.requests()).length;
  }
}

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
let [old, young, unknown]: SigningKey[] = [];
const keys = () => ({ old: old as SigningKey, young: young as SigningKey, unknown: unknown as SigningKey });

beforeAll(async () => {
  [old, young, unknown] = await Promise.all([SigningKey.make(), SigningKey.make(), SigningKey.make()]);
});
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a new key', () => {
  it('is picked up when a token names it', async () => {
    const { old, young } = keys();
    const service = await Service.of(old);
    expect(await service.status(old)).toBe(200);
    await service.publish(old, young);
    pass(MINUTE);
    expect(await service.status(young)).toBe(200);
    expect(await service.status(old)).toBe(200);
    expect(await service.fetches()).toBe(2);
  });

  it('that many tokens name at once is asked for once, and no bearer of it is told that the token is bad', async () => {
    const { old, young } = keys();
    const service = await Service.of(old);
    expect(await service.status(old)).toBe(200);
    await service.publish(old, young);
    pass(MINUTE);
    const statuses = await Promise.all(Array.from({ length: 20 }, () => service.status(young)));
    expect(statuses).toContain(200);
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(await service.fetches()).toBe(2);
  });
});

it('a key that was taken out of the set is refused within ten minutes', async () => {
  const { old, young } = keys();
  const service = await Service.of(old, young);
  expect(await service.status(old)).toBe(200);
  await service.publish(young);
  pass(10 * MINUTE + 1000);
  // Whoever finds the set old is served by it, while it is fetched anew.
  expect(await service.status(young)).toBe(200);
  expect(await service.status(old)).toBe(401);
  expect(await service.status(young)).toBe(200);
});

describe('a token that was verified before', () => {
  it('is refused as soon as its key is known to have been taken out of the set', async () => {
    const { old, young } = keys();
    const service = await Service.of(old);
    const token = await old.token();
    expect((await service.answerTo(token)).status).toBe(200);
    await service.publish(young);
    pass(MINUTE);
    expect(await service.status(young)).toBe(200);
    expect((await service.answerTo(token)).status).toBe(401);
  });

  it('brings about that the set is fetched anew, as any other does', async () => {
    const { old, young } = keys();
    const service = await Service.of(old);
    const token = await old.token();
    expect((await service.answerTo(token)).status).toBe(200);
    await service.publish(young);
    pass(10 * MINUTE + 1000);
    expect((await service.answerTo(token)).status).toBe(200);
    expect((await service.answerTo(token)).status).toBe(401);
    expect(await service.fetches()).toBe(2);
  });
});

describe('while the key set cannot be had', () => {
  it.each([
    ['is down', { status: 503, body: '' }],
    ['answers with a page', { status: 200, body: '<html>' }],
    ['answers with something else', { status: 200, body: '{"error":"maintenance"}' }],
    ['redirects', { status: 302, headers: { Location: 'https://evil.example.com/jwks' }, body: '' }],
    ['breaks off', { status: 200, body: '{"keys":[]}', cut_after: 4 }],
  ])('since its endpoint %s, known keys serve on', async (_what, fault) => {
    const { old, unknown } = keys();
    const service = await Service.of(old);
    expect(await service.status(old)).toBe(200);
    await service.origin.answer(fault);
    for (let hour = 0; hour < 12; hour++) {
      pass(60 * MINUTE);
      expect(await service.status(old)).toBe(200);
    }
    // Whether this one's key is good cannot be known.
    pass(MINUTE);
    expect(await service.status(unknown)).toBe(503);
    await service.publish(old, unknown);
    pass(MINUTE);
    expect(await service.status(unknown)).toBe(200);
  });

  it('since its endpoint hangs, nobody waits for it whose key is known', async () => {
    const { old } = keys();
    const service = await Service.of(old);
    expect(await service.status(old)).toBe(200);
    await service.origin.answer({ hold: true });
    pass(11 * MINUTE);
    const held = service.status(old);
    expect(await service.status(old)).toBe(200);
    await service.publish(old);
    expect(await held).toBe(200);
  });

  it('keys serve on for a day and no longer', async () => {
    const { old } = keys();
    const service = await Service.of(old);
    expect(await service.status(old)).toBe(200);
    await service.origin.answer({ status: 503, body: '' });
    pass(24 * 60 * MINUTE + 1000);
    const response = await service.answer(old);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0);
  });
});

describe('unknown keys cannot make us hammer the endpoint', () => {
  const flood = async (service: Service, key: SigningKey) => {
    const statuses = new Set<number>();
    for (let n = 0; n < 30; n++) statuses.add(await service.status(key));
    return [...statuses];
  };

  it('that answers: one fetch in half a minute', async () => {
    const { old, unknown } = keys();
    const service = await Service.of(old);
    expect(await service.status(old)).toBe(200);
    pass(MINUTE);
    expect(await flood(service, unknown)).toEqual([401]);
    expect(await service.fetches()).toBe(2);
    pass(31_000);
    expect(await flood(service, unknown)).toEqual([401]);
    expect(await service.fetches()).toBe(3);
  });

  it('that fails: one fetch in half a minute with keys, one in five seconds without', async () => {
    const { old, unknown } = keys();
    const service = await Service.of(old);
    expect(await service.status(old)).toBe(200);
    await service.origin.answer({ status: 500, body: '' });
    pass(MINUTE);
    expect(await flood(service, unknown)).toEqual([503]);
    expect(await service.fetches()).toBe(2);

    const cold = new Service();
    await cold.origin.answer({ status: 500, body: '' });
    expect(await flood(cold, unknown)).toEqual([503]);
    expect(await cold.fetches()).toBe(1);
    await cold.publish(old);
    pass(6000);
    expect(await cold.status(old)).toBe(200);
  });
});

it.each(['http://idp.example.com/jwks', 'ftp://idp.example.com/jwks', 'data:application/json,{"keys":[]}'])(
  'a key set that anybody on the way could replace is none: %s',
  async (url) => {
    const headers = { Authorization: `Bearer ${await keys().old.token()}` };
    const response = await sendUnder({ JWT_SECRET: '', JWT_JWKS_URL: url }, '/api/v1/cache/', { headers });
    expect(response.status).toBe(500);
    expect((await response.json<{ detail: string }>()).detail).toContain('JWT_JWKS_URL');
  },
);
