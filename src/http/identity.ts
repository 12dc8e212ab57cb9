/** Who asks and what they may (CONTRACT 1): bearer tokens verified with jose (RFC 6750, RFC 7519, RFC 8725). */

import { errors, type JWTPayload, jwtVerify } from 'jose';
import * as v from 'valibot';
import { HEADER, MAX_DEVICE_LENGTH, MAX_USER_LENGTH } from '../contract/constants.ts';
import { type Identity, SCOPES, type Scope } from '../contract/identity.ts';
import { Problem } from '../contract/problem.ts';
import { readText } from '../settings.ts';
import { factory } from './factory.ts';
import { limitRequests } from './limit-requests.ts';
import { tokenKeys } from './token-keys.ts';

const CLOCK_TOLERANCE_S = 30;
/** A token with no `scope` claim has these. */
const USUAL_SCOPES: readonly Scope[] = ['cache:read', 'cache:refresh'];

/** 1-128 visible ASCII characters (RFC 5234 VCHAR). */
const DeviceId = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/), v.maxLength(MAX_DEVICE_LENGTH));
const Claims = v.object({
  sub: v.pipe(v.string(), v.regex(new RegExp(`^\\P{Cc}{1,${MAX_USER_LENGTH}}$`, 'u')), v.check(isWellFormed)),
  exp: v.pipe(v.number(), v.maxValue(Number.MAX_SAFE_INTEGER)),
  scope: v.optional(v.string()),
  device_id: v.optional(DeviceId),
});

/**
 * Middleware of every path but the open ones: verifies the token and demands one of the scopes. Sets `identity` and
 * `device`.
 *
 * @throws Problem `unauthenticated`, `insufficient-scope`, `device-mismatch`, `invalid-header`, `rate-limited`, `misconfigured`, `overloaded`
 */
export function protect(...anyOf: [Scope, ...Scope[]]) {
  return factory.createMiddleware(async function protect(c, next) {
    const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
    const identity = await identify(c.req.header('Authorization'), c.env, waitUntil);
    demandScope(identity, ...anyOf);
    c.set('identity', identity);
    c.set('device', deviceOf(identity, c.req.header(HEADER.deviceId)));
    return limitRequests(c, next);
  });
}

/** @throws Problem `insufficient-scope` unless the token has one of the scopes, naming the first; no scope contains another */
export function demandScope(identity: Identity, ...anyOf: [Scope, ...Scope[]]): void {
  if (anyOf.some((scope) => identity.scopes.has(scope))) return;
  throw insufficientScope(anyOf[0], `This needs a token with the scope ${anyOf.join(' or ')}.`);
}

/** The refusal of a token that lacks a scope (RFC 6750 section 3.1). */
export function insufficientScope(scope: Scope, detail: string): Problem {
  return new Problem('insufficient-scope', detail, {
    headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  });
}

/** Who the `Authorization` header speaks for: `Bearer <JWT>`, or the bare `<JWT>` that FMP clients send. */
async function identify(
  authorization: string | undefined,
  env: object,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<Identity> {
  const keys = tokenKeys(env);
  const token = tokenIn(authorization?.trim() ?? '');
  if (token === null) {
    throw new Problem('unauthenticated', 'Send a token: "Authorization: Bearer <JWT>".', {
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  }
  const issuer = readText(env, 'JWT_ISSUER');
  const audience = readText(env, 'JWT_AUDIENCE');
  const options = {
    algorithms: keys.algorithms,
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ['exp', 'sub'],
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };
  try {
    const { payload } =
      typeof keys.key === 'function'
        ? await jwtVerify(token, keys.key(waitUntil), options)
        : await jwtVerify(token, keys.key, options);
    return identityOf(payload);
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw invalidToken(cause instanceof errors.JWTExpired ? 'The token has expired' : 'The token is not valid', cause);
  }
}

/**
 * What stands in the place of the token, be it one or not; null: there is none, or the credentials are of another scheme.
 * Two headers arrive as one text with a comma in it, which is no token.
 */
function tokenIn(credentials: string): string | null {
  const token = credentials.replace(/^Bearer(?: +|$)/i, '');
  const isBare = token === credentials;
  return token === '' || (isBare && /\s/.test(token)) ? null : token;
}

function identityOf(payload: JWTPayload): Identity {
  const claims = v.parse(Claims, payload);
  const named = claims.scope?.split(' ') ?? USUAL_SCOPES;
  return {
    user: claims.sub,
    scopes: new Set(SCOPES.filter((scope) => named.includes(scope))),
    device: claims.device_id ?? null,
    expiresAt: claims.exp * 1000,
  };
}

function invalidToken(description: string, cause: unknown): Problem {
  return new Problem('unauthenticated', `${description}. Get a new one.`, {
    headers: { 'WWW-Authenticate': `Bearer error="invalid_token", error_description="${description}"` },
    cause,
  });
}

function deviceOf(identity: Identity, header: string | undefined): string | null {
  if (header === undefined) return identity.device;
  if (!v.is(DeviceId, header)) {
    throw new Problem(
      'invalid-header',
      `${HEADER.deviceId} must be 1 to ${MAX_DEVICE_LENGTH} visible ASCII characters.`,
      {
        errors: [{ pointer: HEADER.deviceId, detail: 'must be visible ASCII characters' }],
      },
    );
  }
  if (identity.device !== null && identity.device !== header) {
    throw new Problem('device-mismatch', `This token belongs to another device than ${HEADER.deviceId} names.`);
  }
  return header;
}

function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}
