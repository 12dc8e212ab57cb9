/**
 * Keys that verify tokens (CONTRACT 1): exactly one of JWT_JWKS_URL, JWT_PUBLIC_KEY and JWT_SECRET, and in addition the
 * keys that are being replaced. The kind of key determines the algorithms, never the token (RFC 8725 sections 3.1,
 * 3.2).
 */

import type { JWK } from 'jose';
import { Problem } from '../contract/problem.ts';
import { isSecureUrl } from '../core/loopback.ts';
import { oncePerEnv, readText } from '../settings.ts';
import { ASYMMETRIC, readPublicKeys } from './public-keys.ts';
import { type RemoteKeys, remoteKeys } from './remote-keys.ts';
import { demandAudience } from './token-rules.ts';

/** The keys of one set of settings. */
export interface TokenKeys {
  /** Differs for keys of other settings. */
  id: number;
  /** In the order in which they are tried. */
  trusted: readonly TrustedKey[];
}

/** One key or a remote set of keys, and the algorithms that fit. */
export interface TrustedKey {
  key: Uint8Array | JWK | RemoteKeys;
  algorithms: readonly string[];
}

/** Exactly one of these is set. */
export const CURRENT_KEYS = ['JWT_JWKS_URL', 'JWT_PUBLIC_KEY', 'JWT_SECRET'] as const;
/** Also verify tokens, as long as tokens signed with the previous keys are in use. */
const PREVIOUS = ['JWT_PUBLIC_KEY_PREVIOUS', 'JWT_SECRET_PREVIOUS'] as const;
type KeyName = (typeof CURRENT_KEYS | typeof PREVIOUS)[number];

/** The names of all settings for keys. */
export const KEY_NAMES: readonly KeyName[] = [...CURRENT_KEYS, ...PREVIOUS];

const MIN_SECRET_BYTES = 32;

/** One entry for each text of the settings: two env objects with the same settings, as in tests, share their keys. */
const known = new Map<string, TokenKeys>();

/**
 * Returns the keys in the settings.
 *
 * @throws Problem `misconfigured`, naming the setting: then no request is let in
 */
export const tokenKeys = oncePerEnv((env: object): TokenKeys => {
  const set = KEY_NAMES.flatMap((name) => {
    const value = readText(env, name);
    return value === undefined ? [] : [{ name, value }];
  });
  demandOneKey(set.map(({ name }) => name));
  if (set.some(({ name }) => name === 'JWT_JWKS_URL')) demandAudience(env);
  const id = set.map(({ name, value }) => `${name}=${value}`).join('\n');
  const before = known.get(id);
  if (before !== undefined) return before;
  const trusted = set.flatMap(({ name, value }) => READERS[name](name, value));
  const keys = { id: known.size, trusted };
  known.set(id, keys);
  return keys;
});

/**
 * Also used by a deploy, which knows the names of secrets but not their values.
 *
 * @throws Problem `misconfigured` unless exactly one current key is set
 */
export function demandOneKey(names: readonly string[]): void {
  const set = CURRENT_KEYS.filter((name) => names.includes(name));
  if (set.length === 1) return;
  const fault = set.length === 0 ? 'None is set' : `${set.join(' and ')} are set`;
  throw new Problem('misconfigured', `Exactly one of ${CURRENT_KEYS.join(', ')} must be set. ${fault}.`);
}

const READERS: Readonly<Record<KeyName, (name: KeyName, value: string) => TrustedKey[]>> = {
  JWT_JWKS_URL: remoteSet,
  JWT_PUBLIC_KEY: readPublicKeys,
  JWT_SECRET: secret,
  JWT_PUBLIC_KEY_PREVIOUS: readPublicKeys,
  JWT_SECRET_PREVIOUS: secret,
};

function remoteSet(_name: KeyName, value: string): TrustedKey[] {
  const url = URL.canParse(value) ? new URL(value) : null;
  // An attacker between the service and a plain http endpoint could replace the keys; on this machine there is no
  // network between.
  if (url === null || !isSecureUrl(url)) {
    throw new Problem('misconfigured', 'The setting JWT_JWKS_URL must be an https URL.');
  }
  return [{ key: remoteKeys(url), algorithms: ASYMMETRIC }];
}

function secret(name: KeyName, value: string): TrustedKey[] {
  const key = new TextEncoder().encode(value);
  if (key.length < MIN_SECRET_BYTES) {
    throw new Problem('misconfigured', `The setting ${name} must have at least ${MIN_SECRET_BYTES} bytes.`);
  }
  return [{ key, algorithms: ['HS256'] }];
}
