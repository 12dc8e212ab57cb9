/** What lets us in at a source goes into each request to it, and into no other. */
import { describe, expect, it } from 'vitest';
import type { OriginRequest } from '../../../src/origin/build-request.ts';
import { authorizeBy } from '../../../src/origin/credentials.ts';
import { fetchOrigin } from '../../../src/origin/fetch-origin.ts';
import { withParameter } from '../../../src/origin/query-parameter.ts';

const HOSTS = ['erp.example', 'other.example'];
const SECRETS: Record<string, string> = {
  ORIGIN_USER: 'ada',
  ORIGIN_COLON: 'a:b',
  ORIGIN_KEY: 'k&y=1',
  ORIGIN_P: 'пароль',
};
const AUTH = { basic: { user: 'ada', password: '$' + '{ORIGIN_P}' }, query: { key: '$' + '{ORIGIN_KEY}' } };
const BASIC = `Basic ${Buffer.from('ada:пароль').toString('base64')}`;

const NEVER = new AbortController().signal;

function setting(hosts = HOSTS) {
  const noted: string[] = [];
  return {
    noted,
    access: { hosts, secret: (name: string) => SECRETS[name], note: (value: string) => noted.push(value) },
  };
}

function requestTo(url: string, headers = {}): OriginRequest {
  return { url: new URL(url), method: 'GET', headers: new Headers(headers), ownHeaders: new Headers(), body: null };
}

/** Asks, and follows redirects: each URL leads to the next. What each was sent. */
async function asked(...urls: string[]) {
  const sent: { url: string; authorization: string | null }[] = [];
  const options = {
    fetch: async (url: string, { headers }: RequestInit) => {
      sent.push({ url, authorization: (headers as Headers).get('Authorization') });
      const next = urls[sent.length];
      return next === undefined ? new Response('{}') : new Response(null, { status: 302, headers: { Location: next } });
    },
    accepts: null,
    authorize: authorizeBy(AUTH, setting().access),
    signal: new AbortController().signal,
    maxBytes: 100,
    validators: null,
    redirects: 'hosts' as const,
    hosts: HOSTS,
    now: 0,
    secrets: [],
  };
  await fetchOrigin(requestTo(urls[0] ?? ''), options);
  return sent;
}

describe('credentials', () => {
  it('go along within the same origin, and are not sent to another host, nor back from there', async () => {
    const key = 'key=k%26y%3D1';
    expect(
      await asked(
        'https://erp.example/a',
        'https://erp.example/b?x',
        'https://other.example/c',
        'https://erp.example/d',
      ),
    ).toEqual([
      { url: `https://erp.example/a?${key}`, authorization: BASIC },
      { url: `https://erp.example/b?x&${key}`, authorization: BASIC },
      { url: 'https://other.example/c', authorization: null },
      { url: 'https://erp.example/d', authorization: null },
    ]);
  });

  it('are noted as secrets as they are sent, for they are masked', async () => {
    const { noted, access } = setting();
    await authorizeBy(AUTH, access)(requestTo('https://erp.example/'), NEVER);
    expect(noted).toEqual([BASIC.slice(6), 'k%26y%3D1']);
  });

  it('leave a header of the resource itself as it is', async () => {
    const request = requestTo('https://erp.example/', { Authorization: 'Bearer own' });
    const { headers } = await authorizeBy(AUTH, setting().access)(request, NEVER);
    expect(headers.get('Authorization')).toBe('Bearer own');
  });

  it('are refused to a host that ORIGIN_HOSTS does not name', async () => {
    const failing = authorizeBy(AUTH, setting(['*']).access)(requestTo('https://erp.example/'), NEVER);
    await expect(failing).rejects.toMatchObject({
      code: 'misconfigured',
      adminDetail: 'ORIGIN_P is not sent to erp.example: ORIGIN_HOSTS does not name it.',
    });
  });

  it('are refused where the secret for the user name holds a colon, at which its reader would cut', async () => {
    const basic = { ...AUTH.basic, user: '$' + '{ORIGIN_COLON}' };
    const failing = authorizeBy({ basic }, setting().access)(requestTo('https://erp.example/'), NEVER);
    await expect(failing).rejects.toMatchObject({
      message: 'The user name of the source (auth.basic) holds a colon, which basic authentication cannot send.',
    });
  });
});

describe('one parameter of a query', () => {
  it.each([
    ['https://h/', 'https://h/?k=v'],
    ['https://h/?', 'https://h/?k=v'],
    ['https://h/?a=%27b%27&$f=1+2', 'https://h/?a=%27b%27&$f=1+2&k=v'],
    ['https://h/?k=1&a&k=2&%6b=3&k', 'https://h/?a&k=v'],
    ['https://h/?%zz=1&kk=2', 'https://h/?%zz=1&kk=2&k=v'],
  ])('in %s', (before, after) => {
    expect(withParameter(new URL(before), 'k', 'v').href).toBe(after);
  });
});
