/** Tokens of the local service: JWTs signed with its secret (CONTRACT 1, 7). */

import { SignJWT } from 'jose';
import type { TokenRules } from '../../src/http/token-rules.ts';
import { type Grants, localClaims } from './local-claims.ts';

/** Claims of a token in addition to its user. */
export interface TokenOptions extends Grants {
  /** Seconds until it expires. */
  expiresS: number;
  /** The rules by which the service reads claims; undefined: the defaults. */
  rules?: TokenRules | undefined;
}

const MIN_SECRET_BYTES = 32;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Signs an HS256 token for a user. @throws Error if the secret is too short */
export async function signToken(secret: string, user: string, options: TokenOptions): Promise<string> {
  const key = new TextEncoder().encode(secret);
  if (key.length < MIN_SECRET_BYTES) throw new Error(`JWT_SECRET must have at least ${MIN_SECRET_BYTES} bytes.`);
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT(localClaims(user, options, options.rules))
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
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
