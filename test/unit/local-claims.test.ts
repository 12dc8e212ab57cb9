/** Local tokens say what the settings look for, whatever these are (CONTRACT 1 and 7). */
import { describe, expect, it } from 'vitest';
import { localClaims } from '../../scripts/lib/local-claims.ts';
import { readClaims } from '../../src/http/token-claims.ts';
import { tokenRules } from '../../src/http/token-rules.ts';

const EXP = 2_000_000_000;

describe('a local token', () => {
  it('has no claim that nobody asked for', () => {
    expect(localClaims('alice', {})).toEqual({ sub: 'alice' });
  });

  it.each<[string, Record<string, string>]>([
    ['as usual', {}],
    ['with an issuer and an audience', { JWT_ISSUER: 'https://id.example.com, b', JWT_AUDIENCE: 'freshet, other' }],
    ['with an audience elsewhere', { JWT_AUDIENCE: 'freshet', JWT_AUDIENCE_CLAIMS: '/client_id' }],
    [
      'with other claims',
      { JWT_USER_CLAIM: '/oid', JWT_GROUPS_CLAIM: '/realm_access/roles', JWT_SCOPE_CLAIMS: '/scp' },
    ],
    ['with names that have a slash', { JWT_GROUPS_CLAIM: '/https:~1~1freshet.example.com~1groups' }],
    ['with a prefix of scopes', { JWT_SCOPE_PREFIX: 'freshet/' }],
    ['with no default scopes', { JWT_DEFAULT_SCOPES: 'none' }],
  ])('is read as it was meant, %s', (_what, settings) => {
    const rules = tokenRules(settings);
    const read = (scope?: string) =>
      readClaims(
        { ...localClaims('alice', { scope, groups: ['sales'], device: 'tablet-1' }, rules), exp: EXP },
        rules,
        0,
      );
    const identity = { user: 'alice', device: 'tablet-1', groups: new Set(['sales']) };
    expect(read()).toMatchObject({ identity: { ...identity, scopes: new Set(['cache:read', 'cache:refresh']) } });
    expect(read('cache:read')).toMatchObject({ identity: { ...identity, scopes: new Set(['cache:read']) } });
  });
});
