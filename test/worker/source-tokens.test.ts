/** Loads over sources that want a token (CONTRACT 4 "Sources"): in the real object, over HTTP. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { SourceAnswer } from '../../src/contract/source.ts';
import type { Json } from '../../src/ports/entry.ts';
import { admin, alice, defineResource, faultsOf, load, onlyCache } from '../support/admin.ts';
import { unique } from '../support/entries.ts';
import { TestOrigin } from '../support/origin.ts';

type Members = { [name: string]: Json };
const SECRET = '$' + '{ORIGIN_TEST_KEY}';
const BASE = { client_id: 'freshet', client_secret: SECRET };

const granted = (token: string, next?: object) => ({
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 600 }),
  ...(next === undefined ? {} : { next }),
});

/** A source with a token, what gives tokens, and a resource over it. */
async function setting(oauth2: Members = {}, more: Members = {}) {
  const [tokens, origin] = [new TestOrigin(), new TestOrigin()];
  await tokens.answer(granted('first-token', granted('second-token')));
  await origin.answer({ echo: true });
  const name = unique('s');
  const auth = { oauth2: { ...BASE, token_url: tokens.url, ...oauth2 } };
  expect((await admin.put(`/sources/${name}/`, { url: origin.url, auth, ...more })).status).toBe(201);
  const { title } = await defineResource({ origin: { source: name, url: '{n}' }, retry: { max_attempts: 1 } });
  const sent = async () => (await origin.requests()).map(({ headers }) => headers.authorization);
  return { name, title, tokens, origin, sent };
}

/** Makes the token in the gate older. */
async function age(name: string, ms: number): Promise<void> {
  await runInDurableObject(env.SOURCE_GATE.getByName(name), (_gate, { storage }) => {
    const { document } = storage.sql.exec<{ document: string }>('SELECT document FROM gate').one();
    const state = JSON.parse(document) as { token: { madeAt: number } };
    state.token.madeAt -= ms;
    storage.sql.exec('UPDATE gate SET document = ?', JSON.stringify(state));
  });
  await evictDurableObject(env.SOURCE_GATE.getByName(name));
}

describe('a load over a source with a token', () => {
  it('complaint 13: sends it, and all loads send the same one', async () => {
    const { title, tokens, sent } = await setting();
    await Promise.all([1, 2, 3].map((n) => load(title, { n })));
    expect(await sent()).toEqual(Array(3).fill('Bearer first-token'));
    const [asked, ...others] = await tokens.requests();
    expect(others).toEqual([]);
    expect(asked?.body).toBe('grant_type=client_credentials');
    expect(asked?.headers.authorization).toBe(
      `Basic ${btoa(`freshet:${encodeURIComponent(env.ORIGIN_TEST_KEY).replaceAll('-', '%2D')}`)}`,
    );
  });

  it('sends it in the header that the source wants', async () => {
    const { title, origin } = await setting({ header: 'X-Token:' });
    await load(title);
    const [{ headers } = { headers: {} as Record<string, string> }] = await origin.requests();
    expect([headers['x-token'], headers.authorization]).toEqual(['first-token', undefined]);
  });

  it('complaint 12: gets one new token when that is refused, and asks again at once', async () => {
    const { name, title, origin, sent } = await setting();
    await load(title);
    await age(name, 60_000);
    await origin.answer({ status: 401, next: { body: '{"n":1}' } });
    await load(title);
    expect(await sent()).toEqual(['Bearer first-token', 'Bearer first-token', 'Bearer second-token']);
  });

  it('fails where the new one is refused, too', async () => {
    const { name, title, origin, sent } = await setting();
    await load(title);
    await age(name, 60_000);
    await origin.answer({ status: 401, headers: { 'Content-Type': 'text/plain' }, body: 'no second-token' });
    const answer = await alice.post('/cache/refresh/', { resource_title: title }, { Prefer: 'wait=20' });
    expect(await answer.json()).toMatchObject({ task_state: 'FAILURE' });
    expect((await onlyCache(title)).last_error).toMatchObject({
      type: '/docs/problems#origin-auth',
      detail: 'The origin answered with status 401. It says: no ***',
    });
    expect(await sent()).toHaveLength(3);
  });

  it('asks nobody where no token is given', async () => {
    const { title, tokens, origin } = await setting();
    await tokens.answer({
      status: 401,
      headers: { 'Content-Type': 'application/json' },
      body: '{"error":"invalid_client"}',
    });
    const answer = await alice.post('/cache/refresh/', { resource_title: title }, { Prefer: 'wait=20' });
    expect(await answer.json()).toMatchObject({ task_state: 'FAILURE' });
    expect((await onlyCache(title)).last_error).toMatchObject({
      type: '/docs/problems#origin-auth',
      detail: 'The request for a token was answered with status 401. It says: invalid_client',
    });
    expect(await origin.requests()).toEqual([]);
  });

  it('leaves the token nowhere except encrypted: only its end is shown', async () => {
    const { name, title } = await setting();
    await load(title);
    const rows = await runInDurableObject(env.SOURCE_GATE.getByName(name), (_gate, { storage }) =>
      JSON.stringify([...storage.sql.exec('SELECT * FROM gate'), ...storage.sql.exec('SELECT * FROM permits')]),
    );
    expect(rows).toContain('"sealed');
    expect(rows).not.toMatch(/first-token|K3y-Of-The-Origin/);
    const source = await (await admin.get(`/sources/${name}/?expand=state`)).json<SourceAnswer>();
    expect(source.state).toMatchObject({ permits: 0, token_until: expect.stringMatching(/^20/) });
    expect(JSON.stringify(source)).not.toContain('first-token');
  });

  it('asks for the token by its own binding, and for data by the other', async () => {
    const { title, tokens, sent } = await setting({ via: 'VIA_TEST' });
    const answer = await alice.post('/cache/refresh/', { resource_title: title }, { Prefer: 'wait=20' });
    // What VIA_TEST leads to gives no tokens.
    expect(await answer.json()).toMatchObject({ task_state: 'FAILURE' });
    expect((await onlyCache(title)).last_error?.detail).toMatch(
      /^The answer to the request for a token has no token that can be used/,
    );
    expect([await tokens.requests(), await sent()]).toEqual([[], []]);
  });

  it('takes a turn for the token as well, where the source has a pace', async () => {
    const { name, title } = await setting({}, { rate: { requests: 3, per_s: 3600 }, concurrency: 3 });
    await load(title);
    const { state } = await (await admin.get(`/sources/${name}/?expand=state`)).json<SourceAnswer>();
    expect(state?.next_request).toBeNull();
    await load(title, { n: 1 });
    const after = await (await admin.get(`/sources/${name}/?expand=state`)).json<SourceAnswer>();
    expect(after.state?.next_request).not.toBeNull();
  });

  it('is sent by probes, too', async () => {
    const { title, sent } = await setting();
    expect((await admin.post(`/resources/${title}/probe/`, {})).status).toBe(200);
    expect(await sent()).toEqual(['Bearer first-token']);
  });
});

describe('what lets us in by a token', () => {
  const faults = async (oauth2: Members, auth: Members = {}) => {
    const all = { oauth2: { token_url: 'https://id.example.com/token', ...BASE, ...oauth2 }, ...auth };
    return faultsOf(await admin.put(`/sources/${unique('s')}/`, { url: 'https://erp.example.com/', auth: all }));
  };

  it.each<[Members, unknown[]]>([
    [
      { token_url: 'https://elsewhere.test/' },
      [
        '/auth/oauth2/token_url has a host that is not in ORIGIN_HOSTS',
        expect.stringMatching(/^\/auth\/oauth2\/client_secret uses a secret/),
      ],
    ],
    [{ token_url: 'https://id.example.com/#a' }, ['/auth/oauth2/token_url must have no fragment']],
    [
      { client_secret: 'hunter2' },
      [expect.stringMatching(/^\/auth\/oauth2\/client_secret must be the name of a secret/)],
    ],
    [
      { client_auth: 'private_key_jwt' },
      [
        '/auth/oauth2/private_key is required with client_auth "private_key_jwt"',
        '/auth/oauth2/client_secret does not go together with client_auth "private_key_jwt"',
      ],
    ],
    [
      { private_key: SECRET, alg: 'ES256' },
      [
        '/auth/oauth2/private_key does not go together with client_auth "basic"',
        '/auth/oauth2/alg does not go together with client_auth "basic"',
      ],
    ],
    [{ client_auth: 'none' }, [expect.stringMatching(/^\/auth\/oauth2\/client_auth must be one of/)]],
    [{ params: { grant_type: 'password' } }, ['/auth/oauth2/params/grant_type is set by the request itself']],
    [{ params: { key: SECRET } }, ['/auth/oauth2/params/key must not name a secret: it is sent unchanged']],
    [{ header: 'Host: x' }, ['/auth/oauth2/header is set by Freshet itself']],
    [{ header: 'a b: x' }, ['/auth/oauth2/header is not a header name (RFC 9110)']],
    [{ client_id: `x${SECRET}` }, ['/auth/oauth2/client_id must be an id, or one secret and nothing else']],
  ])('%j is refused, with a pointer to each fault', async (oauth2, expected) => {
    expect(await faults(oauth2)).toEqual(expected);
  });

  it('stands alone: basic beside it is refused', async () => {
    expect(await faults({}, { basic: { user: 'a', password: SECRET } })).toEqual([
      '/auth must have one of basic and oauth2',
    ]);
  });
});
