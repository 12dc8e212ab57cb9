/** What the console is told, by its settings (CONTRACT 5). */
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { consoleConfig } from '../../src/http/console-settings.ts';

const PROVIDER = { CONSOLE_OIDC_ISSUER: 'https://idp.example.com/tenant', CONSOLE_OIDC_CLIENT_ID: 'console' };
const NO_PROVIDER = { oidc: null, version: packageJson.version, languages: ['en', 'ru'], poll_s: 10, local: null };

describe('the console', () => {
  it('is told to let people paste a token where no provider is set', () => {
    expect(consoleConfig({})).toEqual(NO_PROVIDER);
    expect(consoleConfig({ CONSOLE_OIDC_ISSUER: '', CONSOLE_OIDC_CLIENT_ID: ' ', CONSOLE_OIDC_PARAMS: '' })).toEqual(
      NO_PROVIDER,
    );
  });

  it('is told its provider, with the usual scope and no parameters', () => {
    expect(consoleConfig({ ...PROVIDER })).toEqual({
      ...NO_PROVIDER,
      oidc: { issuer: 'https://idp.example.com/tenant', client_id: 'console', scope: 'openid', params: {} },
    });
  });

  it('is told further scopes and parameters, and how often it may ask', () => {
    const settings = {
      ...PROVIDER,
      CONSOLE_OIDC_SCOPE: 'openid profile api://freshet/cache:admin',
      CONSOLE_OIDC_PARAMS: '{"audience":"https://freshet.example.com"}',
      CONSOLE_POLL_S: '30',
    };
    expect(consoleConfig(settings)).toMatchObject({
      oidc: {
        scope: 'openid profile api://freshet/cache:admin',
        params: { audience: 'https://freshet.example.com' },
      },
      poll_s: 30,
    });
  });

  it('may have parameters as a table of wrangler.toml, which is not a text', () => {
    const config = consoleConfig({ ...PROVIDER, CONSOLE_OIDC_PARAMS: { resource: 'x' } });
    expect(config.oidc?.params).toEqual({ resource: 'x' });
  });

  it.each(['http://127.0.0.1:9000', 'http://localhost:9000', 'http://[::1]:9000'])(
    'may have a provider on this machine: %s',
    (issuer) => {
      expect(consoleConfig({ ...PROVIDER, CONSOLE_OIDC_ISSUER: issuer }).oidc?.issuer).toBe(issuer);
    },
  );
});

describe('it names the setting, and not its value, where that is', () => {
  it.each<[string, Record<string, string>, string]>([
    [
      'an issuer without a client',
      { CONSOLE_OIDC_CLIENT_ID: '' },
      'CONSOLE_OIDC_CLIENT_ID must be set together with CONSOLE_OIDC_ISSUER',
    ],
    [
      'a client without an issuer',
      { CONSOLE_OIDC_ISSUER: '' },
      'CONSOLE_OIDC_ISSUER must be set together with CONSOLE_OIDC_CLIENT_ID',
    ],
    [
      'an issuer in the clear',
      { CONSOLE_OIDC_ISSUER: 'http://secret.example.com' },
      'CONSOLE_OIDC_ISSUER must be an https URL',
    ],
    ['an issuer that is none', { CONSOLE_OIDC_ISSUER: 'secret' }, 'CONSOLE_OIDC_ISSUER must be an https URL'],
    [
      'an issuer whose host would end a policy',
      { CONSOLE_OIDC_ISSUER: 'https://secret;sandbox' },
      'CONSOLE_OIDC_ISSUER must be an https URL',
    ],
    [
      'an issuer with a query',
      { CONSOLE_OIDC_ISSUER: 'https://idp.example.com/?secret' },
      'CONSOLE_OIDC_ISSUER must be an https URL',
    ],
    [
      'an issuer with a fragment',
      { CONSOLE_OIDC_ISSUER: 'https://idp.example.com/#' },
      'CONSOLE_OIDC_ISSUER must be an https URL',
    ],
    [
      'an issuer with a password',
      { CONSOLE_OIDC_ISSUER: 'https://a:secret@idp.example.com' },
      'CONSOLE_OIDC_ISSUER must be an https URL',
    ],
    ['scopes without openid', { CONSOLE_OIDC_SCOPE: 'secret' }, 'CONSOLE_OIDC_SCOPE must be a space-separated list'],
    [
      'scopes that are none',
      { CONSOLE_OIDC_SCOPE: 'openid "secret"' },
      'CONSOLE_OIDC_SCOPE must be a space-separated list',
    ],
    [
      'parameters that are no JSON',
      { CONSOLE_OIDC_PARAMS: '{secret' },
      'CONSOLE_OIDC_PARAMS must be a JSON object of texts',
    ],
    [
      'parameters that are a list',
      { CONSOLE_OIDC_PARAMS: '["secret"]' },
      'CONSOLE_OIDC_PARAMS must be a JSON object of texts',
    ],
    [
      'a parameter that is no text',
      { CONSOLE_OIDC_PARAMS: '{"a":1}' },
      'CONSOLE_OIDC_PARAMS must be a JSON object of texts',
    ],
    [
      'a parameter of the console',
      { CONSOLE_OIDC_PARAMS: '{"state":"secret"}' },
      'CONSOLE_OIDC_PARAMS must not have state',
    ],
    ['no number', { CONSOLE_POLL_S: 'secret' }, 'CONSOLE_POLL_S must be a whole number from 1 to 3600'],
    ['never', { CONSOLE_POLL_S: '0' }, 'CONSOLE_POLL_S must be a whole number from 1 to 3600'],
  ])('%s', (_what, settings, told) => {
    let message = '';
    try {
      consoleConfig({ ...PROVIDER, ...settings });
    } catch (error) {
      message = String((error as Error).message);
    }
    expect(message).toContain(`The setting ${told}`);
    expect(message).not.toContain('secret');
  });

  it('is told where the start script listens', () => {
    expect(consoleConfig({ CONSOLE_LOCAL: 'http://127.0.0.1:9001' })).toMatchObject({ local: 'http://127.0.0.1:9001' });
    expect(consoleConfig({ CONSOLE_LOCAL: 'http://[::1]:9001' })).toMatchObject({ local: 'http://[::1]:9001' });
  });

  it.each([
    'http://10.0.0.1:9001',
    'https://freshet.example.com',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.1:9001/path',
    "http://127.0.0.1:9001; script-src 'unsafe-inline'",
    'nonsense',
  ])('sends its one-time code nowhere but to this machine: %s', (CONSOLE_LOCAL) => {
    expect(() => consoleConfig({ CONSOLE_LOCAL })).toThrow(
      'The setting CONSOLE_LOCAL must be an http origin of this machine',
    );
  });
});
