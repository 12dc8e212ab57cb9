/** Signatures of webhook deliveries: Standard Webhooks, the symmetric scheme `v1` (HMAC-SHA256). */

/** Optional prefix of a secret; the rest is base64. */
const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Smallest and largest size of a key, in bytes. */
const KEY_BYTES = [24, 64] as const;

const encoder = new TextEncoder();

/** The key in the value of a secret; null: it contains none. */
export function signingKey(secret: string): Uint8Array<ArrayBuffer> | null {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  if (!BASE64.test(text) || text.replace(/=+$/, '').length % 4 === 1) return null;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return bytes.length < KEY_BYTES[0] || bytes.length > KEY_BYTES[1] ? null : bytes;
}

/**
 * The signature headers of a body.
 *
 * @param id `webhook-id`
 * @param keys one signature for each
 * @param now ms since the epoch: `webhook-timestamp` is the time of the attempt
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export async function signedHeaders(
  id: string,
  body: string,
  keys: readonly Uint8Array<ArrayBuffer>[],
  now: number,
): Promise<Record<string, string>> {
  const timestamp = Math.floor(now / 1000);
  // The types allow shared memory behind the array; TextEncoder always allocates its own buffer.
  const content = encoder.encode(`${id}.${timestamp}.${body}`) as Uint8Array<ArrayBuffer>;
  const signatures = await Promise.all(keys.map((key) => signature(key, content)));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

async function signature(key: Uint8Array<ArrayBuffer>, content: Uint8Array<ArrayBuffer>): Promise<string> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', imported, content));
  return `v1,${btoa(String.fromCharCode(...bytes))}`;
}
