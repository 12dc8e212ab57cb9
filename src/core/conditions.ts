/** Conditional requests (RFC 9110 section 13), as pure rules over header texts. */

import { Problem } from '../contract/problem.ts';
import { parseHttpDate } from './http-date.ts';

/** One member of `If-Match` or `If-None-Match`, without quotes. */
export interface EntityTag {
  weak: boolean;
  tag: string;
}

/** A tag in quotes (RFC 9110 section 8.8.3), or the characters in the place of one. */
const TAG = /(W\/)?(?:"([\x21\x23-\x7e\x80-\xff]*)"|([^\s,"]+))/g;
/** A header that is one strong tag in quotes, or only letters, digits and hyphens. */
const ONE_TAG = /^(?:"([\x21\x23-\x7e]*)"|([\w-]+))$/;
/**
 * Suffixes that compressing servers add to a tag: `-gzip` (Apache), `--gzip` (Jetty), `;gzip`, `:br`. No tag of this
 * service ends so.
 */
const CODING = /(?:--?|;|:)(?:gzip|br|deflate|zstd)$/;

/**
 * The members of an `If-(None-)Match` header: `*`, or its tags. Parsing is lenient: some HTTP stacks leave out the
 * quotes, and servers on the way add a suffix for the coding. Neither changes the version that a tag names.
 */
export function parseEntityTags(header: string): '*' | EntityTag[] {
  // Fast path: nearly every header is one tag.
  const [, quotedOnly, bareOnly] = ONE_TAG.exec(header) ?? [];
  const only = quotedOnly ?? bareOnly;
  if (only !== undefined) return [{ weak: false, tag: only.replace(CODING, '') }];
  if (header.trim() === '*') return '*';
  return Array.from(header.matchAll(TAG), ([, weak, quoted, bare = '']) => ({
    weak: weak !== undefined,
    tag: (quoted ?? bare).replace(CODING, ''),
  }));
}

/** The current representation, if there is one, with which conditions are compared. */
export interface Validators {
  /** Strong entity tag without quotes; null: no representation. */
  etag: string | null;
  /** ms since the epoch; null: unknown. */
  lastModified: number | null;
}

/** The conditions of a request, as header texts. */
export interface Conditions {
  method: string;
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
  ifModifiedSince?: string | undefined;
  ifUnmodifiedSince?: string | undefined;
}

/** `modified`: continue; `not-modified`: 304; `failed`: 412. */
export type Verdict = 'modified' | 'not-modified' | 'failed';

/** Evaluates the conditions in the order of RFC 9110 section 13.2.2; the caller evaluates Range. */
export function evaluateConditions(conditions: Conditions, current: Validators): Verdict {
  const safe = conditions.method === 'GET' || conditions.method === 'HEAD';
  if (conditions.ifMatch !== undefined) {
    if (!matches(conditions.ifMatch, current.etag, 'strong')) return 'failed';
  } else if (conditions.ifUnmodifiedSince !== undefined) {
    if (order(current.lastModified, conditions.ifUnmodifiedSince) === 'later') return 'failed';
  }
  if (conditions.ifNoneMatch !== undefined) {
    if (matches(conditions.ifNoneMatch, current.etag, 'weak')) return safe ? 'not-modified' : 'failed';
  } else if (safe && conditions.ifModifiedSince !== undefined) {
    if (order(current.lastModified, conditions.ifModifiedSince) === 'not later') return 'not-modified';
  }
  return 'modified';
}

/**
 * For requests that change a representation: throws unless the conditions hold.
 *
 * @param etag of the current representation, without quotes; null: there is none
 * @throws Problem `precondition-failed`
 */
export function demandConditions(conditions: Conditions, etag: string | null): void {
  if (evaluateConditions(conditions, { etag, lastModified: null }) !== 'modified') throw preconditionFailed(etag);
}

/** The refusal of a request whose conditions do not hold. */
export function preconditionFailed(etag: string | null): Problem {
  const detail = etag === null ? 'There is nothing here yet.' : `The current ETag is "${etag}".`;
  return new Problem('precondition-failed', detail);
}

/** Whether a header's tags include the current one, by strong or weak comparison (RFC 9110 section 8.8.3.2). */
export function matches(header: string, etag: string | null, comparison: 'strong' | 'weak'): boolean {
  if (etag === null) return false;
  // An item of /sync/ usually has the tag as it is here: without quotes.
  if (header === etag) return true;
  const tags = parseEntityTags(header);
  if (tags === '*') return true;
  return tags.some(({ weak, tag }) => tag === etag && (comparison === 'weak' || !weak));
}

/** Compares the time of a change (ms) with the date in a header, to the second; null: one of them is unknown. */
function order(lastModified: number | null, header: string): 'later' | 'not later' | null {
  const since = lastModified === null ? null : parseHttpDate(header, lastModified);
  if (lastModified === null || since === null) return null;
  return Math.floor(lastModified / 1000) * 1000 > since ? 'later' : 'not later';
}
