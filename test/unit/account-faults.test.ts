/** What `npm run deploy` says where wrangler cannot use the account. */

import { expect, it } from 'vitest';
import { noteOfAccount } from '../../scripts/lib/account-faults.ts';

it.each([
  [
    "In a non-interactive environment, it's necessary to set a CLOUDFLARE_API_TOKEN environment variable for wrangler to work.",
    'wrangler is not logged in',
  ],
  ['You are not authenticated. Please run `wrangler login`.', 'wrangler is not logged in'],
  ['Not logged in. The refresh token was refused.', 'wrangler is not logged in'],
  ['Failed to fetch auth token: 400 Bad Request', 'wrangler is not logged in'],
  ['A request to the Cloudflare API failed.\n  Authentication error [code: 10000]', 'Cloudflare refuses'],
  ['A request to the Cloudflare API failed.\n  Invalid access token [code: 9109]', 'Cloudflare refuses'],
  ['More than one account available but unable to select one in non-interactive mode.', 'several accounts'],
])('%s', (output, told) => {
  const note = noteOfAccount(output);
  expect(note).toContain(told);
  expect(note).toContain('docs/deploy.md');
});

it('says nothing of other faults', () => {
  expect(noteOfAccount('Could not reach the API: a row has [code: 100001].')).toBeNull();
});
