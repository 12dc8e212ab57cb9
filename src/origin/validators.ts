/** Validators of origins' answers (RFC 9110 section 8.8): what is kept of them, what is sent, and what a 304 proves. */

import { parseHttpDate } from '../core/http-date.ts';

/** The origin's validators of a load, for a conditional request; null: none that proves anything. */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

const MAX_LENGTH = 1024;
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e]*"$/;
/** Without the quotes that the grammar wants, as many origins write it; a comma would make it a list. */
const BARE_TAG = /^[\x21\x23-\x2b\x2d-\x7e]+$/;
/** What stands for "none" where a program has put something in all the same. */
const NO_TAG = new Set(['*', '-1', 'null', 'undefined']);
/** A second is what a `Last-Modified` tells apart: something may be written twice in one. */
const STRONG_AFTER_MS = 1000;

/**
 * The validators that an answer may be asked for by. A date counts only if it is at least a second older than the answer
 * (RFC 9110 section 8.8.2.2): what is younger may have been written once more within the same second.
 *
 * @param now ms since the epoch, to within some years
 */
export function validatorsOf(headers: Headers, now: number): Validators {
  return { etag: entityTag(headers.get('ETag')), lastModified: strongDate(headers, now) };
}

/** Those of them that may be sent; an earlier release kept what is none. */
export function sendable({ etag, lastModified }: Validators, now: number): Validators {
  return {
    etag: entityTag(etag),
    lastModified: lastModified !== null && parseHttpDate(lastModified, now) !== null ? lastModified : null,
  };
}

/**
 * The validators after a 304, which keeps what it does not name; null where it proves nothing, since it is about another version
 * than the one that was sent (RFC 9111 section 4.3.3).
 */
export function validatedBy(headers: Headers, sent: Validators, now: number): Validators | null {
  if (sent.etag === null && sent.lastModified === null) return null;
  const answered = validatorsOf(headers, now);
  const etag = headers.get('ETag');
  if (etag !== null && sent.etag !== null) {
    if (opaque(etag) !== opaque(sent.etag)) return null;
  } else if (isOtherDate(headers.get('Last-Modified'), sent.lastModified, now)) {
    return null;
  }
  return { etag: answered.etag ?? sent.etag, lastModified: answered.lastModified ?? sent.lastModified };
}

function entityTag(text: string | null): string | null {
  if (text === null || text.length > MAX_LENGTH || NO_TAG.has(text)) return null;
  return ENTITY_TAG.test(text) || BARE_TAG.test(text) ? text : null;
}

function strongDate(headers: Headers, now: number): string | null {
  const text = headers.get('Last-Modified');
  const modifiedAt = dateOf(text, now);
  const answeredAt = dateOf(headers.get('Date'), now);
  if (modifiedAt === null || answeredAt === null) return null;
  return modifiedAt <= answeredAt - STRONG_AFTER_MS ? text : null;
}

function isOtherDate(answered: string | null, sent: string | null, now: number): boolean {
  const answeredAt = dateOf(answered, now);
  const sentAt = dateOf(sent, now);
  return answeredAt !== null && sentAt !== null && answeredAt !== sentAt;
}

function dateOf(text: string | null, now: number): number | null {
  return text === null ? null : parseHttpDate(text, now);
}

/** Weak comparison (RFC 9110 section 8.8.3.2). */
function opaque(tag: string): string {
  return tag.replace(/^W\//, '');
}
