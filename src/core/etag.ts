/**
 * Entity tags, without quotes. Of a cache (CONTRACT 3): `<first 16 hex digits of the cache key>-v<last version that changed
 * the body>`; of any other answer: a hash of its bytes.
 */

const ETAG = /^([0-9a-f]{16})-v([1-9][0-9]{0,15})$/;

/** Length of a cache's tag, hex digits. */
export const TAG_DIGITS = 16;

/** How a cache is named where its whole key would be too long: the first 16 hex digits of it. */
export function tagOfKey(key: string): string {
  return key.slice(0, TAG_DIGITS);
}

/** The tag of a cache at the last version that changed its body. */
export function etagOf(key: string, changed: number): string {
  return `${tagOfKey(key)}-v${changed}`;
}

/** The version that a tag (without quotes or `W/`) names, if it is one of this cache; else null. */
export function versionOfEtag(tag: string, key: string): number | null {
  const match = ETAG.exec(tag);
  return match !== null && match[1] === tagOfKey(key) ? Number(match[2]) : null;
}

const encoder = new TextEncoder();
const TWO_TO_32 = 2 ** 32;

/**
 * The tag of a text, or of its bytes: its FNV-1a of 64 bits, in hex (RFC 9923). It need only differ from the answer
 * before, and a cryptographic one costs more than a short answer's whole making.
 */
export function digestTag(text: string | Uint8Array): string {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let at = 0; at < bytes.length; at += 1) {
    // Times the prime 2^40 + 0x1b3, modulo 2^64.
    const mixed = (low ^ (bytes[at] as number)) >>> 0;
    const product = mixed * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / TWO_TO_32) + (mixed << 8)) >>> 0;
    low = product >>> 0;
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}
