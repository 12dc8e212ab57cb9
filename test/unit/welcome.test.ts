/** What `npm start` prints, also where a provider signs the tokens (CONTRACT 7). */
import { expect, it } from 'vitest';
import { providerWelcome, welcome } from '../../scripts/lib/welcome.ts';

const PLACE = { service: 'http://127.0.0.1:8787', stateDir: '.wrangler/state', logFile: '.wrangler/state/freshet.log' };
const textWith = (scopePrefix: string) =>
  providerWelcome({ ...PLACE, tokenEndpoint: 'https://id.example.com/token', audience: undefined, scopePrefix });

it.each([
  ['', 'cache:read cache:refresh cache:admin', 'cache:read cache:refresh"'],
  ['tablet:', 'tablet:cache:read tablet:cache:refresh tablet:cache:admin', 'tablet:cache:read tablet:cache:refresh"'],
])('asks for scopes as the provider calls them, with the prefix "%s"', (prefix, administrator, device) => {
  expect(textWith(prefix)).toContain(`-d 'scope=${administrator}'`);
  expect(textWith(prefix)).toContain(`"${device}`);
});

it('leads to Tablet first, signed in, and only where there is a demo', () => {
  const link = 'http://127.0.0.1:8787/console/#once=x';
  const local = { ...PLACE, origin: 'http://127.0.0.1:8788', user: 'alice', token: 'a.b.c', console: link };
  const [, first, address] = welcome({ ...local, taskId: 'a task' }).split('\n');
  expect(first).toMatch(/^Open this: Tablet/);
  expect(address).toBe('http://127.0.0.1:8788/tablet/#token=a.b.c');
  expect(welcome({ ...local, taskId: null })).not.toContain('/tablet/');
  expect(welcome({ ...local, taskId: null })).toContain(link);
});
