/** `Prefer` (RFC 7240): malformed and unknown preferences are ignored; the first of a repeated preference counts. */

import { MAX_WAIT_S } from '../contract/constants.ts';

/** What a client prefers. */
export interface Preferences {
  respondAsync: boolean;
  /** Seconds, at most MAX_WAIT_S; null: not requested. */
  waitS: number | null;
}

/** The preferences that Freshet supports, from a `Prefer` header (several headers joined by commas). */
export function parsePrefer(header: string | undefined): Preferences {
  const seen = preferencesIn(header);
  const wait = seen.get('wait') ?? '';
  return {
    respondAsync: seen.get('respond-async') === '',
    waitS: /^[0-9]+$/.test(wait) ? Math.min(Number(wait), MAX_WAIT_S) : null,
  };
}

/** Whether the client prefers `return=minimal` (RFC 7240 section 4.2). */
export function prefersMinimal(header: string | undefined): boolean {
  return preferencesIn(header).get('return')?.toLowerCase() === 'minimal';
}

/** Name -> value; the value is empty if none is given. */
function preferencesIn(header: string | undefined): Map<string, string> {
  const seen = new Map<string, string>();
  if (header === undefined) return seen;
  // The expressions below could split a run of white space in many ways, and try them all.
  const text = header.replaceAll(/\s+/g, ' ');
  for (const [part] of text.matchAll(/(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g)) {
    const match = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s;"]*))\s*)?(?:;.*)?$/.exec(part);
    const name = match?.[1]?.toLowerCase();
    if (name !== undefined && !seen.has(name)) seen.set(name, match?.[2] ?? match?.[3] ?? '');
  }
  return seen;
}

/** `Preference-Applied` for the preferences that were honoured; undefined: none was. */
export function preferenceApplied(honoured: Partial<Preferences>): string | undefined {
  const parts: string[] = [];
  if (honoured.respondAsync) parts.push('respond-async');
  if (honoured.waitS != null) parts.push(`wait=${honoured.waitS}`);
  return parts.length > 0 ? parts.join(', ') : undefined;
}

/**
 * How long an answer is held, ms: for `wait` if it is given, so that `respond-async, wait=N` is also held up to N;
 * otherwise not at all for `respond-async`; otherwise for the default (CONTRACT 6).
 */
export function holdMs(preferences: Preferences, usualMs: number): number {
  if (preferences.waitS !== null) return preferences.waitS * 1000;
  return preferences.respondAsync ? 0 : usualMs;
}
