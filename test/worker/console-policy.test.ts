/** What the page of the console may ask: itself, its sockets, and the provider that it signs people in at (CONTRACT 5). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendUnder } from '../support/client.ts';
import { TestOrigin } from '../support/origin.ts';

const SELF = ["'self'", 'ws://freshet.test'];
const HOUR = 3_600_000;

/** A provider whose discovery document the test writes. */
class Provider {
  readonly origin = new TestOrigin();
  readonly issuer = this.origin.url;

  describe(metadata: object): Promise<void> {
    return this.origin.answerJson({ issuer: this.issuer, ...metadata });
  }

  async asked(): Promise<string[]> {
    return (await this.origin.requests()).map(({ path }) => path);
  }

  /** What the page may connect to. */
  async allowed(path = '/console'): Promise<string[]> {
    const settings = { CONSOLE_OIDC_ISSUER: this.issuer, CONSOLE_OIDC_CLIENT_ID: 'console' };
    const response = await sendUnder(settings, path);
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('<div id="app">')]);
    return sourcesOf(response);
  }
}

function sourcesOf(response: Response): string[] {
  const policy = response.headers.get('Content-Security-Policy') ?? '';
  return /connect-src ([^;]*)/.exec(policy)?.[1]?.split(' ') ?? [];
}

let warned: string[];
beforeEach(() => {
  warned = [];
  vi.spyOn(console, 'warn').mockImplementation((line) => void warned.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('the page of the console may ask', () => {
  it('itself and its sockets alone where nobody signs in at a provider', async () => {
    expect(sourcesOf(await sendUnder({}, '/console'))).toEqual(SELF);
  });

  it('the origins of the issuer and of its token endpoint', async () => {
    const provider = new Provider();
    await provider.describe({ token_endpoint: 'http://localhost:1/oauth2/token' });
    expect(await provider.allowed()).toEqual([...SELF, new URL(provider.issuer).origin, 'http://localhost:1']);
  });

  it('one origin where both are the same', async () => {
    const provider = new Provider();
    await provider.describe({ token_endpoint: `${provider.issuer}/token` });
    expect(await provider.allowed()).toEqual([...SELF, new URL(provider.issuer).origin]);
    expect(warned).toEqual([]);
  });

  it('them at each path, and the document is read once an hour', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const provider = new Provider();
    await provider.describe({ token_endpoint: 'http://localhost:1/token' });
    const before = await provider.allowed('/console/callback?code=x');
    expect(await provider.allowed('/console/caches')).toEqual(before);
    expect(await provider.asked()).toEqual([expect.stringMatching(/^\/[\w-]+\/\.well-known\/openid-configuration$/)]);
    await provider.describe({ token_endpoint: 'http://localhost:2/token' });
    vi.setSystemTime(Date.now() + HOUR - 1000);
    expect(await provider.allowed()).toEqual(before);
    vi.setSystemTime(Date.now() + 1000);
    expect(await provider.allowed()).toContain('http://localhost:2');
    expect(await provider.asked()).toHaveLength(2);
  });

  it('what was known before while the document cannot be read, which is asked for twice a minute', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const provider = new Provider();
    await provider.describe({ token_endpoint: 'http://localhost:1/token' });
    const before = await provider.allowed();
    await provider.origin.answer({ status: 500 });
    vi.setSystemTime(Date.now() + HOUR);
    expect(await provider.allowed()).toEqual(before);
    expect(await provider.allowed()).toEqual(before);
    expect(await provider.asked()).toHaveLength(2);
    await provider.describe({ token_endpoint: 'http://localhost:2/token' });
    vi.setSystemTime(Date.now() + 30_000);
    expect(await provider.allowed()).toContain('http://localhost:2');
  });

  it('the document once where many ask for the page at the same moment', async () => {
    const provider = new Provider();
    await provider.describe({ token_endpoint: 'http://localhost:1/token' });
    const all = await Promise.all(Array.from({ length: 5 }, () => provider.allowed()));
    expect(new Set(all.map(String)).size).toBe(1);
    expect(await provider.asked()).toHaveLength(1);
  });
});

describe('the page may ask the issuer alone, and the log says why, where its document', () => {
  const good = { token_endpoint: 'http://localhost:1/token' };
  it.each<[string, (provider: Provider) => Promise<void>, string]>([
    ['is not there', ({ origin }) => origin.answer({ status: 404 }), 'answered with status 404'],
    [
      'leads elsewhere',
      ({ origin }) => origin.answer({ status: 302, headers: { Location: 'http://localhost:1/' } }),
      'answered with status 302',
    ],
    ['is no JSON', ({ origin }) => origin.answer({ body: '<html>' }), 'JSON'],
    ['is a list', ({ origin }) => origin.answerJson([]), 'another issuer'],
    [
      'is of another issuer',
      (provider) => provider.describe({ ...good, issuer: 'https://evil.example' }),
      'another issuer',
    ],
    ['names no token endpoint', (provider) => provider.describe({}), 'no token_endpoint'],
    [
      'names one in the clear',
      (provider) => provider.describe({ token_endpoint: 'http://idp.example/token' }),
      'no token_endpoint',
    ],
    [
      'names one that would end the policy',
      (provider) => provider.describe({ token_endpoint: "https://x;script-src'unsafe-inline'/token" }),
      'no token_endpoint',
    ],
    ['is too large', (provider) => provider.describe({ ...good, padding: 'x'.repeat(100_000) }), 'more than'],
  ])('%s', async (_what, prepare, said) => {
    const provider = new Provider();
    await prepare(provider);
    expect(await provider.allowed()).toEqual([...SELF, new URL(provider.issuer).origin]);
    expect(warned).toEqual([expect.stringContaining('console.provider_not_read')]);
    expect(warned[0]).toContain(said);
  });

  it('does not come: the page waits three seconds at most, and the provider is asked once by however many', async () => {
    const provider = new Provider();
    await provider.origin.answer({ hang: true });
    const all = await Promise.all(Array.from({ length: 5 }, () => provider.allowed()));
    for (const allowed of all) expect(allowed).toEqual([...SELF, new URL(provider.issuer).origin]);
    expect(warned).toEqual([expect.stringContaining('console.provider_not_read')]);
    expect(await provider.asked()).toHaveLength(1);
  });
});
