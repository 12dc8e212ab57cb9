/**
 * Finds secrets that a definition names but that are not set. The definition is accepted anyway: they may be set later.
 */

import { HEADER_PLACEHOLDER, isSecretName } from './check-origin.ts';

/** Most warnings. */
const MOST_TOLD = 8;

/**
 * A warning for each secret that is not set, with the command that sets it.
 *
 * @param parts the parts of a definition in which `${ORIGIN_…}` is a secret
 * @param secret returns the value of a secret; undefined: it is not set
 */
export function unsetSecrets(parts: unknown, secret: (name: string) => string | undefined): string[] {
  const text = JSON.stringify(parts) ?? '';
  const names = new Set(Array.from(text.matchAll(HEADER_PLACEHOLDER), ([, name = '']) => name));
  return [...names]
    .filter((name) => isSecretName(name) && secret(name) === undefined)
    .slice(0, MOST_TOLD)
    .map((name) => `The secret ${name} is not set, so requests that need it will fail. ${howToSet(name)}`);
}

/** How an operator sets a secret, for warnings and for failures of loads. */
export function howToSet(name: string): string {
  return `Set it with npx wrangler secret put ${name}, or under npm start with a line ${name}=… in .dev.vars.`;
}
