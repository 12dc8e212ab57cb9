/** What the local service takes from `.dev.vars`, the environment and wrangler.toml (CONTRACT 7). */
import { describe, expect, it } from 'vitest';
import { type SettingSources, workerSettings } from '../../scripts/lib/worker-settings.ts';
import { deployedVars, varsIn } from '../../scripts/lib/wrangler.ts';

const LOCAL_HOSTS = '*,127.0.0.1,localhost,[::1]';
const MADE = 'a secret of this machine, made here';
const PROVIDER = { JWT_JWKS_URL: 'http://127.0.0.1:9000/jwks', JWT_AUDIENCE: 'freshet' };

function settings(vars: Record<string, string> = {}, more: Partial<SettingSources> = {}) {
  return workerSettings({
    devVars: { file: '.dev.vars', vars },
    env: {},
    deployed: deployedVars(),
    databases: ['DB'],
    makeSecret: () => MADE,
    ...more,
  });
}

describe('without anything set', () => {
  it('the local secret is made, and origins on this machine are open', () => {
    const { vars, secret, provider, unused, taken, faults } = settings();
    expect({ secret, provider, unused, taken, faults }).toEqual({
      secret: MADE,
      provider: null,
      unused: [],
      taken: { file: [], environment: [] },
      faults: [],
    });
    expect(vars).toMatchObject({ JWT_SECRET: MADE, JWT_JWKS_URL: '', ORIGIN_HOSTS: LOCAL_HOSTS });
    expect(vars.WAIT_UNTIL_MS).toBe('3600000');
  });
});

describe('.dev.vars', () => {
  it('adds hosts of origins to the local ones', () => {
    const { vars, taken } = settings({ ORIGIN_HOSTS: 'erp.example.com:8080' });
    expect(vars.ORIGIN_HOSTS).toBe(`erp.example.com:8080,${LOCAL_HOSTS}`);
    expect(taken.file).toEqual(['ORIGIN_HOSTS']);
  });

  it('names a provider, whose tokens are taken instead of those of the local secret', () => {
    const { vars, secret, provider, taken } = settings(PROVIDER);
    expect({ secret, provider, taken }).toEqual({
      secret: null,
      provider: 'JWT_JWKS_URL',
      taken: { file: ['JWT_JWKS_URL', 'JWT_AUDIENCE'], environment: [] },
    });
    expect(vars).toMatchObject({ ...PROVIDER, JWT_SECRET: '' });
  });

  it('makes the secret that the first start left there rest beside a provider, and tells so', () => {
    const { vars, unused, faults } = settings({ ...PROVIDER, JWT_SECRET: MADE });
    expect(vars.JWT_SECRET).toBe('');
    expect(faults).toEqual([]);
    expect(unused).toEqual([expect.stringMatching(/^JWT_SECRET in \.dev\.vars: JWT_JWKS_URL is set/)]);
  });

  it('says how claims are read, also of local tokens', () => {
    const { vars, secret } = settings({ JWT_USER_CLAIM: '/oid', JWT_ISSUER: 'me' });
    expect(secret).toBe(MADE);
    expect(vars).toMatchObject({ JWT_USER_CLAIM: '/oid', JWT_ISSUER: 'me' });
  });

  it('sets any other setting, and secrets of origins', () => {
    const { vars, unused } = settings({ REFRESH_WAIT_MS: '5', WAIT_UNTIL_MS: '1000', ORIGIN_ERP_TOKEN: 't' });
    expect(vars).toMatchObject({ REFRESH_WAIT_MS: '5', WAIT_UNTIL_MS: '1000', ORIGIN_ERP_TOKEN: 't' });
    expect(unused).toEqual([]);
  });

  it('may hold what is no setting, which is told', () => {
    expect(settings({ ORGIN_HOSTS: 'x' }).unused).toEqual(['ORGIN_HOSTS in .dev.vars: there is no such setting.']);
  });
});

describe('the environment', () => {
  it('goes before .dev.vars, one setting at a time', () => {
    const { vars, taken } = settings(PROVIDER, { env: { JWT_AUDIENCE: 'other', ORIGIN_ERP_TOKEN: 't' } });
    expect(vars).toMatchObject({ JWT_JWKS_URL: PROVIDER.JWT_JWKS_URL, JWT_AUDIENCE: 'other', ORIGIN_ERP_TOKEN: 't' });
    expect(taken).toEqual({ file: ['JWT_JWKS_URL'], environment: ['JWT_AUDIENCE', 'ORIGIN_ERP_TOKEN'] });
  });

  it('leaves the port of the demo origin out of the secrets', () => {
    expect(settings({}, { env: { ORIGIN_PORT: '8788' } }).vars.ORIGIN_PORT).toBeUndefined();
  });

  it('may hold names like ours, which are told', () => {
    const { unused, faults } = settings({}, { env: { JWT_AUDIANCE: 'x' } });
    expect({ unused, faults }).toEqual({
      unused: ['JWT_AUDIANCE in the environment: there is no such setting.'],
      faults: [],
    });
  });
});

describe('wrangler.toml', () => {
  it('is of the deployed service where it names identity, which is told, names only', () => {
    const { vars, unused } = settings({}, { deployed: { ...deployedVars(), ...PROVIDER, JWT_USER_CLAIM: '/oid' } });
    expect(vars).toMatchObject({ JWT_JWKS_URL: '', JWT_AUDIENCE: '', JWT_USER_CLAIM: '' });
    expect(unused).toEqual([
      'JWT_JWKS_URL, JWT_AUDIENCE, JWT_USER_CLAIM in wrangler.toml: for the deployed service. To use them here, put them into .dev.vars.',
    ]);
  });

  it('adds its hosts of origins to the local ones, where .dev.vars names none', () => {
    const deployed = { ORIGIN_HOSTS: '*.example.com' };
    expect(settings({}, { deployed }).vars.ORIGIN_HOSTS).toBe(`*.example.com,${LOCAL_HOSTS}`);
    expect(settings({ ORIGIN_HOSTS: 'a.net' }, { deployed }).vars.ORIGIN_HOSTS).toBe(`a.net,${LOCAL_HOSTS}`);
  });
});

describe('faults', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['a key set without an audience', { JWT_JWKS_URL: 'https://id.example.com/jwks' }, /JWT_AUDIENCE must be set/],
    ['a key set in the clear', { ...PROVIDER, JWT_JWKS_URL: 'http://id.example.com/jwks' }, /JWT_JWKS_URL/],
    ['two keys', { ...PROVIDER, JWT_PUBLIC_KEY: 'x' }, /JWT_JWKS_URL and JWT_PUBLIC_KEY are set/],
    ['a short secret', { JWT_SECRET: 'short' }, /JWT_SECRET must have at least 32 bytes/],
    ['a misspelt setting', { JWT_AUDIANCE: 'freshet' }, /no setting JWT_AUDIANCE/],
    ['a host with a scheme, counted as it was written', { ORIGIN_HOSTS: 'a.net,http://b.net' }, /number 2 of them/],
    ['a number that is none', { REFRESH_WAIT_MS: 'soon' }, /REFRESH_WAIT_MS/],
  ])('name %s', (_what, vars, told) => {
    expect(settings(vars).faults).toEqual([expect.stringMatching(told)]);
  });
});

describe('[vars] of a TOML text', () => {
  it('is read up to the next table, comments left out', () => {
    const toml = `name = "x"\n[vars]\nA = "a \\"b\\"" # c\nB='it''s'\n# C = "c"\n  D = 5\nE = true\nF = ""\n[assets]\nG = "g"\n`;
    expect(varsIn(toml)).toEqual({ A: 'a "b"', B: 'it', D: '5', E: 'true', F: '' });
  });

  it('is found in the wrangler.toml of the project', () => {
    expect(deployedVars()).toMatchObject({
      JWT_JWKS_URL: '',
      JWT_SCOPE_CLAIMS: '/scope /scp /scopes /roles /permissions',
    });
  });
});
