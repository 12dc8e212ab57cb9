/** Validators of origins' answers (RFC 9110 section 8.8): which are kept, which are sent, and what a 304 proves. */

import { parseHttpDate } from '../core/http-date.ts';

/** The origin's validators of a load, for a conditional request; null: there is none that proves anything. */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

const MAX_LENGTH = 1024;
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e]*"$/;
/** A tag without the quotes that the grammar requires, as many origins write it. With a comma it would be a list. */
const BARE_TAG = /^[\x21\x23-\x2b\x2d-\x7e]+$/;
/** Values that some programs send instead of leaving the tag out. */
const NO_TAG = new Set(['*', '-1', 'null', 'undefined']);
/** `Last-Modified` has a resolution of one second: two versions may be written in the same second. */
const STRONG_AFTER_MS = 1000;

/**
 * The validators of an answer that a later request may send. A date counts only if it is at least one second older than
 * the answer (RFC 9110 section 8.8.2.2): after a younger one, the data may change again in the same second.
 *
 * @param now ms since the epoch; an error of some years does not matter
 */
export function validatorsOf(headers: Headers, now: number): Validators {
  return { etag: entityTag(headers.get('ETag')), lastModified: strongDate(headers, now) };
}

/** The validators that may be sent: an earlier release also stored invalid ones. */
export function sendable({ etag, lastModified }: Validators, now: number): Validators {
  return {
    etag: entityTag(etag),
    lastModified: lastModified !== null && parseHttpDate(lastModified, now) !== null ? lastModified : null,
  };
}

/**
 * The validators after a 304; those that it does not name stay. Null if the 304 proves nothing, because it is about
 * another version than the one in the request (RFC 9111 section 4.3.3).
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
