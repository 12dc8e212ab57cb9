/** `X-Reason`: why an administrator makes a change, in any language, for the log of actions (CONTRACT 4). */

import type { Context } from 'hono';
import { MAX_REASON } from '../contract/action.ts';
import { HEADER } from '../contract/constants.ts';
import { Problem } from '../contract/problem.ts';
import type { AppEnv } from './factory.ts';

/**
 * Returns the reason in a request; null if there is none. It is percent-encoded UTF-8, as `encodeURIComponent` writes
 * it, because a header is ASCII; plain English without `%` needs no encoding.
 *
 * @throws Problem `invalid-header`
 */
export function reasonOf(c: Context<AppEnv>): string | null {
  const header = c.req.header(HEADER.reason)?.trim() ?? '';
  if (header === '') return null;
  const reason = decoded(header);
  if ([...reason].length > MAX_REASON) throw invalidReason(`must have at most ${MAX_REASON} characters`);
  if (/\p{Cc}|\p{Cs}/u.test(reason)) throw invalidReason('must not have control characters');
  return reason;
}

function decoded(header: string): string {
  if (!/^[ -~]*$/.test(header))
    throw invalidReason('must be ASCII: percent-encode other characters, as encodeURIComponent does');
  try {
    return decodeURIComponent(header);
  } catch {
    throw invalidReason('must be percent-encoded UTF-8: write % as %25');
  }
}

function invalidReason(detail: string): Problem {
  return new Problem('invalid-header', `${HEADER.reason} ${detail}.`, { errors: [{ pointer: HEADER.reason, detail }] });
}
