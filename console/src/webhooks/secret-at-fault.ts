/** Which secret keeps deliveries from being sent. */

import { nameOfSecret } from './definition.ts';

/** Writes a secret of a deployed service; its value is asked for and stands in no command line. */
export const PUT_SECRET = 'npx wrangler secret put';

/**
 * The secret that is missing or is no key: the service names it in why nothing was sent. Null: something else is wrong, be it
 * that the secret may not go to that host, which names ORIGIN_HOSTS.
 *
 * @param reason why the last delivery was not taken
 * @param secrets of the webhook, as its definition names them
 */
export function secretAtFault(reason: string | null, secrets: readonly string[]): string | null {
  const words: readonly string[] = reason?.match(/\w+/g) ?? [];
  if (words.includes('ORIGIN_HOSTS')) return null;
  return secrets.map(nameOfSecret).find((name) => words.includes(name)) ?? null;
}
