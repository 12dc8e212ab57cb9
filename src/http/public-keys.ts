/** Public keys in a setting (CONTRACT 1): one JWK (RFC 7517), a JWK Set, or an SPKI PEM; and their algorithms. */

import { createPublicKey, type JsonWebKeyInput } from 'node:crypto';
import type { JWK } from 'jose';
import { Problem } from '../contract/problem.ts';
import { isObject } from '../core/json-value.ts';

/** RFC 7518 section 3.3. Counted by the base64url digits of the modulus. */
const MIN_RSA_BITS = 2048;
const MIN_MODULUS_DIGITS = Math.ceil(MIN_RSA_BITS / 6);
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const OF_CURVE: Readonly<Record<string, readonly string[]>> = {
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  Ed25519: ['EdDSA', 'Ed25519'],
};

/** All algorithms whose tokens a public key can verify. */
export const ASYMMETRIC: readonly string[] = [...RSA, ...Object.values(OF_CURVE).flat()];

/**
 * Returns the keys in the value of a setting. Of a set, keys that do not verify signatures are left out, such as
 * encryption keys.
 *
 * @throws Problem `misconfigured`, naming the setting, for a private or weak key, or for anything that is not a key
 */
export function readPublicKeys(name: string, value: string): { key: JWK; algorithms: readonly string[] }[] {
  const jwks = readJwks(name, value);
  const keys = jwks.map((key) => ({ key, algorithms: algorithmsOf(key) }));
  const usable = keys.filter(({ algorithms }) => algorithms.length > 0);
  if (usable.length > 0 && !jwks.some((jwk) => isPrivate(jwk) || isShort(jwk))) return usable;
  throw new Problem(
    'misconfigured',
    `The setting ${name} must be a public EC, Ed25519 or RSA key, of ${MIN_RSA_BITS} bits or more, or a set of them.`,
  );
}

function algorithmsOf({ kty, crv, alg, use, key_ops: operations }: JWK): readonly string[] {
  if ((use !== undefined && use !== 'sig') || operations?.includes('verify') === false) return [];
  const fitting = kty === 'RSA' ? RSA : (OF_CURVE[crv ?? ''] ?? []);
  return alg === undefined ? fitting : fitting.filter((name) => name === alg);
}

/** RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1: `d` of asymmetric keys, `k` of a secret. */
function isPrivate({ d, k }: JWK): boolean {
  return d !== undefined || k !== undefined;
}

function isShort({ n }: JWK): boolean {
  return n !== undefined && n.length < MIN_MODULUS_DIGITS;
}

/** Finds faults of the setting once, here; otherwise jose would throw at each token. */
function readJwks(name: string, value: string): JWK[] {
  try {
    if (!value.trimStart().startsWith('{')) return [readPem(value)];
    const read: unknown = JSON.parse(value);
    const jwks = isObject(read) && Array.isArray(read.keys) ? (read.keys as JWK[]) : [read as JWK];
    for (const jwk of jwks) {
      if (algorithmsOf(jwk).length > 0) createPublicKey({ key: jwk as JsonWebKeyInput['key'], format: 'jwk' });
    }
    return jwks;
  } catch {
    // Without the cause, which would put the setting's text in the log: it may be a private key or the secret.
    throw new Problem('misconfigured', `The setting ${name} must be one JWK, a JWK Set or an SPKI PEM.`);
  }
}

function readPem(value: string): JWK {
  // Secrets that passed through a shell or a .env file often contain \n for line ends.
  const pem = value.replaceAll('\\n', '\n');
  if (!pem.includes('-----BEGIN PUBLIC KEY-----')) throw new Error('no SPKI PEM');
  return createPublicKey(pem).export({ format: 'jwk' }) as JWK;
}
