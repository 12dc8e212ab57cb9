/** Claims as identity providers issue them (docs/identity.md has a paragraph for each), and the rules that read them. */
import { describe, expect, it } from 'vitest';
import { readClaims } from '../../src/http/token-claims.ts';
import { tokenRules } from '../../src/http/token-rules.ts';

const NOW_S = 1_800_000_000;
const LATEST_S = Date.parse('9999-12-31T23:59:59Z') / 1000;
const USUAL = ['cache:read', 'cache:refresh'];
const READ = ['cache:read'];
const ADMIN = ['cache:inspect', 'cache:admin'];

type Settings = Record<string, string>;
type Claims = Record<string, unknown>;

const read = (claims: Claims, settings: Settings = {}) =>
  readClaims({ sub: 'alice', exp: NOW_S + 60, ...claims }, tokenRules({ ...settings }), NOW_S);

/** Whom it names, with texts for sets; or which claim is at fault. */
function told(claims: Claims, settings: Settings = {}) {
  const result = read(claims, settings);
  if (!('identity' in result)) return result;
  const { user, scopes, groups } = result.identity;
  return { user, scopes: [...scopes], groups: [...groups] };
}
const scopesOf = (claims: Claims, settings: Settings = {}) => {
  const result = read(claims, settings);
  return 'identity' in result ? [...result.identity.scopes] : result;
};

interface Shape {
  claims: Claims;
  settings: Settings;
  user: string;
  scopes: string[];
  groups?: string[];
}

/** Payloads as the providers document them, shortened by what nobody reads here. */
const SHAPES: Record<string, Shape> = {
  'Entra v2, a user by a delegated permission': {
    claims: {
      aud: '6e74172b-be56-4843-9ff4-e66a39bb12e3',
      iss: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0',
      azp: '2d4d11a2-f814-46a7-890a-274a72a7309e',
      name: 'Abe Lincoln',
      oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
      preferred_username: 'abeli@microsoft.com',
      scp: 'cache.read cache.refresh',
      sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
      tid: '72f988bf-86f1-41af-91ab-2d7cd011db47',
      groups: ['0c1d2e3f-0000-4000-8000-000000000001'],
      ver: '2.0',
    },
    settings: {
      JWT_AUDIENCE: '6e74172b-be56-4843-9ff4-e66a39bb12e3',
      JWT_ISSUER: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0',
      JWT_USER_CLAIM: '/oid',
    },
    user: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
    scopes: USUAL,
    groups: ['0c1d2e3f-0000-4000-8000-000000000001'],
  },
  'Entra v1, an app by its role': {
    claims: {
      aud: 'api://freshet',
      iss: 'https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/',
      appid: '2d4d11a2-f814-46a7-890a-274a72a7309e',
      oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
      roles: ['cache.admin'],
      sub: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
      ver: '1.0',
    },
    settings: {
      JWT_AUDIENCE: 'api://freshet, 6e74172b-be56-4843-9ff4-e66a39bb12e3',
      JWT_ISSUER: 'https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/',
    },
    user: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
    scopes: ADMIN,
  },
  'Okta, a custom authorization server': {
    claims: {
      ver: 1,
      iss: 'https://example.okta.com/oauth2/default',
      aud: 'api://default',
      cid: '0oa1mw2zk2lkTkJFy0h8',
      uid: '00u5t60iloOHN9pBi0h7',
      scp: ['openid', 'cache.read'],
      sub: 'alice@example.com',
      groups: ['Everyone', 'Sales Team'],
    },
    settings: {
      JWT_AUDIENCE: 'api://default',
      JWT_ISSUER: 'https://example.okta.com/oauth2/default',
      JWT_USER_CLAIM: '/uid',
    },
    user: '00u5t60iloOHN9pBi0h7',
    scopes: READ,
    groups: ['Everyone', 'Sales Team'],
  },
  'Auth0 with permissions (RBAC), which say less than the scope': {
    claims: {
      iss: 'https://example.eu.auth0.com/',
      sub: 'auth0|5f7c8ec7c33c6c004bbafe82',
      aud: ['https://freshet.example.com', 'https://example.eu.auth0.com/userinfo'],
      azp: 'my_client_id',
      scope: 'openid profile',
      permissions: ['cache:read', 'cache:refresh'],
      'https://freshet.example.com/groups': ['sales'],
    },
    settings: {
      JWT_AUDIENCE: 'https://freshet.example.com',
      JWT_ISSUER: 'https://example.eu.auth0.com/',
      JWT_GROUPS_CLAIM: '/https:~1~1freshet.example.com~1groups',
    },
    user: 'auth0|5f7c8ec7c33c6c004bbafe82',
    scopes: USUAL,
    groups: ['sales'],
  },
  'Cognito, which has no aud and puts the resource server before a scope': {
    claims: {
      sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      'cognito:groups': ['sales'],
      iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_example',
      client_id: '1example23456789',
      token_use: 'access',
      scope: 'openid freshet/cache:read',
      username: 'alice',
    },
    settings: {
      JWT_AUDIENCE: '1example23456789',
      JWT_AUDIENCE_CLAIMS: '/aud /client_id',
      JWT_SCOPE_PREFIX: 'freshet/',
      JWT_GROUPS_CLAIM: '/cognito:groups',
    },
    user: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    scopes: READ,
    groups: ['sales'],
  },
  'Keycloak, by a client scope': {
    claims: {
      iss: 'https://sso.example.com/realms/erp',
      aud: ['freshet', 'account'],
      sub: 'f2f8d9f0-3c4a-4b36-8a50-7f3c5a0a2d11',
      typ: 'Bearer',
      azp: 'field-app',
      realm_access: { roles: ['offline_access', 'sales'] },
      resource_access: { freshet: { roles: ['cache:admin'] }, account: { roles: ['manage-account'] } },
      scope: 'openid cache:read',
      preferred_username: 'alice',
    },
    settings: { JWT_AUDIENCE: 'freshet', JWT_GROUPS_CLAIM: '/realm_access/roles' },
    user: 'f2f8d9f0-3c4a-4b36-8a50-7f3c5a0a2d11',
    scopes: READ,
    groups: ['offline_access', 'sales'],
  },
  'Keycloak, by roles of the client': {
    claims: {
      aud: 'freshet',
      scope: 'openid email',
      resource_access: { freshet: { roles: ['cache:admin'] } },
      realm_access: { roles: [] },
    },
    settings: { JWT_AUDIENCE: 'freshet', JWT_SCOPE_CLAIMS: '/scope /resource_access/freshet/roles' },
    user: 'alice',
    scopes: ADMIN,
  },
  'Duende, whose scope is a list and whose single role is a text': {
    claims: {
      iss: 'https://identity.example.com',
      aud: 'freshet',
      client_id: 'field-app',
      sub: '88421113',
      scope: ['openid', 'cache.read', 'cache.refresh'],
      role: 'sales',
    },
    settings: { JWT_AUDIENCE: 'freshet', JWT_ISSUER: 'https://identity.example.com', JWT_GROUPS_CLAIM: '/role' },
    user: '88421113',
    scopes: USUAL,
    groups: ['sales'],
  },
  'Firebase, which has no scopes at all': {
    claims: {
      iss: 'https://securetoken.google.com/my-project',
      aud: 'my-project',
      user_id: 'w4uTtPzsPSMHAgzdjLfhFaTQ2Ss2',
      sub: 'w4uTtPzsPSMHAgzdjLfhFaTQ2Ss2',
      firebase: { identities: { email: ['alice@example.com'] }, sign_in_provider: 'password' },
      groups: ['sales'],
    },
    settings: { JWT_AUDIENCE: 'my-project', JWT_ISSUER: 'https://securetoken.google.com/my-project' },
    user: 'w4uTtPzsPSMHAgzdjLfhFaTQ2Ss2',
    scopes: USUAL,
    groups: ['sales'],
  },
  'Spring Authorization Server, client credentials': {
    claims: {
      sub: 'field-app',
      aud: 'field-app',
      nbf: NOW_S - 1,
      scope: ['cache:read'],
      iss: 'http://auth-server:9000',
      iat: NOW_S - 1,
    },
    settings: { JWT_AUDIENCE: 'field-app', JWT_ISSUER: 'http://auth-server:9000' },
    user: 'field-app',
    scopes: READ,
  },
};

describe('the claims of', () => {
  it.each(Object.entries(SHAPES))('%s', (_name, { claims, settings, user, scopes, groups = [] }) => {
    expect(told(claims, settings)).toEqual({ user, scopes, groups });
  });
});

describe('scopes', () => {
  it.each<[string, Claims]>([
    ['a text', { scope: 'openid cache:read' }],
    ['a list', { scope: ['openid', 'cache:read'] }],
    ['scp', { scp: 'cache:read' }],
    ['scopes', { scopes: ['cache:read'] }],
    ['roles', { roles: ['cache:read'] }],
    ['permissions', { permissions: ['cache:read'] }],
    ['a dot for the colon', { scp: 'cache.read' }],
    ['several of the claims', { scope: 'openid', roles: ['cache:read', 'x'] }],
    ['null beside another claim', { scope: null, scp: 'cache:read' }],
  ])('are read in %s', (_what, claims) => {
    expect(scopesOf(claims)).toEqual(READ);
  });

  it.each<Claims>([
    { scp: 'User.Read' },
    { scp: ['openid'] },
    { scopes: ['openid'] },
    { scope: '' },
    { roles: [] },
    { permissions: {} },
    { scope: 7 },
    { roles: ['x cache:admin'] },
    { roles: [['cache:admin']] },
    { scope: 'CACHE:READ cache:reads xcache:read cache-read' },
  ])('none of ours in %j are none', (claims) => {
    expect(scopesOf(claims)).toEqual([]);
  });

  it.each<[string, Claims]>([
    ['without any of the claims', {}],
    ['whose claims are null', { scope: null, scp: null }],
  ])('of a token %s are the usual ones, or those that are set', (_what, claims) => {
    expect(scopesOf(claims)).toEqual(USUAL);
    expect(scopesOf(claims, { JWT_DEFAULT_SCOPES: 'cache:read' })).toEqual(READ);
    expect(scopesOf(claims, { JWT_DEFAULT_SCOPES: 'none' })).toEqual([]);
  });

  it('that count are those with the prefix, once there is one', () => {
    const entra = { JWT_SCOPE_PREFIX: 'api://freshet/' };
    expect(scopesOf({ scp: 'api://freshet/cache.read cache:admin' }, entra)).toEqual(READ);
    expect(scopesOf({ scope: 'other/cache:read' }, entra)).toEqual([]);
    expect(scopesOf({}, entra)).toEqual(USUAL);
  });

  it('of an administrator contain cache:inspect', () => {
    expect(scopesOf({ roles: ['cache:admin'] })).toEqual(ADMIN);
    expect(scopesOf({ roles: ['cache:inspect'] })).toEqual(['cache:inspect']);
  });

  it('are looked for where the setting says, and nowhere else', () => {
    expect(
      scopesOf({ scope: 'cache:admin', permissions: ['cache:read'] }, { JWT_SCOPE_CLAIMS: '/permissions' }),
    ).toEqual(READ);
  });
});

describe('audiences', () => {
  const OURS = { JWT_AUDIENCE: 'freshet, api://freshet' };

  it.each<Claims>([{ aud: 'freshet' }, { aud: 'api://freshet' }, { aud: ['other', 'freshet'] }])(
    'of %j are ours',
    (claims) => {
      expect(told(claims, OURS)).toMatchObject({ user: 'alice' });
    },
  );

  it.each<Claims>([{}, { aud: null }, { aud: 'Freshet' }, { aud: 'freshet2' }, { client_id: 'freshet' }, { aud: {} }])(
    'of %j are not',
    (claims) => {
      expect(told(claims, OURS)).toEqual({ fault: 'invalid', claim: '/aud' });
    },
  );

  it('may be any where the setting is "*", or where there is none', () => {
    for (const JWT_AUDIENCE of ['*', '']) expect(told({ aud: 'x' }, { JWT_AUDIENCE })).toMatchObject({ user: 'alice' });
  });
});

describe('issuers', () => {
  it('may be several', () => {
    const settings = { JWT_ISSUER: 'https://a.example.com, https://b.example.com/' };
    expect(told({ iss: 'https://a.example.com' }, settings)).toMatchObject({ user: 'alice' });
    expect(told({ iss: 'https://b.example.com/' }, settings)).toMatchObject({ user: 'alice' });
    for (const iss of ['https://b.example.com', 'https://a.example.com, https://b.example.com/', undefined, null]) {
      expect(told({ iss }, settings)).toEqual({ fault: 'invalid', claim: '/iss' });
    }
  });
});

describe('the user', () => {
  it.each([undefined, null, '', 7, ['alice'], { name: 'alice' }, 'a\nb', 'a'.repeat(257), 'a\ud800'])(
    '%j is none, and which claim lacks is told',
    (oid) => {
      expect(told({ oid }, { JWT_USER_CLAIM: '/oid' })).toEqual({ fault: 'invalid', claim: '/oid' });
    },
  );

  it('is where the pointer leads', () => {
    expect(told({ act: { 'a/b': 'bob' } }, { JWT_USER_CLAIM: '/act/a~1b' })).toMatchObject({ user: 'bob' });
  });
});

describe('groups', () => {
  const many = (count: number) => Array.from({ length: count }, (_, n) => `g${n}`);

  it('are those of the list, texts only, once each', () => {
    expect(told({ groups: ['a', 7, null, 'a', 'b c'] })).toMatchObject({ groups: ['a', 'b c'] });
  });

  it('may be a thousand, and of more there are none', () => {
    expect(told({ groups: many(1000) })).toMatchObject({ groups: many(1000) });
    expect(told({ groups: many(1001) })).toMatchObject({ groups: [] });
  });

  it.each<Claims>([
    { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example.com' } } },
    { hasgroups: true },
    { hasgroups: 'true' },
  ])('are none where Entra says that they are too many: %j', (overage) => {
    expect(told({ groups: ['a'], ...overage })).toMatchObject({ groups: [] });
    expect(told({ roles: ['a', 'cache:read'], ...overage }, { JWT_GROUPS_CLAIM: '/roles' })).toMatchObject({
      groups: ['a', 'cache:read'],
    });
  });

  it.each<Claims>([{}, { groups: null }, { groups: {} }])('of %j are none', (claims) => {
    expect(told(claims)).toMatchObject({ groups: [] });
  });
});

describe('times', () => {
  it.each<[Claims, unknown]>([
    [{ exp: NOW_S - 59 }, { user: 'alice' }],
    [{ exp: NOW_S - 60 }, { fault: 'expired', claim: '/exp' }],
    [{ exp: null }, { fault: 'invalid', claim: '/exp' }],
    [{ exp: '9' }, { fault: 'invalid', claim: '/exp' }],
    [{ nbf: NOW_S + 60 }, { user: 'alice' }],
    [{ nbf: NOW_S + 61 }, { fault: 'invalid', claim: '/nbf' }],
    [{ nbf: null, iat: null }, { user: 'alice' }],
    [{ iat: '0' }, { fault: 'invalid', claim: '/iat' }],
    [{ iat: NOW_S + 9999 }, { user: 'alice' }],
  ])('%j are read as %j, with 60 s between the clocks', (claims, expected) => {
    expect(told(claims)).toMatchObject(expected as object);
  });

  it.each(['exp', 'nbf', 'iat'])(
    'of /%s that lie after the year 9999, as those in milliseconds do, are refused',
    (name) => {
      const fault = { fault: 'far', claim: `/${name}` };
      for (const far of [NOW_S * 1000, Number.MAX_SAFE_INTEGER, LATEST_S + 1]) {
        expect(told({ [name]: far })).toEqual(fault);
      }
      expect(told({ [name]: LATEST_S })).not.toEqual(fault);
    },
  );

  it('may lie at the end of the year 9999', () => {
    expect(told({ exp: LATEST_S })).toMatchObject({ user: 'alice' });
  });
});

it('a device that is null is none', () => {
  const result = read({ device_id: null });
  expect('identity' in result && result.identity.device).toBeNull();
  expect(read({ device_id: 'a b' })).toEqual({ fault: 'invalid', claim: '/device_id' });
});

describe('where scopes come from', () => {
  const from = (claims: Claims, settings: Settings = {}) => {
    const result = read(claims, settings);
    if (!('identity' in result)) return result;
    const { scopesFrom, otherScopes } = result.identity;
    return { scopesFrom, otherScopes };
  };

  it('is told, with the names that are not ours, each once and as the token has it', () => {
    expect(from({ scope: 'tablet:cache:read crm:read', roles: ['crm:read', 'Sales Lead', 7], scp: '' })).toEqual({
      scopesFrom: 'claims',
      otherScopes: ['tablet:cache:read', 'crm:read', 'Sales Lead'],
    });
    expect(from({ scope: 'cache:read' })).toEqual({ scopesFrom: 'claims', otherScopes: [] });
    expect(from({})).toEqual({ scopesFrom: 'default', otherScopes: [] });
  });

  it('counts names without the prefix as not ours, where one is set', () => {
    const settings = { JWT_SCOPE_PREFIX: 'tablet:' };
    expect(from({ scope: 'tablet:cache.read cache:read tablet:other' }, settings)).toEqual({
      scopesFrom: 'claims',
      otherScopes: ['cache:read', 'tablet:other'],
    });
  });

  it('shows at most 20 names of 100 characters', () => {
    const scp = Array.from({ length: 30 }, (_, index) => `${index}${'x'.repeat(200)}`);
    const told = from({ scp });
    expect(told).toMatchObject({ otherScopes: scp.slice(0, 20).map((name) => name.slice(0, 100)) });
  });
});
