/** Secrets that a definition names and nobody has set: it is taken all the same, since they may come later. */

import { HEADER_PLACEHOLDER, isSecretName } from './check-origin.ts';

/** Most that are told. */
const MOST_TOLD = 8;

/**
 * A warning for each secret that is not set, with the command that sets it.
 *
 * @param parts of a definition, those in which `${ORIGIN_…}` is a secret
 * @param secret the value of one; undefined: it is not set
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
