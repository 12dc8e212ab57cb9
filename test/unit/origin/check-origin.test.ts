import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../src/contract/resource.ts';
import { checkOrigin } from '../../../src/origin/check-origin.ts';
import { sampleResource } from '../../support/resources.ts';

const HOSTS = ['erp.example.com'];

function faults(
  origin: { url?: string; headers?: Record<string, string> },
  scope: Resource['scope'] = 'shared',
  hosts: string[] = HOSTS,
  names: string[] | null = ['year', 'region'],
) {
  const whole = sampleResource({ origin: { url: 'https://erp.example.com/x', ...origin } });
  return checkOrigin(whole.origin, scope, hosts, names);
}

describe('the URL of an origin', () => {
  it.each([
    'https://erp.example.com/sales{?year,region}',
    'https://erp.example.com/sales/{year}/{+region}{?region*,year:3}',
    'https://erp.example.com{/year}',
    'https://erp.example.com{?year}',
    'https://erp.example.com',
    'https://erp.example.com:8443/x{#region}',
  ])('may be %s', (url) => {
    expect(faults({ url })).toEqual([]);
  });

  it.each([
    ['https://{region}.example.com/x', /literal/],
    ['https://erp.example.com{region}', /literal/],
    ['https://erp.example.com{+region}', /literal/],
    ['https://erp.example.com:{year}/x', /literal/],
    ['{+region}', /literal/],
    ['/sales', /literal/],
    ['https://me:secret@erp.example.com/x', /userinfo/],
    ['https://erp.example.com\\@evil.net/x', /backslashes/],
    ['https://erp.example.com/a b', /spaces/],
    ['https://erp.example.com/{year', /brace/],
    ['https://erp.example.com/year}', /brace/],
    ['https://erp.example.com/{}', /brace/],
    ['https://erp.example.com/{{year}}', /brace/],
    ['https://erp.example.com/{=year}', /brace/],
    ['https://erp.example.com/{year region}', /brace/],
    ['https://erp.example.com/{month}', /"month", which is not a parameter/],
    ['https://erp.example.com/{_user}', /scope "user"/],
    ['http://other.example.com/', /https/],
    ['https://other.example.com/', /ORIGIN_HOSTS/],
  ])('may not be %s', (url, detail) => {
    expect(faults({ url })).toContainEqual({ pointer: '/origin/url', detail: expect.stringMatching(detail) });
  });

  it('may use the user with scope user, and any name where the schema lets any in', () => {
    expect(faults({ url: 'https://erp.example.com/{_user}' }, 'user')).toEqual([]);
    expect(faults({ url: 'https://erp.example.com/{month}' }, 'shared', HOSTS, null)).toEqual([]);
  });
});

describe('the headers of an origin', () => {
  it('may hold secrets of a trusted host and, with scope user, the user', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders of definitions look so
    const headers = { Authorization: 'Bearer ${ORIGIN_ERP_TOKEN}', 'X-User': 'u={_user}', 'X-Json': '{"a":{}}' };
    expect(faults({ headers }, 'user')).toEqual([]);
    expect(faults({ headers }, 'user', ['*.example.com'])).toEqual([]);
  });

  it.each([
    ['Bad Name', 'x', /not a header name/],
    ['', 'x', /not a header name/],
    ['Host', 'x', /Freshet itself/],
    ['content-length', '1', /Freshet itself/],
    ['Transfer-Encoding', 'chunked', /Freshet itself/],
    ['If-None-Match', '"x"', /Freshet itself/],
    ['X-A', 'a\r\nX-B: b', /control/],
    ['X-A', '{_user}', /scope "user"/],
    ['X-A', '$' + '{JWT_SECRET}', /begin with ORIGIN_/],
    ['X-A', '$' + '{ORIGIN_HOSTS}', /ORIGIN_HOSTS/],
    ['X-A', '$' + '{ORIGIN_PORT}', /ORIGIN_PORT/],
    ['X-A', '$' + '{}', /begin with ORIGIN_/],
  ])('may not be %j: %j', (name, value, detail) => {
    expect(faults({ headers: { [name]: value } })).toEqual([
      { pointer: `/origin/headers/${name}`, detail: expect.stringMatching(detail) },
    ]);
  });

  it.each([[[]], [['*']], [['other.net']]])('may hold no secret when ORIGIN_HOSTS is %j', (hosts) => {
    const headers = { 'X-A': '$' + '{ORIGIN_ERP}' };
    expect(faults({ headers }, 'shared', hosts)).toContainEqual({
      pointer: '/origin/headers/X-A',
      detail: expect.stringMatching(/ORIGIN_HOSTS must name/),
    });
  });

  it('may not repeat a name in other letters, and names are escaped in pointers', () => {
    expect(faults({ headers: { 'X-A': '1', 'x-a': '2' } })).toHaveLength(1);
    expect(faults({ headers: { 'a/b~c': '1' } })[0]?.pointer).toBe('/origin/headers/a~1b~0c');
  });
});
