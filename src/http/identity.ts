/** Who asks and what they may (CONTRACT 1): bearer tokens (RFC 6750). */

import type { Context } from 'hono';
import * as v from 'valibot';
import { API_BASE, HEADER, MAX_DEVICE_LENGTH } from '../contract/constants.ts';
import type { Identity, Scope } from '../contract/identity.ts';
import { Problem, type RefusedResource } from '../contract/problem.ts';
import { ResourceTitle } from '../contract/resource.ts';
import { edgeCache } from '../stores/edge-cache.ts';
import { type AppEnv, factory } from './factory.ts';
import type { KeyContext } from './remote-keys.ts';
import { acceptedUntil, DeviceId } from './token-claims.ts';
import { tokenKeys } from './token-keys.ts';
import { expiredToken } from './token-refusal.ts';
import { tokenRules } from './token-rules.ts';
import { verifyToken } from './token-verifier.ts';

/**
 * Middleware of every path but the open ones: verifies the token and demands one of the scopes; without any, a valid token
 * will do. Sets `identity` and `device`.
 *
 * @throws Problem `unauthenticated`, `insufficient-scope`, `device-mismatch`, `invalid-header`, `rate-limited`, `misconfigured`, `overloaded`
 */
export function protect(...anyOf: Scope[]) {
  return protectBy(() => anyOf);
}

/** The same for administration (CONTRACT 4): reading takes `cache:inspect`, all else `cache:admin`. */
export function protectAdministration() {
  return protectBy((method) => [method === 'GET' || method === 'HEAD' ? 'cache:inspect' : 'cache:admin']);
}

/** The same for the data of a resource: that a device lacks the scope is noted with it. `titleOf` gives what the request names. */
export function protectData(scope: Scope, titleOf: (c: Context<AppEnv>) => string | undefined) {
  return protectBy(() => [scope], titleOf);
}

function protectBy(
  anyOf: (method: string) => readonly Scope[],
  titleOf: (c: Context<AppEnv>) => string | undefined = () => undefined,
) {
  return factory.createMiddleware(async function protect(c, next) {
    const context = {
      edge: edgeCache(c.req.url),
      waitUntil: (work: Promise<unknown>) => c.executionCtx.waitUntil(work),
    };
    const identity = await identify(c.req.header('Authorization'), c.env, context);
    c.set('identity', identity);
    const title = titleOf(c);
    if (v.is(ResourceTitle, title) && !hasScope(identity, anyOf(c.req.method))) {
      c.set('device', namedDevice(identity, c.req.header(HEADER.deviceId)));
      throw lacksScope(anyOf(c.req.method), { resource: title, reason: 'scope' });
    }
    demandScope(identity, ...anyOf(c.req.method));
    c.set('device', deviceOf(identity, c.req.header(HEADER.deviceId)));
    // What loads is limited in the flows as well, which alone know whether a request does.
    await c.get('services').limits.countRequest(identity.user);
    return next();
  });
}

/** @throws Problem `insufficient-scope` unless the token has one of the scopes, naming the first; none: nothing is demanded */
export function demandScope(identity: Identity, ...anyOf: Scope[]): void {
  if (!hasScope(identity, anyOf)) throw lacksScope(anyOf);
}

function hasScope({ scopes }: Identity, anyOf: readonly Scope[]): boolean {
  return anyOf.length === 0 || anyOf.some((scope) => scopes.has(scope));
}

/** Where the holder of a token sees why it lacks a scope. */
const WHOAMI = `GET ${API_BASE}/whoami/ tells what is read in yours.`;

function lacksScope(anyOf: readonly Scope[], refused?: RefusedResource): Problem {
  const [first = 'cache:read'] = anyOf;
  return insufficientScope(first, `This needs a token with the scope ${anyOf.join(' or ')}. ${WHOAMI}`, refused);
}

/** A hold that is shorter than this is none: whoever is answered asks again at once, as devices are told to. */
const MIN_HOLD_MS = 1000;

/**
 * Until when a request may be held that would be for `waitMs`, ms since the epoch: no hold and no stream outlives its token.
 *
 * @throws Problem `unauthenticated` if the token is accepted for less than a second more, and that is what would end the hold
 */
export function holdUntil({ expiresAt }: Identity, waitMs: number): number {
  const now = Date.now();
  const leftMs = acceptedUntil(expiresAt) - now;
  if (leftMs < Math.min(waitMs, MIN_HOLD_MS)) throw expiredToken();
  return now + Math.min(waitMs, Math.max(0, leftMs));
}

/** The refusal of a token that lacks a scope (RFC 6750 section 3.1). */
export function insufficientScope(scope: Scope, detail: string, refused?: RefusedResource): Problem {
  return new Problem('insufficient-scope', detail, {
    refused,
    headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  });
}

/** Who the `Authorization` header speaks for: `Bearer <JWT>`, or the bare `<JWT>` that FMP clients send. */
function identify(authorization: string | undefined, env: object, context: KeyContext): Promise<Identity> {
  // Without a key nobody is let in, nor told that a token would help.
  const keys = tokenKeys(env);
  const rules = tokenRules(env);
  const token = tokenIn(authorization?.trim() ?? '');
  if (token !== null) return verifyToken(token, keys, rules, context);
  throw new Problem('unauthenticated', 'Send a token: "Authorization: Bearer <JWT>".', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
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

/** The device of a request that is refused anyhow; null: none that could be noted. */
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
    throw new Problem('device-mismatch', `This token belongs to another device than ${HEADER.deviceId} names.`);
  }
  return header;
}
