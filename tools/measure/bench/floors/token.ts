/** The token of a floor's request: verified by jose with a key that is imported once. */

import { jwtVerify } from 'jose';

let key: CryptoKey | null = null;

/** The user whom a request's token names. @throws Error for any other than a valid HS256 token */
export async function userOf(request: Request, env: Env): Promise<string> {
  key ??= await importKey(env);
  const token = (request.headers.get('Authorization') ?? '').slice('Bearer '.length);
  const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], requiredClaims: ['exp', 'sub'] });
  return payload.sub ?? '';
}

function importKey(env: object): Promise<CryptoKey> {
  const { JWT_SECRET } = env as { JWT_SECRET: string };
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', new TextEncoder().encode(JWT_SECRET), hmac, false, ['verify']);
}
