/** `Prefer` (RFC 7240): what is malformed or unknown is ignored; of a repeated preference the first counts. */

import { MAX_WAIT_S } from '../contract/constants.ts';

/** What a client prefers. */
export interface Preferences {
  respondAsync: boolean;
  /** Seconds, at most MAX_WAIT_S; null: not asked for. */
  waitS: number | null;
}

/** The preferences that Freshet knows, of a `Prefer` header (several joined by commas). */
export function parsePrefer(header: string | undefined): Preferences {
  const seen = preferencesIn(header);
  const wait = seen.get('wait') ?? '';
  return {
    respondAsync: seen.get('respond-async') === '',
    waitS: /^[0-9]+$/.test(wait) ? Math.min(Number(wait), MAX_WAIT_S) : null,
  };
}

/** Whether `return=minimal` is preferred (RFC 7240 section 4.2). */
export function prefersMinimal(header: string | undefined): boolean {
  return preferencesIn(header).get('return')?.toLowerCase() === 'minimal';
}

/** Name -> value; an empty one where none is given. */
function preferencesIn(header: string | undefined): Map<string, string> {
  const seen = new Map<string, string>();
  if (header === undefined) return seen;
  // Runs of white space would let the expressions below try each way to share one out.
  const text = header.replaceAll(/\s+/g, ' ');
  for (const [part] of text.matchAll(/(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g)) {
    const match = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s;"]*))\s*)?(?:;.*)?$/.exec(part);
    const name = match?.[1]?.toLowerCase();
    if (name !== undefined && !seen.has(name)) seen.set(name, match?.[2] ?? match?.[3] ?? '');
  }
  return seen;
}

/** `Preference-Applied` for what was honoured; undefined when nothing was. */
export function preferenceApplied(honoured: Partial<Preferences>): string | undefined {
  const parts: string[] = [];
  if (honoured.respondAsync) parts.push('respond-async');
  if (honoured.waitS != null) parts.push(`wait=${honoured.waitS}`);
  return parts.length > 0 ? parts.join(', ') : undefined;
}

/**
 * How long an answer is held, ms: `wait` where it is preferred, so that `respond-async, wait=N` holds up to N as well; else
 * not at all for `respond-async`, else as usual (CONTRACT 6).
 */
export function holdMs(preferences: Preferences, usualMs: number): number {
  if (preferences.waitS !== null) return preferences.waitS * 1000;
  return preferences.respondAsync ? 0 : usualMs;
}
