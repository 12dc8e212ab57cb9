/**
 * Entity tags, without quotes. Of a cache (CONTRACT 3): `<first 16 hex digits of the cache key>-v<last version that changed
 * the body>`; of any other answer: a hash of its bytes.
 */

import { hash } from 'node:crypto';

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

/** The tag of a text, or of its bytes: the first 64 bits of its SHA-256, in hex. It need only differ from the answer before. */
export function digestTag(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex').slice(0, TAG_DIGITS);
}
