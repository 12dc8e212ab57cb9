/**
 * Keys that tokens are verified with (CONTRACT 1): exactly one of JWT_JWKS_URL, JWT_PUBLIC_KEY and JWT_SECRET. Algorithms
 * come from the kind of key, never from the token (RFC 8725 sections 3.1, 3.2).
 */

import { createPublicKey, type JsonWebKeyInput } from 'node:crypto';
import type { JWK } from 'jose';
import { Problem } from '../contract/problem.ts';
import { oncePerEnv, readText } from '../settings.ts';
import { type RemoteKeys, remoteKeys } from './remote-keys.ts';

/** What tokens are verified with, and how. */
export interface TokenKeys {
  /** Tells these keys from those of other settings. */
  id: number;
  /** One key, or a remote set of them. */
  key: Uint8Array | JWK | RemoteKeys;
  algorithms: string[];
}
type ReadKeys = Omit<TokenKeys, 'id'>;

const SETTINGS = ['JWT_JWKS_URL', 'JWT_PUBLIC_KEY', 'JWT_SECRET'] as const;
const MIN_SECRET_BYTES = 32;
/** RFC 7518 section 3.3; as digits of the modulus in base64url. */
const MIN_RSA_BITS = 2048;
const MIN_MODULUS_DIGITS = Math.ceil(MIN_RSA_BITS / 6);
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const OF_CURVE: Readonly<Record<string, string[]>> = {
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  Ed25519: ['EdDSA', 'Ed25519'],
};
const ASYMMETRIC = [...RSA, ...Object.values(OF_CURVE).flat()];

/** Once for each text of the settings: two env with the same ones, as tests have them, have the same keys. */
const known = new Map<string, TokenKeys>();

/**
 * The keys that the settings name.
 *
 * @throws Problem `misconfigured`, naming the setting: nobody is let in
 */
export const tokenKeys = oncePerEnv((env: object): TokenKeys => {
  const set = SETTINGS.flatMap((name) => {
    const value = readText(env, name);
    return value === undefined ? [] : [{ name, value }];
  });
  const [only] = set;
  if (only === undefined || set.length > 1) {
    const fault = only === undefined ? 'None is set' : `${set.map(({ name }) => name).join(' and ')} are set`;
    throw new Problem('misconfigured', `Exactly one of ${SETTINGS.join(', ')} must be set. ${fault}.`);
  }
  const id = `${only.name}=${only.value}`;
  const before = known.get(id);
  if (before !== undefined) return before;
  const keys = { id: known.size, ...READERS[only.name](only.value) };
  known.set(id, keys);
  return keys;
});

const READERS: Readonly<Record<(typeof SETTINGS)[number], (value: string) => ReadKeys>> = {
  JWT_JWKS_URL: remoteSet,
  JWT_PUBLIC_KEY: publicKey,
  JWT_SECRET: secret,
};

function remoteSet(value: string): ReadKeys {
  const url = URL.canParse(value) ? new URL(value) : null;
  // Anybody between us and a plain http endpoint could replace the keys; on this machine there is nobody between.
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))) {
    throw new Problem('misconfigured', 'The setting JWT_JWKS_URL must be an https URL.');
  }
  return { key: remoteKeys(url), algorithms: ASYMMETRIC };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function publicKey(value: string): ReadKeys {
  const jwk = readPublicKey(value);
  const algorithms = jwk.kty === 'RSA' ? RSA : (OF_CURVE[jwk.crv ?? ''] ?? []);
  const allowed = jwk.alg === undefined ? algorithms : algorithms.filter((name) => name === jwk.alg);
  if (allowed.length === 0 || jwk.d !== undefined || isShort(jwk)) {
    throw new Problem(
      'misconfigured',
      `The setting JWT_PUBLIC_KEY must be a public EC, Ed25519 or RSA key, of ${MIN_RSA_BITS} bits or more.`,
    );
  }
  return { key: jwk, algorithms: allowed };
}

function isShort({ n }: JWK): boolean {
  return n !== undefined && n.length < MIN_MODULUS_DIGITS;
}

/** The key as a JWK. What jose would trip over at each token is found here, once, as a fault of the setting. */
function readPublicKey(value: string): JWK {
  try {
    if (value.trimStart().startsWith('{')) {
      const jwk = JSON.parse(value) as JWK;
      createPublicKey({ key: jwk as JsonWebKeyInput['key'], format: 'jwk' });
      return jwk;
    }
    // Secrets that went through a shell or a .env file often carry their line ends as \n.
    const pem = value.replaceAll('\\n', '\n');
    if (!pem.includes('-----BEGIN PUBLIC KEY-----')) throw new Error('no SPKI PEM');
    return createPublicKey(pem).export({ format: 'jwk' }) as JWK;
  } catch {
    // Without its cause, which would quote the setting in the log: somebody may have put a private key or the secret there.
    throw new Problem('misconfigured', 'The setting JWT_PUBLIC_KEY must be one JWK or an SPKI PEM.');
  }
}

function secret(value: string): ReadKeys {
  const key = new TextEncoder().encode(value);
  if (key.length < MIN_SECRET_BYTES) {
    throw new Problem('misconfigured', `The setting JWT_SECRET must have at least ${MIN_SECRET_BYTES} bytes.`);
  }
  return { key, algorithms: ['HS256'] };
}
