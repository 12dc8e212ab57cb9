/** Identity and scopes of the caller (CONTRACT 1): bearer tokens (RFC 6750). */

import type { Context } from 'hono';
import * as v from 'valibot';
import { API_BASE, HEADER, MAX_DEVICE_LENGTH } from '../contract/constants.ts';
import type { Identity, Scope } from '../contract/identity.ts';
import { Problem, type RefusedResource } from '../contract/problem.ts';
import { ResourceTitle } from '../contract/values.ts';
import { edgeCache } from '../stores/edge-cache.ts';
import { type AppEnv, factory } from './factory.ts';
import type { KeyContext } from './remote-keys.ts';
import { acceptedUntil, DeviceId } from './token-claims.ts';
import { tokenKeys } from './token-keys.ts';
import { expiredToken } from './token-refusal.ts';
import { tokenRules } from './token-rules.ts';
import { verifyToken } from './token-verifier.ts';

/**
 * Middleware of every path except the open ones. Verifies the token and requires one of the scopes; without scopes, any
 * valid token is enough. Sets `identity` and `device`.
 *
 * @throws Problem `unauthenticated`, `insufficient-scope`, `device-mismatch`, `invalid-header`, `rate-limited`,
 * `misconfigured`, `overloaded`
 */
export function protect(...anyOf: Scope[]) {
  return protectBy(() => anyOf);
}

/** Same, for administration (CONTRACT 4): reads need `cache:inspect`, all else needs `cache:admin`. */
export function protectAdministration() {
  return protectBy((method) => [method === 'GET' || method === 'HEAD' ? 'cache:inspect' : 'cache:admin']);
}

/**
 * Same, for the data of a resource. If a device lacks the scope, that is noted for the resource. `titleOf` returns the
 * title in the request, which can have any form then, and must not throw.
 */
export function protectData(scope: Scope, titleOf: TitleOf) {
  return protectBy(() => [scope], titleOf);
}

type TitleOf = (c: Context<AppEnv>) => string | undefined | Promise<string | undefined>;

function protectBy(anyOf: (method: string) => readonly Scope[], titleOf: TitleOf = () => undefined) {
  return factory.createMiddleware(async function protect(c, next) {
    const context = {
      edge: edgeCache(c.req.url),
      waitUntil: (work: Promise<unknown>) => c.executionCtx.waitUntil(work),
    };
    const identity = await identify(c.req.header('Authorization'), c.env, context);
    c.set('identity', identity);
    const scopes = anyOf(c.req.method);
    if (!hasScope(identity, scopes)) {
      const title = await titleOf(c);
      if (!v.is(ResourceTitle, title)) throw lacksScope(scopes);
      c.set('device', namedDevice(identity, c.req.header(HEADER.deviceId)));
      throw lacksScope(scopes, { resource: title, reason: 'scope' });
    }
    c.set('device', deviceOf(identity, c.req.header(HEADER.deviceId)));
    // The flows limit loads as well: only they know whether a request loads.
    await c.get('services').limits.countRequest(identity.user);
    return next();
  });
}

/**
 * Requires one of the scopes; without any, requires nothing.
 *
 * @throws Problem `insufficient-scope`, naming the first scope
 */
export function demandScope(identity: Identity, ...anyOf: Scope[]): void {
  if (!hasScope(identity, anyOf)) throw lacksScope(anyOf);
}

function hasScope({ scopes }: Identity, anyOf: readonly Scope[]): boolean {
  return anyOf.length === 0 || anyOf.some((scope) => scopes.has(scope));
}

/** Tells the holder of a token how to find out why it lacks a scope. */
const WHOAMI = `GET ${API_BASE}/whoami/ shows what the service reads in yours.`;

function lacksScope(anyOf: readonly Scope[], refused?: RefusedResource): Problem {
  const [first = 'cache:read'] = anyOf;
  return insufficientScope(first, `This needs a token with the scope ${anyOf.join(' or ')}. ${WHOAMI}`, refused);
}

/** The service does not hold a request for less than this: a device retries at once after an answer, as told. */
const MIN_HOLD_MS = 1000;

/**
 * Returns until when the service may hold a request that asks for `waitMs`, ms since the epoch. Holds and streams end
 * when the token does.
 *
 * @throws Problem `unauthenticated` if the token's expiry would end the hold within a second
 */
export function holdUntil({ expiresAt }: Identity, waitMs: number): number {
  const now = Date.now();
  const leftMs = acceptedUntil(expiresAt) - now;
  if (leftMs < Math.min(waitMs, MIN_HOLD_MS)) throw expiredToken();
  return now + Math.min(waitMs, Math.max(0, leftMs));
}

/** Refusal of a token that lacks a scope (RFC 6750 section 3.1). */
export function insufficientScope(scope: Scope, detail: string, refused?: RefusedResource): Problem {
  return new Problem('insufficient-scope', detail, {
    refused,
    headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  });
}

/** Returns the identity in the `Authorization` header: `Bearer <JWT>`, or the bare `<JWT>` that FMP clients send. */
function identify(authorization: string | undefined, env: object, context: KeyContext): Promise<Identity> {
  // Without a key the service lets no request in, and does not suggest that a token would help.
  const keys = tokenKeys(env);
  const rules = tokenRules(env);
  const token = tokenIn(authorization?.trim() ?? '');
  if (token !== null) return verifyToken(token, keys, rules, context);
  throw new Problem('unauthenticated', 'Send a token: "Authorization: Bearer <JWT>".', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}

/**
 * Returns the text where a token is expected, valid or not; null if there is none, or if the credentials use another
 * scheme. Two headers arrive as one text with a comma, which is not a token.
 */
function tokenIn(credentials: string): string | null {
  const token = credentials.replace(/^Bearer(?: +|$)/i, '');
  const isBare = token === credentials;
  return token === '' || (isBare && /\s/.test(token)) ? null : token;
}

/** Device of a request that is refused anyway; null if there is none that could be noted. */
function namedDevice({ device }: Identity, header = device ?? undefined): string | null {
  return v.is(DeviceId, header) && (device === null || device === header) ? header : null;
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
    throw new Problem('device-mismatch', `${HEADER.deviceId} names another device than this token.`);
  }
  return header;
}

/** `user=*`: all users. */
const ALL_USERS = '*';

/**
 * Returns the user whose devices the request may list, by its parameter `user=`; null for all users.
 *
 * @throws Problem `insufficient-scope`: the caller's own devices need `cache:read` or `cache:inspect`, those of others
 * `cache:inspect`
 */
export function allowedUser(c: Context<AppEnv>, user: string | undefined): string | null {
  const identity = c.get('identity');
  const own = user === undefined || (user === identity.user && user !== ALL_USERS);
  if (own) return identity.user;
  demandScope(identity, 'cache:inspect');
  return user === ALL_USERS ? null : user;
}
