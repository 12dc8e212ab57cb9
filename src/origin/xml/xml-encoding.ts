/** The encoding that an XML document declares at its beginning (XML 1.0, appendix F). */

import { LoadFailure } from '../../contract/problem.ts';
import { encodingOf } from '../charset.ts';

/** Longest XML declaration. */
const MAX_LENGTH = 256;
const ENCODING = /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([^"']*)["']/;

/**
 * Name of the encoding; null: more of the document is needed.
 *
 * @param isWhole there is no more
 * @throws LoadFailure `origin-malformed` for an unknown encoding
 */
export function declaredEncoding(beginning: Uint8Array, isWhole: boolean): string | null {
  const [first, second] = beginning;
  if (first === 0 && second === 0x3c) return 'utf-16be';
  if (first === 0x3c && second === 0) return 'utf-16le';
  const text = String.fromCharCode(...beginning.subarray(0, MAX_LENGTH));
  if (!text.includes('>') && text.length < MAX_LENGTH && !isWhole) return null;
  const label = ENCODING.exec(text)?.[1];
  // The declaration could be read as ASCII, so it is not UTF-16: some serializers declare the encoding of their own
  // strings.
  if (label === undefined || /^(?:utf-16|ucs-2)/i.test(label)) return 'utf-8';
  const encoding = encodingOf(label);
  if (encoding !== null) return encoding;
  const detail =
    "The encoding that the origin's XML declares is not known: name the right one in charset, which goes before it.";
  throw new LoadFailure('origin-malformed', detail);
}
