import { describe, expect, it } from 'vitest';
import type { OriginRequest } from '../../../src/origin/build-request.ts';
import { isRedirect, redirected } from '../../../src/origin/redirects.ts';

const request: OriginRequest = {
  url: new URL('https://erp.example.com/a/b?secret=1'),
  method: 'POST',
  headers: new Headers({ Authorization: 'Bearer x', Accept: 'text/csv' }),
  ownHeaders: new Headers({ Accept: 'text/csv' }),
  body: '{}',
};
const secrets = ['a key & more'];
const sameOnly = { redirects: 'same', hosts: ['*.example.com'], secrets } as const;
const anyHost = { redirects: 'hosts', hosts: ['*.example.com', '10.0.0.1', 'plain.example.com:80'], secrets } as const;

function follow(
  status: number,
  location: string | null,
  rules: typeof sameOnly | typeof anyHost = sameOnly,
  followed = 0,
) {
  const headers = new Headers(location === null ? {} : { Location: location });
  return redirected(request, new Response(null, { status, headers }), followed, rules);
}
const refused = (message: string) => expect.objectContaining({ code: 'origin-redirect', retryable: false, message });
const refusedTo = (place: string) =>
  expect.objectContaining({
    code: 'origin-redirect',
    message: expect.stringMatching(/^The origin redirected elsewhere, where the service does not follow\. Put /),
    adminDetail: expect.stringContaining(`The origin redirected ${place}, where the service does not follow. Put `),
  });

it.each([
  [301, true],
  [308, true],
  [300, true],
  [304, false],
  [200, false],
])('knows whether %i is one', (status, is) => {
  expect(isRedirect(new Response(null, { status }))).toBe(is);
});

describe('a redirect within the origin', () => {
  it.each(['c', '/a/c', 'https://erp.example.com:443/a/c', '//erp.example.com/a/c#part'])(
    'is followed: %s',
    (location) => {
      const { url, headers } = follow(307, location);
      expect(url.href).toBe('https://erp.example.com/a/c');
      expect(headers.get('Authorization')).toBe('Bearer x');
    },
  );

  it.each([
    [301, 'GET', null],
    [302, 'GET', null],
    [303, 'GET', null],
    [307, 'POST', '{}'],
    [308, 'POST', '{}'],
  ])('%i continues with %s', (status, method, body) => {
    expect(follow(status, 'c')).toMatchObject({ method, body });
  });

  it('is followed three times and no more', () => {
    expect(follow(302, 'c', sameOnly, 2).url.pathname).toBe('/a/c');
    expect(() => follow(302, 'c', sameOnly, 3)).toThrow(
      refused('The origin redirected more than 3 times in a row: put the address where its data is into origin.url.'),
    );
  });
});

describe('a redirect to another host', () => {
  it('is followed only where the definition and ORIGIN_HOSTS say so, without the headers of the definition', () => {
    const { url, headers } = follow(307, 'https://files.example.com/x', anyHost);
    expect(url.href).toBe('https://files.example.com/x');
    expect(Object.fromEntries(headers)).toEqual({ accept: 'text/csv' });
  });

  it.each([
    ['?page=2&apikey=a%20key%20%26%20more&x', '?page=2&x'],
    ['?api%6Bey=a+key+%26+more', ''],
    // What the other host wants there itself.
    ['?apikey=another&apikey', '?apikey=another&apikey'],
    ['?other=a%20key%20%26%20more', '?other=a%20key%20%26%20more'],
  ])('gets no key of the source that the origin repeats in the address: %s', (query, search) => {
    const headers = { Location: `https://files.example.com/x${query}` };
    const asked = { ...request, keyNames: ['apikey'] };
    expect(redirected(asked, new Response(null, { status: 302, headers }), 0, anyHost).url.search).toBe(search);
    // Within the origin it is put in place of what is there.
    const within = { Location: `/x${query}` };
    expect(redirected(asked, new Response(null, { status: 302, headers: within }), 0, anyHost).url.search).toBe(query);
  });

  it('is not followed with a body of the definition, in which secrets may be', () => {
    const location = (status: number) =>
      new Response(null, { status, headers: { Location: 'https://files.example.com/x' } });
    const asked = { ...request, isBodyDefined: true };
    expect(() => redirected(asked, location(307), 0, anyHost)).toThrow(refusedTo('to files.example.com'));
    expect(redirected(asked, location(303), 0, anyHost)).toMatchObject({ method: 'GET', body: null });
    expect(redirected(asked, new Response(null, { status: 307, headers: { Location: 'c' } }), 0, anyHost).body).toBe(
      '{}',
    );
  });

  it('gives the headers back to nobody', () => {
    const there = follow(307, 'https://files.example.com/x', anyHost);
    const back = redirected(
      there,
      new Response(null, { status: 307, headers: { Location: 'https://erp.example.com/y' } }),
      1,
      anyHost,
    );
    expect(back.headers.has('Authorization')).toBe(false);
  });

  it.each([
    ['https://files.example.com/x?token=1', sameOnly, 'files.example.com'],
    ['http://erp.example.com/x', sameOnly, 'erp.example.com'],
    ['https://erp.example.com:8443/x', sameOnly, 'erp.example.com:8443'],
    ['https://evil.net/x', anyHost, 'evil.net'],
    ['http://files.example.com/x', anyHost, 'files.example.com'],
    ['https://169.254.169.254/latest', anyHost, '169.254.169.254'],
    ['https://u:p@files.example.com/x', anyHost, 'files.example.com'],
    ['file:///etc/passwd', anyHost, 'an address of the scheme file:'],
  ])('%s is refused, naming no more than the host', (location, rules, host) => {
    expect(() => follow(302, location, rules)).toThrow(refusedTo(`to ${host}`));
  });

  it('is not trusted for a bare star', () => {
    expect(() =>
      redirected(request, new Response(null, { status: 302, headers: { Location: 'https://evil.net/' } }), 0, {
        redirects: 'hosts',
        hosts: ['*'],
        secrets,
      }),
    ).toThrow(refusedTo('to evil.net'));
  });
});

it.each([
  [302, null],
  [302, 'https://'],
])('to nowhere is refused: %i %s', (status, location) => {
  expect(() => follow(status, location)).toThrow(refusedTo('to an unknown place'));
});

it.each([300, 305, 306])('of the status %i is refused', (status) => {
  expect(() => follow(status, 'c')).toThrow(refusedTo('to erp.example.com'));
});
