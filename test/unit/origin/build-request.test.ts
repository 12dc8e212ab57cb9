import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../src/contract/resource.ts';
import { cacheIdentity } from '../../../src/core/cache-key.ts';
import { buildRequest } from '../../../src/origin/build-request.ts';
import type { Parameters as Values } from '../../../src/ports/entry.ts';
import { sampleResource } from '../../support/resources.ts';

const SECRET = '$' + '{ORIGIN_ERP}';
const access = {
  hosts: ['erp.example.com'],
  secret: (name: string) => ({ ORIGIN_ERP: 's3cret', ORIGIN_BAD: 'a\nb', JWT_SECRET: 'ours' })[name],
};

function request(
  origin: Partial<Resource['origin']>,
  parameters: Values = {},
  owner: string | null = null,
  more: Partial<Parameters<typeof sampleResource>[0]> = {},
) {
  const whole = { url: 'https://erp.example.com/x', ...origin };
  const resource = sampleResource({ ...more, origin: whole, scope: owner === null ? 'shared' : 'user' });
  return buildRequest(resource, cacheIdentity('r', parameters, owner), access);
}
const href = (url: string, parameters: Values = {}, owner: string | null = null) =>
  request({ url: `https://erp.example.com${url}` }, parameters, owner).url.href.slice('https://erp.example.com'.length);

describe('the URL', () => {
  it.each<[string, Values, string]>([
    ['/sales{?year,region}', { year: 2026, region: 'Süd & Ost' }, '/sales?year=2026&region=S%C3%BCd%20%26%20Ost'],
    ['/sales{?year,region}', { year: 2026 }, '/sales?year=2026'],
    ['/x{?a}', { a: null }, '/x'],
    ['/x{?a}', { a: [] }, '/x'],
    ['/x{?a}', { a: {} }, '/x'],
    ['/x{?a}', { a: false }, '/x?a=false'],
    ['/x{?a}', { a: '' }, '/x?a='],
    ['/x{?a}', { a: [1, 'b', null, true] }, '/x?a=1,b,true'],
    ['/x{?a*}', { a: [1, 'b'] }, '/x?a=1&a=b'],
    ['/x{?a*}', { a: { k: 1, l: [2] } }, '/x?k=1&l=%5B2%5D'],
    ['/x{+a}', { a: [1, 2] }, '/x1,2'],
    ['/x/{a}', { a: 'b/c?d#e' }, '/x/b%2Fc%3Fd%23e'],
    ['/x/{a}', { a: '%2e%2e' }, '/x/%252e%252e'],
    ['/x/{constructor}', {}, '/x/'],
    ['/x{?a}#part', { a: 1 }, '/x?a=1'],
  ])('%s of %j is %s', (url, parameters, expected) => {
    expect(href(url, parameters)).toBe(expected);
  });

  it('holds the user percent-encoded', () => {
    expect(href('/of/{_user}', {}, `a/b&ü ${SECRET}`)).toBe('/of/a%2Fb%26%C3%BC%20%24%7BORIGIN_ERP%7D');
  });

  it.each(['..', '.', '.\u002e'])('refuses a parameter that climbs out of its place: %j', (a) => {
    expect(() => href('/x/{a}', { a })).toThrow(/"\.\."/);
    expect(() => href('/x/{a}/y', { a })).toThrow(/"\.\."/);
    expect(href('/x/{a}.json', { a: `${a}a` })).toContain('.json');
    expect(href('/x{?a}', { a: `/${a}/` })).toContain('?a=');
  });

  it.each(['%2e%2E', '../../admin', '%2e./x'])('refuses climbing by a reserved expansion: %j', (a) => {
    expect(() => href('/x/{+a}', { a })).toThrow(/"\.\."/);
  });

  it('refuses values that would lead to another host', () => {
    const origin = { url: 'https://erp.example.com{/a}{+b}' };
    expect(() => request(origin, { b: '.evil.net/' })).toThrow(/do not fit into the URL/);
    expect(() => request(origin, { b: '@evil.net/' })).toThrow(/do not fit into the URL/);
  });

  it('refuses half a character', () => {
    expect(() => href('/x/{a:1}', { a: '😀' })).toThrow(expect.objectContaining({ code: 'invalid-parameters' }));
  });

  it('refuses a host that ORIGIN_HOSTS no longer names', () => {
    expect(() => request({ url: 'https://other.example.com/x' })).toThrow(
      expect.objectContaining({ code: 'misconfigured', retryable: false }),
    );
  });
});

describe('headers', () => {
  it('hold secrets and the user', () => {
    const { headers } = request({ headers: { Authorization: `Bearer ${SECRET}`, 'X-User': '<{_user}>' } }, {}, 'ann');
    expect(headers.get('Authorization')).toBe('Bearer s3cret');
    expect(headers.get('X-User')).toBe('<ann>');
  });

  it('let no user read a secret by its name', () => {
    expect(request({ headers: { 'X-User': '{_user}' } }, {}, SECRET).headers.get('X-User')).toBe(SECRET);
  });

  it.each(['a\nb', ' ann', 'ann\t'])('refuse the user %j', (user) => {
    expect(() => request({ headers: { 'X-User': '{_user}' } }, {}, user)).toThrow(
      /does not fit into the header X-User/,
    );
  });

  it('name a missing secret to administrators, and tell no value of another', () => {
    const refusal = (secret: string) => {
      try {
        return request({ headers: { A: `$\{${secret}}` } });
      } catch (error) {
        return error;
      }
    };
    const message = 'The origin of this resource is not configured correctly.';
    const refused = (adminDetail: unknown) => expect.objectContaining({ code: 'misconfigured', message, adminDetail });
    expect(refusal('ORIGIN_NONE')).toEqual(
      refused(
        'The secret ORIGIN_NONE is not set. Set it with npx wrangler secret put ORIGIN_NONE, or under npm start with a line ORIGIN_NONE=… in .dev.vars.',
      ),
    );
    expect(refusal('ORIGIN_BAD')).toEqual(refused('The secret ORIGIN_BAD must hold printable ASCII characters only.'));
    expect(refusal('JWT_SECRET')).toEqual(refused(expect.stringMatching(/names something that is not a secret/)));
  });

  it('ask for what is declared, unless the definition says otherwise', () => {
    const accept = (more: Parameters<typeof sampleResource>[0], headers = {}) =>
      request({ headers }, {}, null, more).headers.get('Accept');
    expect(accept({})).toBe('*/*');
    expect(accept({ content_type: 'text/csv' })).toBe('text/csv, */*;q=0.1');
    expect(accept({ tables: [{ name: 't', rows: '', columns: ['a'] }] })).toBe('application/json, */*;q=0.1');
    expect(accept({}, { accept: 'image/png' })).toBe('image/png');
  });

  it('offer the codings that are decoded here, unless the definition says otherwise', () => {
    const offered = (headers = {}) => request({ headers }).headers.get('Accept-Encoding');
    expect(offered()).toBe('gzip, br');
    expect(offered({ 'accept-encoding': 'identity' })).toBe('identity');
  });

  it('of the definition are told from our own, which is all that another host is sent', () => {
    const { ownHeaders } = request({ headers: { Authorization: `Bearer ${SECRET}`, Accept: 'image/png' } });
    expect(Object.fromEntries(ownHeaders)).toEqual({
      accept: '*/*',
      'accept-encoding': 'gzip, br',
      'user-agent': 'Freshet',
    });
  });
});

describe('the body', () => {
  it('holds, with POST, the parameters that the URL does not use', () => {
    const origin = { url: 'https://erp.example.com/{a}{?b*}', method: 'POST' as const };
    const { method, body, headers } = request(origin, { a: 1, b: [2], c: { d: [3] }, e: null });
    expect([method, body]).toEqual(['POST', '{"c":{"d":[3]},"e":null}']);
    expect(headers.get('Content-Type')).toBe('application/json');
  });

  it('is there with POST even without parameters, and never with GET', () => {
    expect(request({ method: 'POST' }).body).toBe('{}');
    expect(request({}, { c: 1 })).toMatchObject({ method: 'GET', body: null });
  });
});

describe('a quoted value', () => {
  const url = "https://erp.example.com/P(%27{key}%27)?$filter=A eq '{a}' or B eq {n}&q={a}".replaceAll(' ', '%20');
  const values = { key: "k'", a: "it's \\ it", n: 1 };
  const decoded = (quote: 'odata' | 'backslash' | 'none' | undefined) =>
    decodeURIComponent(request({ url, ...(quote === undefined ? {} : { quote }) }, values).url.href).slice(
      'https://erp.example.com/'.length,
    );

  it('has its quotes doubled between quotes, and only there', () => {
    expect(decoded('odata')).toBe("P('k''')?$filter=A eq 'it''s \\ it' or B eq 1&q=it's \\ it");
  });

  it('has quotes and backslashes escaped, and only there', () => {
    expect(decoded('backslash')).toBe("P('k\\'')?$filter=A eq 'it\\'s \\\\ it' or B eq 1&q=it's \\ it");
  });

  it.each(['none', undefined] as const)('stays as it is with %s', (quote) => {
    expect(decoded(quote)).toBe("P('k'')?$filter=A eq 'it's \\ it' or B eq 1&q=it's \\ it");
  });

  it('may be a list or an object', () => {
    const origin = { url: "https://erp.example.com/x?q='{a}'&r='{b*}'", quote: 'odata' as const };
    expect(decodeURIComponent(request(origin, { a: ["a'", 'b'], b: { "k'": "v'" } }).url.search)).toBe(
      "?q='a'',b'&r='k''=v'''",
    );
  });
});
