/**
 * Reasons why the service can verify no token, for `/healthz` (CONTRACT 5): invalid settings, or a key set that is not
 * available.
 */

import { Problem } from '../contract/problem.ts';
import { readSettings } from '../settings.ts';
import { consoleConfig } from './console-settings.ts';
import { isRemote, type KeyContext } from './remote-keys.ts';
import { tokenKeys } from './token-keys.ts';
import { tokenRules } from './token-rules.ts';

/** Returns a sentence for each fault. It names the setting and never its value. Empty if tokens can be verified. */
export async function misconfigured(env: object, context: KeyContext): Promise<string[]> {
  const faults = [readSettings, tokenKeys, tokenRules, consoleConfig].flatMap((read) => faultOf(() => read(env)));
  if (faults.length > 0) return [...new Set(faults)];
  const sets = tokenKeys(env).trusted.flatMap(({ key }) => (isRemote(key) ? [key] : []));
  const areThere = await Promise.all(sets.map((set) => set.isThere(context)));
  return areThere.every(Boolean) ? [] : ['The key set at JWT_JWKS_URL is not available.'];
}

function faultOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof Problem && error.code === 'misconfigured') return [error.message];
    throw error;
  }
}
