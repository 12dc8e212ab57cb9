/** Finds the secret that prevents deliveries. */

import { nameOfSecret } from './definition.ts';

/** Sets a secret of a deployed service; the command asks for the value, so it is not part of the command line. */
export const PUT_SECRET = 'npx wrangler secret put';

/**
 * The secret that is missing or is not a key, as the service's reason names it. Null: something else is wrong, such as
 * a host that may not get the secret; that reason names ORIGIN_HOSTS.
 *
 * @param reason why the last delivery was not accepted
 * @param secrets of the webhook, as its definition names them
 */
export function secretAtFault(reason: string | null, secrets: readonly string[]): string | null {
  const words: readonly string[] = reason?.match(/\w+/g) ?? [];
  if (words.includes('ORIGIN_HOSTS')) return null;
  return secrets.map(nameOfSecret).find((name) => words.includes(name)) ?? null;
}
