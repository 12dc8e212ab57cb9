/** Why wrangler cannot use a Cloudflare account, in words of ours: its own do not say which page helps. */

const STEP = 'docs/deploy.md, step 1, says which account and which permissions that needs.';
const NOTES: readonly (readonly [RegExp, string])[] = [
  [
    /set a CLOUDFLARE_API_TOKEN|not authenticated|not logged in|failed to fetch auth token/i,
    `wrangler is not logged in to a Cloudflare account. Run npx wrangler login, or set CLOUDFLARE_API_TOKEN, for example where no browser can open. ${STEP}`,
  ],
  // Codes of the API: the credentials are wrong, or do not allow the call.
  [
    /\[code: (9106|9109|10000|10001)\]/,
    `Cloudflare refuses the credentials: they have expired, belong to another account, or lack a permission. Run npx wrangler login again, or make a new CLOUDFLARE_API_TOKEN. ${STEP}`,
  ],
  [
    /more than one account available/i,
    `The credentials are valid for several accounts: set CLOUDFLARE_ACCOUNT_ID to the id of the one to deploy to. ${STEP}`,
  ],
];

/** @param output of a wrangler command that failed. @returns null if the account is not the reason */
export function noteOfAccount(output: string): string | null {
  return NOTES.find(([pattern]) => pattern.test(output))?.[1] ?? null;
}
