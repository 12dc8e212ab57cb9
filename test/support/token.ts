/** Tokens for tests, signed with jose. */
import { env } from 'cloudflare:workers';
import { type JWTPayload, SignJWT } from 'jose';

export interface TokenOptions {
  user?: string;
  /** Space-separated; left out: no `scope` claim, which means `cache:read cache:refresh`. */
  scope?: string;
  /** Left out: no `groups` claim. */
  groups?: readonly string[];
  /** Pins the device. */
  device?: string;
  /** Seconds from now; negative: the token has expired. */
  expiresInS?: number;
}

/** A token of the service under test, signed with its `JWT_SECRET`. */
export function token(options: TokenOptions = {}): Promise<string> {
  const { user = 'alice', scope, groups, device, expiresInS = 3600 } = options;
  return sign(
    {
      sub: user,
      exp: inSeconds(expiresInS),
      ...(scope === undefined ? {} : { scope }),
      ...(groups === undefined ? {} : { groups }),
      ...(device === undefined ? {} : { device_id: device }),
    },
    new TextEncoder().encode(env.JWT_SECRET),
  );
}

/** The header that a token is sent in. */
export async function bearer(options: TokenOptions = {}): Promise<Record<string, string>> {
  return { Authorization: `Bearer ${await token(options)}` };
}

/** Any claims under any key. */
export function sign(claims: JWTPayload, key: CryptoKey | Uint8Array, alg = 'HS256', kid?: string): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) }).sign(key);
}

/** A NumericDate this many seconds from now. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}
