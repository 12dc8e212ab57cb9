/** A token that was verified before costs no cryptography, and is trusted no longer than a new one would be. */
import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { sendUnder } from '../support/client.ts';
import { inSeconds, sign } from '../support/token.ts';

let pair: CryptoKeyPair;
let settings: Record<string, string>;

beforeAll(async () => {
  pair = (await generateKeyPair('ES256', { extractable: true })) as CryptoKeyPair;
  settings = { JWT_SECRET: '', JWT_PUBLIC_KEY: JSON.stringify(await exportJWK(pair.publicKey)) };
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const makeToken = (lifeS = 600, more: Record<string, unknown> = {}) =>
  sign({ sub: 'alice', jti: crypto.randomUUID(), exp: inSeconds(lifeS), ...more }, pair.privateKey, 'ES256');

function answer(token: string, more: Record<string, string> = {}): Promise<Response> {
  return sendUnder({ ...settings, ...more }, '/api/v1/cache/', { headers: { Authorization: `Bearer ${token}` } });
}
const status = async (...args: Parameters<typeof answer>) => (await answer(...args)).status;

describe('a token seen before', () => {
  it('is verified once', async () => {
    const verify = vi.spyOn(crypto.subtle, 'verify');
    const token = await makeToken();
    for (let request = 0; request < 3; request += 1) expect(await status(token)).toBe(200);
    expect(verify).toHaveBeenCalledTimes(1);
  });

  it('has the scopes and the device that it had', async () => {
    const token = await makeToken(600, { scope: 'cache:refresh', device_id: 'tablet' });
    const ask = (path: string, headers: Record<string, string>) =>
      sendUnder(settings, path, { headers: { Authorization: `Bearer ${token}`, ...headers } });
    for (let request = 0; request < 2; request += 1) {
      expect((await ask('/api/v1/cache/', {})).status).toBe(403);
      expect((await ask('/api/v1/cache/', { 'X-Device-Id': 'another' })).status).toBe(403);
    }
  });

  it('expires', async () => {
    const token = await makeToken(60);
    expect(await status(token)).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 119_000 });
    expect(await status(token)).toBe(200);
    vi.setSystemTime(Date.now() + 2000);
    const late = await answer(token);
    expect(late.status).toBe(401);
    expect(late.headers.get('WWW-Authenticate')).toContain('The token has expired');
  });

  it('is verified again under other settings', async () => {
    const token = await makeToken();
    expect(await status(token)).toBe(200);
    expect(await status(token, { JWT_ISSUER: 'https://issuer.example.com' })).toBe(401);
    expect(await status(token, { JWT_AUDIENCE: 'freshet' })).toBe(401);
    const other = (await generateKeyPair('ES256', { extractable: true })) as CryptoKeyPair;
    expect(await status(token, { JWT_PUBLIC_KEY: JSON.stringify(await exportJWK(other.publicKey)) })).toBe(401);
  });

  it('lets in nothing that is like it', async () => {
    const token = await makeToken();
    expect(await status(token)).toBe(200);
    const [header, payload, signature] = token.split('.');
    const forged = btoa(JSON.stringify({ sub: 'mallory', exp: inSeconds(600) })).replace(/=+$/, '');
    for (const like of [`${header}.${forged}.${signature}`, `${header}.${payload}.`, token.slice(0, -1), `${token}A`]) {
      expect(await status(like)).toBe(401);
    }
  });
});

it('a token that was refused is refused again', async () => {
  const token = await makeToken(-61);
  expect(await status(token)).toBe(401);
  expect(await status(token)).toBe(401);
});
