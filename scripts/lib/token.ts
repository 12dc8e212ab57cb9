/** Tokens of the local service: JWTs signed with its secret (CONTRACT 1, 7). */

import { SignJWT } from 'jose';

/** What a token claims besides its user. */
export interface TokenOptions {
  /** Space-separated scopes; undefined: no claim, which means `cache:read cache:refresh`. */
  scope?: string | undefined;
  /** Groups of the user; undefined: no claim. */
  groups?: readonly string[] | undefined;
  /** Pins the token to a device. */
  device?: string | undefined;
  /** Seconds until it expires. */
  expiresS: number;
}

const MIN_SECRET_BYTES = 32;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** An HS256 token for a user. @throws Error when the secret is too short to sign with */
export async function signToken(secret: string, user: string, options: TokenOptions): Promise<string> {
  const key = new TextEncoder().encode(secret);
  if (key.length < MIN_SECRET_BYTES) throw new Error(`JWT_SECRET must have at least ${MIN_SECRET_BYTES} bytes.`);
  const claims = {
    ...(options.scope === undefined ? {} : { scope: options.scope }),
    ...(options.groups === undefined ? {} : { groups: options.groups }),
    ...(options.device === undefined ? {} : { device_id: options.device }),
  };
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(user)
    .setIssuedAt(now)
    .setExpirationTime(now + options.expiresS)
    .sign(key);
}

/** Seconds of `30s`, `15m`, `1h` or `7d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9][0-9]{0,8})([smhd])$/.exec(text);
  const unit = SECONDS[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}
