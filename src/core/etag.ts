/**
 * Entity tags, without quotes. For a cache (CONTRACT 3): `<first 16 hex digits of the cache key>-v<last version that
 * changed the body>`; for any other answer: a hash of its bytes.
 */

import { hash } from 'node:crypto';

const ETAG = /^([0-9a-f]{16})-v([1-9][0-9]{0,15})$/;

/** Length of the tag of a cache, hex digits. */
export const TAG_DIGITS = 16;

/** The short name of a cache where the whole key would be too long: its first 16 hex digits. */
export function tagOfKey(key: string): string {
  return key.slice(0, TAG_DIGITS);
}

/** The ETag of a cache at the last version that changed its body. */
export function etagOf(key: string, changed: number): string {
  return `${tagOfKey(key)}-v${changed}`;
}

/** The version that an ETag (without quotes or `W/`) names, if it belongs to this cache; otherwise null. */
export function versionOfEtag(tag: string, key: string): number | null {
  const match = ETAG.exec(tag);
  return match !== null && match[1] === tagOfKey(key) ? Number(match[2]) : null;
}

/**
 * The tag of a text, or of its bytes: the first 64 bits of its SHA-256, in hex. It only has to differ from that of the
 * previous answer.
 */
export function digestTag(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex').slice(0, TAG_DIGITS);
}
