/** Rotation of the keys behind JWT_JWKS_URL, with a real key set on the origin server and the clock in our hands. */
import { exportJWK, type FetchImplementation, generateKeyPair, type JWK, jwtVerify } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../../../src/contract/problem.ts';
import { remoteKeys } from '../../../src/http/remote-keys.ts';
import { type EdgeCache, edgeCache } from '../../../src/stores/edge-cache.ts';
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

  /** A token that does not name the key. */
  unnamed(): Promise<string> {
    return sign({ sub: 'alice', exp: inSeconds(3600) }, this.#pair.privateKey, 'ES256');
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

  answerTo(token: string, more: Record<string, unknown> = {}): Promise<Response> {
    const settings = { JWT_SECRET: '', JWT_JWKS_URL: `${this.origin.url}/jwks`, JWT_AUDIENCE: '*', ...more };
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
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await service.fetches()).toBe(2);
  });
});

describe('a key that the set may have by now, but is not asked for yet', () => {
  it.each([
    ['that tokens name', (key: SigningKey) => key.token()],
    ['that tokens do not name', (key: SigningKey) => key.unnamed()],
  ])('%s: its tokens are 503 until the set is asked again, and then good', async (_what, tokenOf) => {
    const { old, young } = keys();
    const service = await Service.of(old);
    expect(await service.status(old)).toBe(200);
    const token = await tokenOf(young);
    await service.publish(old, young);
    pass(10_000);
    const refused = await service.answerTo(token);
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '20']);
    expect(refused.headers.get('WWW-Authenticate')).toBeNull();
    expect(await service.fetches()).toBe(1);
    pass(20_000);
    expect((await service.answerTo(token)).status).toBe(200);
    expect(await service.fetches()).toBe(2);
  });

  it.each([
    ['that tokens name', (key: SigningKey) => key.token()],
    ['that tokens do not name', (key: SigningKey) => key.unnamed()],
  ])('%s: its tokens are 401 once the set was asked for them, and does not have it', async (_what, tokenOf) => {
    const { old, unknown } = keys();
    const service = await Service.of(old);
    expect(await service.status(old)).toBe(200);
    const token = await tokenOf(unknown);
    expect((await service.answerTo(token)).status).toBe(503);
    pass(30_000);
    for (let time = 0; time < 3; time++) expect((await service.answerTo(token)).status).toBe(401);
    expect(await service.fetches()).toBe(2);
  });

  it('is told from one that was taken out of the set', async () => {
    const { old, young } = keys();
    const service = await Service.of(old);
    expect(await service.status(old)).toBe(200);
    await service.publish(young);
    pass(MINUTE);
    expect(await service.status(young)).toBe(200);
    expect(await service.status(old)).toBe(401);
  });

  it('does not keep out tokens of the key before, which is tried as well', async () => {
    const { old, young } = keys();
    const service = await Service.of(old);
    expect(await service.status(old)).toBe(200);
    const previous = { JWT_PUBLIC_KEY_PREVIOUS: JSON.stringify({ ...young.jwk, kid: undefined }) };
    expect((await service.answerTo(await young.token(), previous)).status).toBe(200);
    await service.origin.answer({ status: 500, body: '' });
    pass(MINUTE);
    expect((await service.answerTo(await young.token(), previous)).status).toBe(200);
  });
});

describe('an isolate that has no key set yet', () => {
  /** Verifies a token as an isolate does that begins anew. */
  function isolateOf(service: Service, fetch?: FetchImplementation) {
    const keys = remoteKeys(new URL(`${service.origin.url}/jwks`), fetch);
    return async (key: SigningKey) => {
      const context = {
        edge: edgeCache('http://freshet.test/'),
        waitUntil: (work: Promise<unknown>) => void edgeWork.push(work),
      };
      const token = await key.token();
      return jwtVerify(token, keys.pick(context)).then(
        () => 200,
        (error: unknown) => (error instanceof Problem ? error.code : 401),
      );
    };
  }
  let edgeWork: Promise<unknown>[] = [];
  beforeEach(() => {
    edgeWork = [];
  });

  it('fetches it once for all that come meanwhile, and turns away none of them', async () => {
    const { old } = keys();
    const service = await Service.of(old);
    const statuses = await Promise.all(Array.from({ length: 50 }, () => service.status(old)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await service.fetches()).toBe(1);
  });

  it('tells all of them that it cannot be had, with one fetch', async () => {
    const { old } = keys();
    const service = new Service();
    await service.origin.answer({ status: 500, body: '' });
    const statuses = await Promise.all(Array.from({ length: 20 }, () => service.status(old)));
    expect(new Set(statuses)).toEqual(new Set([503]));
    expect(await service.fetches()).toBe(1);
  });

  it('goes on where the request that fetches is gone', async () => {
    const { old } = keys();
    const service = await Service.of(old);
    let asked = 0;
    // Nothing of a request that was ended runs on: neither its fetch nor its timers.
    const verify = isolateOf(service, (url, init) => {
      asked += 1;
      return asked === 1 ? new Promise<Response>(() => {}) : fetch(url, init as RequestInit);
    });
    const beats = vi.spyOn(globalThis, 'setInterval').mockReturnValueOnce(0 as never);
    const gone = verify(old);
    gone.catch(() => {});
    await expect.poll(() => asked).toBe(1);
    beats.mockRestore();
    expect(await Promise.all([verify(old), verify(old), verify(old)])).toEqual([200, 200, 200]);
    expect(asked).toBe(2);
  });

  it('takes it from the edge for ten minutes', async () => {
    const { old } = keys();
    const service = await Service.of(old);
    expect(await isolateOf(service)(old)).toBe(200);
    await Promise.all(edgeWork);
    pass(9 * MINUTE);
    expect(await isolateOf(service)(old)).toBe(200);
    expect(await service.fetches()).toBe(1);
    pass(2 * MINUTE);
    expect(await isolateOf(service)(old)).toBe(200);
    expect(await service.fetches()).toBe(2);
  });

  it('fetches it for a key that is younger than what lies at the edge', async () => {
    const { old, young } = keys();
    const service = await Service.of(old);
    expect(await isolateOf(service)(old)).toBe(200);
    await Promise.all(edgeWork);
    await service.publish(old, young);
    const isolate = isolateOf(service);
    expect(await isolate(old)).toBe(200);
    expect(await isolate(young)).toBe(200);
    expect(await service.fetches()).toBe(2);
  });

  it('serves all that come meanwhile from the edge while the set cannot be had', async () => {
    const { old, unknown } = keys();
    const set: Response = Response.json({ jwks: { keys: [old.jwk] }, fetchedAt: Date.now() - 20 * MINUTE });
    const edge: EdgeCache = { match: async () => set, put: async () => undefined };
    const down = Promise.withResolvers<Response>();
    const known = remoteKeys(new URL('https://idp.test/jwks'), () => down.promise);
    const verify = async (key: SigningKey) =>
      jwtVerify(await key.token(), known.pick({ edge, waitUntil: () => undefined }));
    const verified = Array.from({ length: 20 }, () => verify(old));
    const unverified = verify(unknown).catch((error: unknown) => error);
    await expect.poll(() => set.bodyUsed).toBe(true);
    down.reject(new Error('down'));
    expect(await Promise.all(verified)).toHaveLength(20);
    // Nobody can say that there is no such key.
    expect(await unverified).toMatchObject({ code: 'overloaded' });
  });

  it('trusts what lies at the edge for a day while the set cannot be had, and no longer', async () => {
    const { old, young } = keys();
    const service = await Service.of(old);
    expect(await isolateOf(service)(old)).toBe(200);
    await Promise.all(edgeWork);
    await service.origin.answer({ status: 503, body: '' });
    pass(23 * 60 * MINUTE);
    const isolate = isolateOf(service);
    expect(await isolate(old)).toBe(200);
    // Whether a key that it does not have is good cannot be known.
    expect(await isolate(young)).toBe('overloaded');
    pass(61 * MINUTE);
    expect(await isolateOf(service)(old)).toBe('overloaded');
    await service.publish(young);
    expect(await isolateOf(service)(old)).toBe(401);
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

  it('since the request that fetched was cut, another one fetches half a minute later', async () => {
    const { old } = keys();
    let asked = 0;
    const known = remoteKeys(new URL('https://idp.test/jwks'), async () => {
      asked += 1;
      return asked === 2 ? new Promise<Response>(() => {}) : Response.json({ keys: [old.jwk] });
    });
    const edge: EdgeCache = { match: async () => null, put: async () => undefined };
    const verify = async () => jwtVerify(await old.token(), known.pick({ edge, waitUntil: () => undefined }));
    await verify();
    pass(11 * MINUTE);
    // Behind this answer a fetch begins that nothing more is heard of.
    await verify();
    pass(MINUTE / 4);
    await verify();
    expect(asked).toBe(2);
    pass(MINUTE / 2);
    await verify();
    expect(asked).toBe(3);
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
    const response = await sendUnder({ JWT_SECRET: '', JWT_JWKS_URL: url, JWT_AUDIENCE: '*' }, '/api/v1/cache/', {
      headers,
    });
    expect(response.status).toBe(500);
    expect((await response.json<{ detail: string }>()).detail).toContain('JWT_JWKS_URL');
  },
);
