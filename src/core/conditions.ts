/** Conditional requests (RFC 9110 section 13), as pure rules over header texts. */

/** One member of `If-Match` or `If-None-Match`, without quotes. */
export interface EntityTag {
  weak: boolean;
  tag: string;
}

/** The members of an `If-(None-)Match` header: `*`, or the well-formed tags in it (RFC 9110 section 8.8.3). */
export function parseEntityTags(header: string): '*' | EntityTag[] {
  if (header.trim() === '*') return '*';
  return Array.from(header.matchAll(/(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g), (match) => ({
    weak: match[1] !== undefined,
    tag: match[2] ?? '',
  }));
}

/** What a condition is evaluated against: the current representation, if there is one. */
export interface Validators {
  /** Strong entity tag without quotes; null: no representation. */
  etag: string | null;
  /** ms since the epoch; null: unknown. */
  lastModified: number | null;
}

export interface Conditions {
  method: string;
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
  ifModifiedSince?: string | undefined;
  ifUnmodifiedSince?: string | undefined;
}

/** `modified`: go on; `not-modified`: 304; `failed`: 412. */
export type Verdict = 'modified' | 'not-modified' | 'failed';

/** Evaluates the conditions in the order of RFC 9110 section 13.2.2 (Range is the caller's). */
export function evaluateConditions(conditions: Conditions, current: Validators): Verdict {
  const safe = conditions.method === 'GET' || conditions.method === 'HEAD';
  if (conditions.ifMatch !== undefined) {
    if (!matches(conditions.ifMatch, current.etag, 'strong')) return 'failed';
  } else if (conditions.ifUnmodifiedSince !== undefined) {
    const since = Date.parse(conditions.ifUnmodifiedSince);
    if (!Number.isNaN(since) && current.lastModified !== null && wholeSeconds(current.lastModified) > since) {
      return 'failed';
    }
  }
  if (conditions.ifNoneMatch !== undefined) {
    if (matches(conditions.ifNoneMatch, current.etag, 'weak')) return safe ? 'not-modified' : 'failed';
  } else if (safe && conditions.ifModifiedSince !== undefined) {
    if (notModifiedSince(conditions.ifModifiedSince, current.lastModified)) return 'not-modified';
  }
  return 'modified';
}

/** Whether a header's tags include the current one, by strong or weak comparison (RFC 9110 section 8.8.3.2). */
export function matches(header: string, etag: string | null, comparison: 'strong' | 'weak'): boolean {
  if (etag === null) return false;
  const tags = parseEntityTags(header);
  if (tags === '*') return true;
  return tags.some(({ weak, tag }) => tag === etag && (comparison === 'weak' || !weak));
}

/** Whether `If-Modified-Since` holds back a representation changed at `lastModified` (ms), to the second. */
export function notModifiedSince(header: string, lastModified: number | null): boolean {
  const since = Date.parse(header);
  return !Number.isNaN(since) && lastModified !== null && wholeSeconds(lastModified) <= since;
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
