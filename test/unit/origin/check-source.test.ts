/** What a source may say (CONTRACT 4 "Sources"): its address and secrets. */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Source } from '../../../src/contract/source.ts';
import { sourceFaults } from '../../../src/origin/check-source.ts';

const HOSTS = ['erp.example.com', 'xn--bcher-kva.example', '10.0.0.7:8080', 'inner.example', '*.trusted.example'];
const SECRET = '$' + '{ORIGIN_KEY}';
const BASE = 'https://erp.example.com/odata/';

const faultsOf = (more: object, hosts = HOSTS) =>
  sourceFaults(v.parse(Source, { url: BASE, ...more }), hosts).map(({ pointer, detail }) => `${pointer} ${detail}`);

describe('the address of a source', () => {
  it.each([
    BASE,
    'https://erp.example.com',
    'https://ERP.example.com/x',
    'https://erp.example.com:443/',
    'https://xn--bcher-kva.example/',
    'http://10.0.0.7:8080/',
  ])('may be %s', (url) => {
    expect(faultsOf({ url })).toEqual([]);
  });

  it.each([
    ['https://user:pw@erp.example.com/', 'must not hold a user name or password'],
    ['https://@erp.example.com/', 'must not hold a user name or password'],
    ['https://erp.example.com./', 'must name its host without a dot at the end'],
    ['https://erp.example.com.:443/', 'must name its host without a dot at the end'],
    ['https://bücher.example/', 'must be written as https://xn--bcher-kva.example, which is what it means'],
    ['https://erp.example.com/{plant}/', 'must be literal: templates are for origin.url of a resource'],
    ['https://erp.example.com/?a=1', 'must have no query and no fragment: they go into origin.url of a resource'],
    ['https://erp.example.com/#a', 'must have no query and no fragment: they go into origin.url of a resource'],
    ['https://erp.example.com/\\evil', 'must not hold spaces, control characters or backslashes'],
    ['https:\\\\erp.example.com/', 'must not hold spaces, control characters or backslashes'],
    ['https://erp.example.com/a/../b/', 'must not have "." or ".." as a segment of its path'],
    ['https://elsewhere.example/', 'has a host that is not in ORIGIN_HOSTS'],
    ['http://sub.trusted.example/', 'must be https, unless ORIGIN_HOSTS names the host'],
    ['http://0x0a000008/', 'must be written as http://10.0.0.8, which is what it means'],
    ['erp.example.com', 'must be a URL, such as https://erp.example.com/'],
    ['ftp://erp.example.com/', 'must be https'],
  ])('%s is refused', (url, detail) => {
    expect(faultsOf({ url })).toContain(`/url ${detail}`);
  });

  it('may be http: by a binding, which leads into the own network, to a host that the list allows', () => {
    const url = 'http://sub.trusted.example/';
    expect(faultsOf({ url, via: 'VIA_ERP' })).toEqual([]);
    expect(faultsOf({ url: 'http://elsewhere.example/', via: 'VIA_ERP' })).toEqual([
      '/url has a host that is not in ORIGIN_HOSTS',
    ]);
  });

  it('is required, or a database in its place, which has nothing of a system on the web', () => {
    expect(faultsOf({ url: undefined })).toEqual(['/url is required, unless database is set']);
    expect(faultsOf({ url: undefined, database: 'SQL_ERP' })).toEqual([]);
    const more = { database: 'SQL_ERP', via: 'VIA_ERP', headers: { a: 'b' }, auth: { query: { k: SECRET } } };
    expect(faultsOf(more)).toEqual(
      ['url', 'via', 'auth', 'headers'].map((name) => `/${name} does not go together with database`),
    );
  });

  it.each(['VIA_', 'DB', 'ORIGIN_KEY', 'CACHE_OBJECT', 'VIA_a-b'])('the binding %s is refused', (via) => {
    expect(v.safeParse(Source, { url: BASE, via }).success).toBe(false);
  });
});

describe('what lets us in', () => {
  it('is a name and a secret, or secrets in the query', () => {
    expect(faultsOf({ auth: { basic: { user: 'freshet', password: SECRET } } })).toEqual([]);
    expect(faultsOf({ auth: { basic: { user: SECRET, password: SECRET }, query: { apikey: SECRET } } })).toEqual([]);
  });

  it.each([
    [{}, '/auth must have a member'],
    [{ query: {} }, '/auth/query must have 1 to 8 members'],
    [
      { query: Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`k${n}`, SECRET])) },
      '/auth/query must have 1 to 8 members',
    ],
    [{ query: { '': SECRET } }, '/auth/query/ must be a name of 1 to 128 characters, without control characters'],
    [
      { basic: { user: 'a:b', password: SECRET } },
      '/auth/basic/user must not hold a colon or control characters (RFC 7617)',
    ],
    [
      { basic: { user: `x${SECRET}`, password: SECRET } },
      '/auth/basic/user must be a name, or one secret and nothing else',
    ],
    [
      { basic: { user: 'a', password: '$' + '{ORIGIN_HOSTS}' } },
      '/auth/basic/password may name only secrets that begin with ORIGIN_, and not ORIGIN_HOSTS or ORIGIN_PORT',
    ],
    [
      { query: { k: '$' + '{JWT_SECRET}' } },
      '/auth/query/k may name only secrets that begin with ORIGIN_, and not ORIGIN_HOSTS or ORIGIN_PORT',
    ],
  ])('%j is refused', (auth, fault) => {
    expect(faultsOf({ auth })).toContain(fault);
  });

  it.each(['hunter2', `Basic ${SECRET}`, `${SECRET}${SECRET}`])('a literal is refused: %s', (text) => {
    expect(v.safeParse(Source, { url: BASE, auth: { basic: { user: 'a', password: text } } }).success).toBe(false);
    expect(v.safeParse(Source, { url: BASE, auth: { query: { key: text } } }).success).toBe(false);
  });

  it('goes only to hosts that ORIGIN_HOSTS names: an empty list and a bare * name none', () => {
    const members = [
      { auth: { basic: { user: 'a', password: SECRET } } },
      { auth: { query: { k: SECRET } } },
      { headers: { 'X-Key': SECRET } },
    ];
    for (const hosts of [[], ['*']]) {
      for (const member of members) {
        expect(faultsOf(member, hosts)).toEqual([
          expect.stringMatching(/ uses a secret, so ORIGIN_HOSTS must name the host of the URL$/),
        ]);
      }
    }
  });

  it('stands in one place: no Authorization beside basic, and no user name in headers', () => {
    const auth = { basic: { user: 'a', password: SECRET } };
    expect(faultsOf({ auth, headers: { authorization: 'x' } })).toEqual(['/headers/authorization is set by auth']);
    expect(faultsOf({ headers: { 'X-User': '{_user}' } })).toEqual([
      '/headers/X-User may use {_user} with scope "user" only',
    ]);
  });
});
