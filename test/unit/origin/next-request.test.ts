import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OriginRequest } from '../../../src/origin/build-request.ts';
import { linked, withSettings } from '../../../src/origin/pages/next-request.ts';

function requestOf(url: string, body: string | null = null): OriginRequest {
  const headers = new Headers({
    Accept: 'application/json',
    Authorization: 'Bearer x',
    'Content-Type': 'application/json',
  });
  return { url: new URL(url), method: body === null ? 'GET' : 'POST', headers, ownHeaders: new Headers(), body };
}
const first = requestOf('https://erp.example.com:8443/odata/Orders?$top=2');
const base = new URL('https://erp.example.com:8443/odata/Orders?$top=2');
const follow = (link: string, rehost = false, from = first) => linked(from, link, { base, rehost });

describe('a link to the next page', () => {
  it.each([
    ['https://erp.example.com:8443/odata/Orders?$skiptoken=a%20b%27', '/odata/Orders?$skiptoken=a%20b%27'],
    ['Orders?$skiptoken=2', '/odata/Orders?$skiptoken=2'],
    ['/other/Orders?x=1#part', '/other/Orders?x=1'],
    ['?$skiptoken=2', '/odata/Orders?$skiptoken=2'],
    ['//erp.example.com:8443/x', '/x'],
    ['HTTPS://ERP.EXAMPLE.COM:8443/x', '/x'],
  ])('is followed as it is: %s', (link, path) => {
    expect(follow(link).url.href).toBe(`https://erp.example.com:8443${path}`);
  });

  it.each([
    'http://erp.example.com/x?y=1',
    'http://erp.example.com:80/x?y=1',
    'https://erp.example.com/x?y=1',
    'https://erp.example.com:9/x?y=1',
  ])('complaint 6: with another scheme or port of the same host means the one that was asked: %s', (link) => {
    expect(follow(link).url.href).toBe('https://erp.example.com:8443/x?y=1');
  });

  const HOSTILE = [
    'https://evil.example/x',
    '//evil.example/x',
    '\\\\evil.example/x',
    '/\\evil.example/x',
    'https:\\\\evil.example\\x',
    'https://erp.example.com@evil.example/x',
    'https://erp.example.com:8443@evil.example/x',
    'https://user@erp.example.com:8443/x',
    'https://user:secret@erp.example.com:8443/x',
    'https://erp.example.com.:8443/x',
    'https://erp.example.com.evil.example/x',
    'https://evil.example#@erp.example.com:8443/',
    'https://evil.example?erp.example.com:8443/',
    'https://erp.ехаmple.com/x',
    'https://erp。evil.example/x',
    'https://127.1/x',
    'https://[::1]/x',
    '\thttps://evil.example/x',
    'ht\ntps://evil.example/x',
  ];
  it.each(HOSTILE)('complaint 5: to another host is refused, and told to administrators: %j', (link) => {
    const failure = expect.objectContaining({ code: 'origin-redirect', retryable: false });
    expect(() => follow(link)).toThrow(failure);
    try {
      follow(link);
    } catch (error) {
      const { message, adminDetail } = error as { message: string; adminDetail: string };
      expect(message).not.toMatch(/evil|secret|user/);
      expect(adminDetail).toContain('origin.pages.rehost');
      expect(adminDetail).not.toMatch(/secret|user/);
    }
  });

  it.each([
    'javascript:alert(1)',
    'data:text/plain,x',
    'ftp://erp.example.com/x',
    'file:///etc/passwd',
    'blob:https://erp.example.com/1',
  ])('of another scheme is refused, with rehost too: %s', (link) => {
    for (const rehost of [true, false]) {
      expect(() => follow(link, rehost)).toThrow(expect.objectContaining({ code: 'origin-redirect' }));
    }
  });

  it.each(['https://', 'https://[', 'https://a b/', '//'])('that is not a URL is malformed: %s', (link) => {
    expect(() => follow(link)).toThrow(expect.objectContaining({ code: 'origin-malformed' }));
  });

  it.each([
    ['http://inner:8080/odata/Orders?$skip=2', '/odata/Orders?$skip=2'],
    ['https://user:pw@evil.example//x', '//x'],
    ['https://erp.example.com./x', '/x'],
  ])('complaint 6: with rehost is put on the host that was asked: %s', (link, path) => {
    expect(follow(link, true).url.href).toBe(`https://erp.example.com:8443${path}`);
  });

  it('never leads to another host, whatever it is made of', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'https:',
        'http:',
        '//',
        '\\',
        '@',
        ':',
        '#',
        '?',
        '.',
        '%2f',
        '%00',
        '\t',
        'evil.example',
        'erp.example.com',
        '8443',
        '。',
        'xn--',
        '[::1]',
      ),
      fc.string({ maxLength: 4 }),
    );
    const link = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(link, fc.boolean(), (text, rehost) => {
        let followed: OriginRequest;
        try {
          followed = follow(text, rehost);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^origin-(redirect|malformed)$/) });
          return;
        }
        // What is sent is parsed once more.
        const sent = new URL(followed.url.href);
        expect([sent.origin, sent.username, sent.password]).toEqual(['https://erp.example.com:8443', '', '']);
      }),
      { numRuns: 5000 },
    );
  });

  it('is a GET with the headers of the first request, except the type of its body', () => {
    const { method, body, headers } = follow('?page=2', false, requestOf(base.href, '{"of":1}'));
    expect([method, body]).toEqual(['GET', null]);
    expect(Object.fromEntries(headers)).toEqual({ accept: 'application/json', authorization: 'Bearer x' });
  });
});

describe('a parameter of a page', () => {
  const query = (search: string, name: string, text: string) =>
    withSettings(requestOf(`https://x.example/${search}`), [{ name, text, isNumber: false }]).url.search;

  it.each([
    ['', '$skip', '2', '?$skip=2'],
    ["?$filter=a%20eq%20'b'&x=1+2", '$skip', '2', '?$filter=a%20eq%20%27b%27&x=1+2&$skip=2'],
    ['?%24skip=0&a=%7e', '$skip', '20', '?a=%7e&$skip=20'],
    ['?skip=1&a=1&skip=2', 'skip', '3', '?a=1&skip=3'],
    ['?a=%', 'page[number]', 'x&y=z#', '?a=%&page%5Bnumber%5D=x%26y%3Dz%23'],
    ['?a&b', 'a', 'ü', '?b&a=%C3%BC'],
  ])('is set in %j: %s=%s', (search, name, text, expected) => {
    expect(query(search, name, text)).toBe(expected);
  });

  it('is set in the body, where its digits stay as they are', () => {
    const set = (body: string, name: string, text: string, isNumber: boolean) =>
      withSettings(requestOf('https://x.example/', body), [{ name, text, isNumber }]).body;
    expect(set('{"of":[1]}', '/paging/page', '12345678901234567890', true)).toBe(
      '{"of":[1],"paging":{"page":12345678901234567890}}',
    );
    expect(set('{"paging":{"page":1,"size":5}}', '/paging/page', 'a"b', false)).toBe(
      '{"paging":{"page":"a\\"b","size":5}}',
    );
    expect(set('{}', '/__proto__/x', '1', true)).toBe('{"__proto__":{"x":1}}');
    expect(() => set('{"a":1}', '/a/b', '1', true)).toThrow(expect.objectContaining({ code: 'invalid-parameters' }));
  });
});
