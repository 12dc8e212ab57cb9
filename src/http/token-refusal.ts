/** Refusals of tokens: why is told to the operator, in the log; the token's holder learns only whether it has expired (CONTRACT 1). */

import { errors } from 'jose';
import { Problem } from '../contract/problem.ts';
import { log } from '../log.ts';
import { isFirstInMinute } from '../stores/once-a-minute.ts';
import { type ClaimFault, type Claims, reasonOf } from './token-claims.ts';
import type { TokenRules } from './token-rules.ts';

/** The refusal of a token that is accepted no more, or for less than a wait needs (RFC 6750 section 3). */
export function expiredToken(): Problem {
  return invalidToken('The token has expired');
}

/** The refusal of a token whose signature holds, for one of its claims. */
export function claimRefused(fault: ClaimFault, claims: Claims, rules: TokenRules): Problem {
  if (fault.fault === 'expired') return expiredToken();
  const { claim } = fault;
  const reason = reasonOf(fault, claims, rules);
  if (isFirstInMinute(`token.claim_refused ${reason} ${claim}`, Date.now())) {
    log('warn', 'token.claim_refused', { reason, claim });
  }
  return invalidToken('The token is not valid');
}

/** Why no key of ours has signed a token; whatever else is wrong with it makes it `malformed`. */
const REASONS: Readonly<Record<string, string>> = {
  [errors.JOSEAlgNotAllowed.code]: 'algorithm',
  [errors.JWKSNoMatchingKey.code]: 'key',
  [errors.JWSSignatureVerificationFailed.code]: 'signature',
};

/** The refusal of what is no token that one of our keys has signed; `cause` is what jose throws, if it does. */
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
