/**
 * Refusals of tokens. The log tells the operator why; the holder of the token learns only what its times say: that it has
 * expired, or that they are not in seconds (CONTRACT 1).
 */

import { errors } from 'jose';
import { Problem } from '../contract/problem.ts';
import { log } from '../log.ts';
import { isFirstInMinute } from '../stores/once-a-minute.ts';
import { type ClaimFault, type Claims, reasonOf } from './token-claims.ts';
import type { TokenRules } from './token-rules.ts';

/** Refusal of a token that has expired, or that expires before a wait could end (RFC 6750 section 3). */
export function expiredToken(): Problem {
  return invalidToken('The token has expired');
}

/** Refusal of a token with a valid signature, because of one of its claims. */
export function claimRefused(fault: ClaimFault, claims: Claims, rules: TokenRules): Problem {
  if (fault.fault === 'expired') return expiredToken();
  const { claim } = fault;
  const reason = reasonOf(fault, claims, rules);
  if (isFirstInMinute(`token.claim_refused ${reason} ${claim}`, Date.now())) {
    log('warn', 'token.claim_refused', { reason, claim });
  }
  if (fault.fault !== 'far') return invalidToken('The token is not valid');
  return invalidToken(
    `The claim ${claim.slice(1)} lies after the year 9999: it must be in seconds, not milliseconds (RFC 7519 section 2)`,
  );
}

/** Why none of our keys has signed a token. Any other error means that the token is `malformed`. */
const REASONS: Readonly<Record<string, string>> = {
  [errors.JOSEAlgNotAllowed.code]: 'algorithm',
  [errors.JWKSNoMatchingKey.code]: 'key',
  [errors.JWSSignatureVerificationFailed.code]: 'signature',
};

/** Refusal of a text that is not a token signed by one of our keys; `cause` is jose's error, if there is one. */
export function signatureRefused(cause?: unknown): Problem {
  const reason = (cause instanceof errors.JOSEError && REASONS[cause.code]) || 'malformed';
  if (isFirstInMinute(`token.signature_refused ${reason}`, Date.now())) {
    log('warn', 'token.signature_refused', { reason });
  }
  return invalidToken('The token is not valid', cause);
}

function invalidToken(description: string, cause?: unknown): Problem {
  return new Problem('unauthenticated', `${description}. Get a new one.`, {
    headers: { 'WWW-Authenticate': `Bearer error="invalid_token", error_description="${description}"` },
    cause,
  });
}
