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
    .map(
      (name) =>
        `The secret ${name} is not set, and what needs it fails until it is: npx wrangler secret put ${name} sets it, under npm start a line ${name}=… in .dev.vars.`,
    );
}
