import { Webhook as Verifier } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signedHeaders, signingKey } from '../../../src/origin/webhook-signature.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NEXT = 'whsec_d2UncmUtbm8tc3RyYW5nZXJzLXRvLWxvdmUtWW91';
const key = (secret: string) => signingKey(secret) as Uint8Array<ArrayBuffer>;

describe('a signature', () => {
  it('is the one that the published library makes', async () => {
    const body = '{"name":"ü","n":1}';
    const now = 1_614_265_330_999;
    const headers = await signedHeaders('msg-1', body, [key(SECRET)], now);
    expect(headers).toEqual({
      'webhook-id': 'msg-1',
      'webhook-timestamp': '1614265330',
      'webhook-signature': new Verifier(SECRET).sign('msg-1', new Date(now), body),
    });
  });

  it('of two keys is found right with either, and with no other', async () => {
    const headers = await signedHeaders('msg-2', '{}', [key(SECRET), key(NEXT)], Date.now());
    expect(new Verifier(SECRET).verify('{}', headers)).toEqual({});
    expect(new Verifier(NEXT).verify('{}', headers)).toEqual({});
    const other = new Verifier(`whsec_${btoa('y'.repeat(24))}`);
    expect(() => other.verify('{}', headers)).toThrow('No matching signature');
    expect(() => new Verifier(SECRET).verify('{ }', headers)).toThrow('No matching signature');
  });
});

describe('a key', () => {
  it.each([
    ['whsec_', null],
    ['', null],
    ['whsec_not base64 at all, really', null],
    [`whsec_${btoa('x'.repeat(23))}`, null],
    [`whsec_${btoa('x'.repeat(24))}`, 24],
    [btoa('x'.repeat(64)), 64],
    [btoa('x'.repeat(65)), null],
    [`whsec_${btoa('x'.repeat(25)).replaceAll('=', '')}`, 25],
    ['whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', null],
  ])('%j has so many bytes: %j', (secret, bytes) => {
    expect(signingKey(secret)?.length ?? null).toBe(bytes);
  });
});
