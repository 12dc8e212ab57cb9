/** How the local service verifies tokens (CONTRACT 7): by its own secret, or by the identity provider that the environment names. */

import { CURRENT_KEYS, KEY_NAMES } from '../../src/http/token-keys.ts';
import { RULE_NAMES } from '../../src/http/token-rules.ts';

const NAMES: readonly string[] = [...KEY_NAMES, ...RULE_NAMES];

/**
 * The settings of identity for the local Worker: those of the environment and no others, whatever `wrangler.toml` or
 * `.dev.vars` say of the deployed service. Where the environment names a key, the local secret verifies beside it.
 */
export function localIdentity(secret: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const given = Object.fromEntries(NAMES.map((name) => [name, env[name] ?? '']));
  const isProviders = CURRENT_KEYS.some((name) => name !== 'JWT_SECRET' && given[name] !== '');
  return isProviders ? { ...given, JWT_SECRET: '', JWT_SECRET_PREVIOUS: secret } : { ...given, JWT_SECRET: secret };
}
