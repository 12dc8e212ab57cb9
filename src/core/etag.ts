/**
 * Entity tags, without quotes. Of a cache (CONTRACT 3): `<first 16 hex digits of the cache key>-v<last version that changed
 * the body>`; of any other answer: a digest of its text.
 */

import { hash } from 'node:crypto';

const ETAG = /^([0-9a-f]{16})-v([1-9][0-9]{0,15})$/;

/** The tag of a cache at the last version that changed its body. */
export function etagOf(key: string, changed: number): string {
  return `${key.slice(0, 16)}-v${changed}`;
}

/** The version that a tag (without quotes or `W/`) names, if it is one of this cache; else null. */
export function versionOfEtag(tag: string, key: string): number | null {
  const match = ETAG.exec(tag);
  return match !== null && match[1] === key.slice(0, 16) ? Number(match[2]) : null;
}

/** The tag of a text, or of its bytes: 128 bits of its SHA-256, in hex. */
export function digestTag(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}
