/** Where and why a text is no JSON (RFC 8259), in words. */

import { JsonEvents } from './json-events.ts';

/** `8`, the position in bytes at which the text stops being JSON; with a usual mistake `7: no comma may stand before } or ]`. */
export function faultOfJson(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const at = positionOfFault(bytes);
  const hint = hintAt(decoder.decode(bytes.subarray(0, at)), decoder.decode(bytes.subarray(at)));
  return hint === null ? String(at) : `${at}: ${hint}`;
}

const decoder = new TextDecoder();

/** Engines report the position in different words, and not always. */
function positionOfFault(bytes: Uint8Array): number {
  const events = new JsonEvents(
    { begin() {}, end() {}, name() {}, string() {}, literal() {} },
    Number.POSITIVE_INFINITY,
  );
  for (let at = 0; at < bytes.length; at++) {
    try {
      events.write(bytes.subarray(at, at + 1));
    } catch {
      return at;
    }
  }
  return bytes.length;
}

/** What is usually meant there, by the text before and after the fault. Null: unknown. */
function hintAt(before: string, after: string): string | null {
  if (after === '') return 'it ends there, unfinished';
  if (/^[}\]]/.test(after) && /,\s*$/.test(before)) return 'no comma may stand before } or ]';
  if (/^(?:True|False|None|NULL|TRUE|FALSE)\b/.test(after)) return 'true, false and null are written in lower case';
  if (/^(?:\/[/*]|#)/.test(after)) return 'JSON has no comments';
  const isValueOrName = /(?:^|[{[:,])\s*[a-z]*$/.test(before);
  return isValueOrName && /^['‘’“”\p{L}_]/u.test(after) ? 'names and texts stand between double quotes' : null;
}
