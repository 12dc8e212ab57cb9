/**
 * Tokens as the gate stores them: sealed with a key derived from the credential that they were issued for, which the
 * gate does not have.
 */

import { Buffer } from 'node:buffer';
import type { SealedToken } from '../../ports/source-gate.ts';

const IV_BYTES = 12;
const INFO = new TextEncoder().encode('freshet: token of a source');

/**
 * Seals a token so that only that credential opens it, and only as this token: `id` and `fingerprint` are
 * authenticated.
 */
export async function seal(
  token: string,
  credential: string,
  bound: Pick<SealedToken, 'id' | 'fingerprint'>,
): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const key = await keyOf(credential);
  const text = new TextEncoder().encode(token);
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm(iv, bound), key, text));
  const all = new Uint8Array(IV_BYTES + sealed.length);
  all.set(iv);
  all.set(sealed, IV_BYTES);
  return Buffer.from(all).toString('base64');
}

/** Null: the token was sealed with another credential, or by another release. */
export async function unseal(token: SealedToken, credential: string): Promise<string | null> {
  try {
    const all = new Uint8Array(Buffer.from(token.sealed, 'base64'));
    const key = await keyOf(credential);
    const iv = all.subarray(0, IV_BYTES);
    return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm(iv, token), key, all.subarray(IV_BYTES)));
  } catch {
    return null;
  }
}

function algorithm(
  iv: Uint8Array<ArrayBuffer>,
  { id, fingerprint }: Pick<SealedToken, 'id' | 'fingerprint'>,
): SubtleCryptoEncryptAlgorithm {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(`${id} ${fingerprint}`) };
}

/** HKDF (RFC 5869) without a salt: credentials are already random. */
async function keyOf(credential: string): Promise<CryptoKey> {
  const secret = await crypto.subtle.importKey('raw', new TextEncoder().encode(credential), 'HKDF', false, [
    'deriveKey',
  ]);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: INFO };
  return crypto.subtle.deriveKey(hkdf, secret, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}
