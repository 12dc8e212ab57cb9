/** Tokens of sources: asked for at a real provider (oidc-provider), kept sealed, one request at a time (CONTRACT 4 "Sources"). */
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { OAuth2 } from '../../../src/contract/oauth.ts';
import { newGate } from '../../../src/core/source-gate/gate.ts';
import { putToken, token } from '../../../src/core/source-gate/token.ts';
import { SourceToken } from '../../../src/origin/oauth/source-token.ts';
import { notingSecrets } from '../../../src/origin/redact.ts';
import type { SourceGateVerbs } from '../../../src/ports/source-gate.ts';
import { CLIENT_SECRET, KEYS, startProvider, startTokenServer } from '../../support/token-provider.ts';

const NEVER = new AbortController().signal;
const SECRET = '$' + '{ORIGIN_SECRET}';
const PEM = { PS256: '$' + '{ORIGIN_PS256}', ES256: '$' + '{ORIGIN_ES256}' };
const secrets: Record<string, string> = {
  ORIGIN_SECRET: CLIENT_SECRET,
  ORIGIN_OTHER: 'another secret',
  ORIGIN_PS256: KEYS.PS256.pem,
  ORIGIN_ES256: KEYS.ES256.pem.replaceAll('\n', '\\n'),
};

let provider: Awaited<ReturnType<typeof startProvider>>;
let server: Awaited<ReturnType<typeof startTokenServer>>;
beforeAll(async () => {
  [provider, server] = await Promise.all([startProvider(), startTokenServer()]);
});
afterAll(() => Promise.all([provider.stop(), server.stop()]));
afterEach(() => {
  vi.useRealTimers();
});

/** The rules of the gate, without its object. */
function gateInMemory() {
  const gate = newGate();
  const verbs = {
    token: async (request: Parameters<SourceGateVerbs['token']>[0]) => token(gate, request, Date.now()),
    putToken: async (request: Parameters<SourceGateVerbs['putToken']>[0]) => putToken(gate, request),
  } as SourceGateVerbs;
  return { gate, verbs };
}

const place = gateInMemory;

/** The token of one load. */
function tokenOf(members: Partial<v.InferInput<typeof OAuth2>>, { verbs } = place(), values = secrets) {
  const noted = notingSecrets((name) => values[name]);
  const definition = v.parse(OAuth2, { token_url: server.tokenUrl, client_id: 'c', client_secret: SECRET, ...members });
  const access = { hosts: ['127.0.0.1'], secret: noted.secret, note: noted.note, sent: noted.sent };
  const load = crypto.randomUUID();
  const source = new SourceToken(definition, access, { gate: verbs, load, fetch: (url, init) => fetch(url, init) });
  return { value: () => source.value(NEVER), renew: () => source.renew(NEVER), sent: noted.sent };
}

let given = 0;
const grant = (more: object = {}) => ({
  body: { access_token: `token-${++given}`, token_type: 'Bearer', expires_in: 600, ...more },
});

describe('a real provider gives a token', () => {
  it.each<[string, Partial<v.InferInput<typeof OAuth2>>]>([
    ['by a secret in a header', { client_id: 'by-basic' }],
    ['by a secret in the body', { client_id: 'by-post', client_auth: 'post' }],
    [
      'by an assertion, PS256',
      { client_id: 'by-PS256', client_auth: 'private_key_jwt', private_key: PEM.PS256, kid: 'PS256' },
    ],
    [
      'by an assertion, ES256, of a key whose line breaks are written out',
      { client_id: 'by-ES256', client_auth: 'private_key_jwt', private_key: PEM.ES256, alg: 'ES256' },
    ],
  ])('%s', async (_how, members) => {
    const { value, sent } = tokenOf({ token_url: provider.tokenUrl, params: { scope: 'read' }, ...members });
    const token = await value();
    expect(token).toMatch(/^[\w-]{20,}$/);
    expect(sent).toContain(token);
  });

  it.each<[string, Partial<v.InferInput<typeof OAuth2>>, RegExp]>([
    ['for another secret', { client_id: 'by-basic', client_secret: '$' + '{ORIGIN_OTHER}' }, /invalid_client/],
    ['for an unknown client', { client_id: 'nobody' }, /invalid_client/],
    [
      'by the key of another client',
      { client_id: 'by-PS256', client_auth: 'private_key_jwt', private_key: PEM.ES256, alg: 'ES256' },
      /invalid_client/,
    ],
  ])('and none %s, which is final', async (_what, members, said) => {
    const { value } = tokenOf({ token_url: provider.tokenUrl, ...members });
    await expect(value()).rejects.toMatchObject({
      code: 'origin-auth',
      retryable: false,
      adminDetail: expect.stringMatching(said),
    });
  });
});

describe('what is answered', () => {
  it('complaint 13: may say in text how long the token is good, or not at all', async () => {
    const ends = async (more: object, members = {}) => {
      const kept = place();
      server.answer(() => grant(more));
      await tokenOf(members, kept).value();
      const { madeAt = 0, endsAt = 0, refreshAt = 0 } = kept.gate.token ?? {};
      return [endsAt - madeAt, refreshAt - madeAt].map((ms) => ms / 1000);
    };
    expect(await ends({ expires_in: '3599' })).toEqual([3599, 3599 - 359.9]);
    expect(await ends({ expires_in: 600 })).toEqual([600, 540]);
    expect(await ends({ expires_in: undefined })).toEqual([300, 240]);
    expect(await ends({ expires_in: undefined }, { expires_s: 3600 })).toEqual([3600, 3240]);
    expect(await ends({ expires_in: 60 })).toEqual([60, 30]);
    // The end is told to administrators as a time.
    expect(await ends({ expires_in: 1e20 })).toEqual([31_536_000, 31_536_000 - 3_153_600]);
  });

  it.each<[string, Parameters<typeof server.answer>[0], object]>([
    ['a redirect', () => ({ status: 307, headers: { Location: 'http://127.0.0.1:1/' } }), { retryable: false }],
    ['429', () => ({ status: 429, headers: { 'Retry-After': '7' } }), { retryable: true, retryAfterMs: 7000 }],
    ['503', () => ({ status: 503 }), { retryable: true }],
    ['400', () => ({ status: 400, body: { error: 'unauthorized_client' } }), { retryable: false }],
    ['no JSON', () => ({ body: '<html>', headers: { 'Content-Type': 'text/html' } }), { retryable: false }],
    ['no token', () => ({ body: { token_type: 'Bearer' } }), { retryable: false }],
    ['a token that no header can hold', () => grant({ access_token: 'a\nb' }), { retryable: false }],
    ['another kind of token', () => grant({ token_type: 'mac' }), { retryable: false }],
    ['more than 64 KiB', () => grant({ more: 'x'.repeat(70_000) }), { retryable: false }],
  ])('%s is no token', async (_what, answer, failure) => {
    server.answer(answer);
    await expect(tokenOf({}).value()).rejects.toMatchObject({ code: 'origin-auth', ...failure });
    expect(server.asked).toHaveLength(1);
  });

  it.each<[string, Partial<v.InferInput<typeof OAuth2>>]>([
    ['a secret in a header', {}],
    ['a secret in the body', { client_auth: 'post' }],
    ['an assertion', { client_auth: 'private_key_jwt', client_secret: undefined, private_key: PEM.PS256 }],
  ])('is told to administrators without what was sent, byte for byte or decoded: %s', async (_what, members) => {
    const proof = () => {
      const [{ headers, body } = { headers: {} as Record<string, string>, body: '' }] = server.asked;
      const form = new URLSearchParams(body);
      const raw = /(?:client_secret|client_assertion)=([^&]*)/.exec(body)?.[1];
      const sent = [headers.authorization?.slice('Basic '.length), raw, form.get('client_secret')];
      return [...sent, form.get('client_assertion')].filter((value) => typeof value === 'string');
    };
    server.answer(() => ({
      status: 401,
      headers: { 'WWW-Authenticate': 'Basic' },
      body: { error: 'invalid_client', error_description: `not ${proof().join(', nor ')}` },
    }));
    const { value, sent } = tokenOf(members);
    await expect(value()).rejects.toMatchObject({
      message: 'The request for a token was answered with status 401.',
      adminDetail: expect.stringMatching(/^The request .* It says: invalid_client: not \*\*\*(, nor \*\*\*)*$/),
    });
    // The source is asked by the same load, and may repeat it as well.
    expect(proof().length).toBeGreaterThan(0);
    expect(sent).toEqual(expect.arrayContaining(proof()));
  });

  it('is not waited for where nothing answers: that is tried again', async () => {
    const failure = { code: 'origin-auth', retryable: true };
    await expect(tokenOf({ token_url: 'http://127.0.0.1:1/token' }).value()).rejects.toMatchObject(failure);
  });
});

describe('the question', () => {
  it('has the grant, the parameters as they are, and the secret form-encoded in a header (RFC 6749 section 2.3.1)', async () => {
    server.answer(() => grant());
    await tokenOf({ client_id: 'a b', params: { scope: 'x y', audience: 'https://erp.example/' } }).value();
    const [{ headers, body } = { headers: {}, body: '' }] = server.asked;
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'x y',
      audience: 'https://erp.example/',
    });
    const [user, password] = atob(headers.authorization?.slice(6) ?? '')
      .split(':')
      .map((text) => decodeURIComponent(text.replaceAll('+', ' ')));
    expect([user, password]).toEqual(['a b', CLIENT_SECRET]);
  });

  it('has an assertion for the token URL, or for whom the definition says, good for a minute and once', async () => {
    server.answer(() => grant());
    const byKey = { client_auth: 'private_key_jwt', private_key: PEM.ES256, alg: 'ES256', kid: 'k1' } as const;
    const claims: Record<string, unknown>[] = [];
    for (const aud of [undefined, 'https://id.example/']) {
      await tokenOf({ ...byKey, ...(aud === undefined ? {} : { aud, params: { scope: 'read' } }) }).value();
      const assertion = new URLSearchParams(server.asked.at(-1)?.body).get('client_assertion') ?? '';
      const [header, payload] = assertion
        .split('.', 2)
        .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
      expect(header).toEqual({ alg: 'ES256', kid: 'k1', typ: 'JWT' });
      claims.push(payload);
    }
    const [first, second] = claims as [Record<string, number>, Record<string, number>];
    expect([first.aud, second.aud]).toEqual([server.tokenUrl, 'https://id.example/']);
    // NetSuite looks for the scope there.
    expect([first.scope, second.scope]).toEqual([undefined, 'read']);
    expect((first.exp ?? 0) - (first.iat ?? 0)).toBe(60);
    expect(first.jti).not.toBe(second.jti);
  });

  it.each([
    ['ORIGIN_SECRET', 'PS256', /must hold a private key as PKCS #8 in PEM/],
    ['ORIGIN_ES256', 'PS256', /holds no key for PS256/],
  ] as const)('is not asked with %s for %s', async (name, alg, detail) => {
    server.answer(() => grant());
    const members = { client_auth: 'private_key_jwt', private_key: `\${${name}}`, alg } as const;
    await expect(tokenOf(members).value()).rejects.toMatchObject({
      code: 'misconfigured',
      adminDetail: expect.stringMatching(detail),
    });
    expect(server.asked).toEqual([]);
  });
});

describe('a token', () => {
  it('complaint 13: is asked for by one load, however many want it, and lies sealed in the gate', async () => {
    const kept = place();
    server.answer(() => grant());
    const values = await Promise.all(Array.from({ length: 8 }, () => tokenOf({}, kept).value()));
    expect(new Set(values).size).toBe(1);
    expect(server.asked).toHaveLength(1);
    expect(JSON.stringify(kept.gate)).not.toContain(values[0]);
  });

  it('is of no use under another secret or another definition: another one is asked for', async () => {
    const kept = place();
    server.answer(() => grant());
    const first = await tokenOf({}, kept).value();
    expect(await tokenOf({}, kept, { ...secrets, ORIGIN_SECRET: 'rotated' }).value()).not.toBe(first);
    const second = await tokenOf({}, kept, { ...secrets, ORIGIN_SECRET: 'rotated' }).value();
    expect(
      await tokenOf({ params: { scope: 'more' } }, kept, { ...secrets, ORIGIN_SECRET: 'rotated' }).value(),
    ).not.toBe(second);
    expect(server.asked).toHaveLength(3);
  });

  it('complaint 12: is replaced before it ends, also within a load, while others continue with it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const kept = place();
    server.answer(() => grant());
    const load = tokenOf({}, kept);
    const first = await load.value();
    vi.setSystemTime(Date.now() + 539_000);
    expect(await load.value()).toBe(first);
    vi.setSystemTime(Date.now() + 2000);
    // Somebody is at it.
    token(kept.gate, { load: 'other', fingerprint: kept.gate.token?.fingerprint ?? '', seen: null }, Date.now());
    expect(await tokenOf({}, kept).value()).toBe(first);
    putToken(kept.gate, { load: 'other', token: null });
    expect(await load.value()).not.toBe(first);
    expect(server.asked).toHaveLength(2);
  });

  it('stands until its end where no new one can be had for now, but not where the client is refused', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const kept = place();
    server.answer(() => grant());
    const first = await tokenOf({}, kept).value();
    vi.setSystemTime(Date.now() + 550_000);
    server.answer(() => ({ status: 503 }));
    expect(await tokenOf({}, kept).value()).toBe(first);
    server.answer(() => ({ status: 400, body: { error: 'invalid_client' } }));
    await expect(tokenOf({}, kept).value()).rejects.toMatchObject({ code: 'origin-auth' });
    vi.setSystemTime(Date.now() + 60_000);
    server.answer(() => ({ status: 503 }));
    await expect(tokenOf({}, kept).value()).rejects.toMatchObject({ code: 'origin-auth', retryable: true });
  });

  it('that the source refuses is replaced once a load, unless it has just been made', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const kept = place();
    server.answer(() => grant());
    const load = tokenOf({}, kept);
    const first = await load.value();
    expect(await load.renew()).toBe(false);
    vi.setSystemTime(Date.now() + 5001);
    expect(await load.renew()).toBe(true);
    const second = await load.value();
    expect(second).not.toBe(first);
    vi.setSystemTime(Date.now() + 5001);
    expect(await load.renew()).toBe(false);
    expect(await tokenOf({}, kept).value()).toBe(second);
    expect(server.asked).toHaveLength(2);
  });

  it('that another load has replaced already is not asked for again', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const kept = place();
    server.answer(() => grant());
    const [one, other] = [tokenOf({}, kept), tokenOf({}, kept)];
    await Promise.all([one.value(), other.value()]);
    vi.setSystemTime(Date.now() + 5001);
    await one.renew();
    await other.renew();
    expect(await other.value()).toBe(await one.value());
    expect(server.asked).toHaveLength(2);
  });

  it('cannot be read while the gate gives no answer', async () => {
    const down = { token: () => Promise.reject(new Error('down')) } as unknown as SourceGateVerbs;
    const failing = tokenOf({}, { gate: newGate(), verbs: down }).value();
    await expect(failing).rejects.toMatchObject({ code: 'overloaded', retryable: true });
  });
});
