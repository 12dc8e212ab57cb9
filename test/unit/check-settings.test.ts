/** What a deploy refuses before it uploads (scripts/deploy.ts). */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { faultsOfSettings } from '../../scripts/lib/check-settings.ts';

const JWKS = { JWT_JWKS_URL: 'https://idp.example.com/jwks' };
const faults = (vars: Record<string, string>, secrets: string[] | null = [], databases = ['DB']) =>
  faultsOfSettings({ vars, databases, secrets });

describe('a deploy continues with', () => {
  it.each<[string, Record<string, string>, string[] | null]>([
    ['a secret', {}, ['JWT_SECRET']],
    ['a public key', { JWT_AUDIENCE: 'freshet' }, ['JWT_PUBLIC_KEY', 'ORIGIN_ERP_TOKEN']],
    ['a key set and an audience', { ...JWKS, JWT_AUDIENCE: 'freshet' }, []],
    ['a key set and any audience', { ...JWKS, JWT_AUDIENCE: '*' }, []],
    ['a key that is being replaced', {}, ['JWT_SECRET', 'JWT_SECRET_PREVIOUS']],
    ['a key set while an old secret lasts', { ...JWKS, JWT_AUDIENCE: 'a, b' }, ['JWT_SECRET_PREVIOUS']],
    ['no key that it could know of', { JWT_ISSUER: '' }, null],
  ])('%s', (_what, vars, secrets) => {
    expect(faults(vars, secrets)).toEqual([]);
  });
});

describe('a deploy refuses', () => {
  it.each<[string, RegExp, Record<string, string>, string[] | null]>([
    ['no key', /Exactly one of .* None is set/, {}, []],
    ['a previous key alone', /None is set/, {}, ['JWT_SECRET_PREVIOUS']],
    ['two keys', /JWT_PUBLIC_KEY and JWT_SECRET are set/, {}, ['JWT_SECRET', 'JWT_PUBLIC_KEY']],
    ['a key set beside a secret', /JWT_JWKS_URL and JWT_SECRET/, { ...JWKS, JWT_AUDIENCE: 'a' }, ['JWT_SECRET']],
    ['a key set without an audience', /JWT_AUDIENCE must be set/, JWKS, []],
    ['the same, though secrets are not known', /JWT_AUDIENCE must be set/, JWKS, null],
    ['a key set in the clear', /JWT_JWKS_URL/, { JWT_JWKS_URL: 'http://idp.example.com', JWT_AUDIENCE: 'a' }, []],
    ['any audience beside one', /JWT_AUDIENCE/, { JWT_AUDIENCE: 'freshet, *' }, ['JWT_SECRET']],
    ['a claim that is no pointer', /JWT_USER_CLAIM/, { JWT_USER_CLAIM: 'oid' }, ['JWT_SECRET']],
    ['claims of which one is no pointer', /JWT_SCOPE_CLAIMS/, { JWT_SCOPE_CLAIMS: '/scp roles' }, ['JWT_SECRET']],
    ['an unknown scope', /JWT_DEFAULT_SCOPES/, { JWT_DEFAULT_SCOPES: 'cache:write' }, ['JWT_SECRET']],
    ['a misspelt setting', /no setting JWT_AUDIANCE/, { JWT_AUDIANCE: 'freshet' }, ['JWT_SECRET']],
    ['a misspelt secret', /no setting JWT_SECRET_OLD/, {}, ['JWT_SECRET', 'JWT_SECRET_OLD']],
    ['a setting that is a secret too', /JWT_ISSUER is both a secret/, { JWT_ISSUER: '' }, ['JWT_SECRET', 'JWT_ISSUER']],
    ['a key that is none', /JWT_PUBLIC_KEY must be/, { JWT_PUBLIC_KEY: 'x' }, []],
    [
      'a host with a scheme',
      /ORIGIN_HOSTS .* has a scheme/,
      { ORIGIN_HOSTS: 'https://erp.example.com' },
      ['JWT_SECRET'],
    ],
    ['a number that is none', /REFRESH_WAIT_MS/, { REFRESH_WAIT_MS: 'soon' }, ['JWT_SECRET']],
    [
      'an issuer of the console in the clear',
      /CONSOLE_OIDC_ISSUER/,
      { CONSOLE_OIDC_ISSUER: 'http://idp.example.com' },
      ['JWT_SECRET'],
    ],
    ['databases that are not bound', /SYNC_SHARDS needs the D1 binding DB_1/, { SYNC_SHARDS: '2' }, ['JWT_SECRET']],
  ])('%s', (_what, told, vars, secrets) => {
    const found = faults(vars, secrets);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(told);
  });

  it('a private key, without quoting it', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = JSON.stringify(privateKey.export({ format: 'jwk' }));
    const [fault] = faults({ JWT_PUBLIC_KEY: jwk });
    expect(fault).toContain('JWT_PUBLIC_KEY');
    expect(fault).not.toContain(JSON.parse(jwk).d);
  });
});
