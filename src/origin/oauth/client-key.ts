/** The private key that signs a client's assertions (RFC 7523): from PEM to a WebCrypto key. */

import type { OAuth2 } from '../../contract/oauth.ts';
import { LoadFailure } from '../../contract/problem.ts';

type Algorithm = NonNullable<OAuth2['alg']>;

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/** @throws LoadFailure `misconfigured` if the text is not such a key; `name` is the name of its secret */
export async function clientKey(pem: string, algorithm: Algorithm, name: string): Promise<CryptoKey> {
  // Secrets are often stored with `\n` in place of line breaks.
  const text = pem.replaceAll('\\n', '\n');
  const [, kind = '', body = ''] = /-----BEGIN ([A-Z ]+)-----([\s\S]*?)-----END \1-----/.exec(text) ?? [];
  if (kind !== 'PRIVATE KEY') {
    throw unusable(
      name,
      'must hold a private key as PKCS #8 in PEM: "openssl pkcs8 -topk8 -nocrypt" makes one of others',
    );
  }
  try {
    const bytes = Uint8Array.from(atob(body.replaceAll(/\s/g, '')), (character) => character.charCodeAt(0));
    return await crypto.subtle.importKey('pkcs8', bytes, parametersOf(algorithm), false, ['sign']);
  } catch {
    throw unusable(name, `holds no key for ${algorithm}`);
  }
}

function parametersOf(algorithm: Algorithm): SubtleCryptoImportKeyAlgorithm {
  const namedCurve = CURVES[algorithm];
  if (namedCurve !== undefined) return { name: 'ECDSA', namedCurve };
  return { name: algorithm.startsWith('PS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5', hash: `SHA-${algorithm.slice(2)}` };
}

function unusable(name: string, why: string): LoadFailure {
  return new LoadFailure('misconfigured', 'The source of this resource is not configured correctly.', {
    adminDetail: `The secret ${name} ${why}.`,
  });
}
