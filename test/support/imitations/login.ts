/** Authentication by an imitation: user and password, a fixed token, or a token that is requested (RFC 6749 section 4.4). */

import { importJWK, type JWK, jwtVerify } from 'jose';
import { type Answered, type Asked, type Login, PASSWORD, USER } from './imitation.ts';

/** Tokens that a system has issued. */
export class Tokens {
  /** How often valid tokens have expired. */
  #ends = 0;
  /** The key that assertions are signed with. */
  readonly #jwk: JWK | undefined;

  constructor(jwk: JWK | undefined) {
    this.#jwk = jwk;
  }

  /** Makes a valid token, or account, invalid. */
  expire(): void {
    this.#ends += 1;
  }

  isLetIn(login: Login, headers: Asked['headers']): boolean {
    const basic = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
    const wanted = { none: undefined, basic, bearer: `Bearer ${PASSWORD}`, oauth: `Bearer token-${this.#ends}` };
    if (this.#ends > 0 && login.kind !== 'oauth') return false;
    return login.kind === 'none' || headers.authorization === wanted[login.kind];
  }

  /** The answer to a token request; null: it is none. */
  async answer(login: Login, asked: Asked): Promise<Answered | null> {
    if (login.kind !== 'oauth' || asked.path !== login.path) return null;
    const form = new URLSearchParams(asked.body);
    const isRight =
      asked.method === 'POST' &&
      form.get('grant_type') === 'client_credentials' &&
      (await this.#isClient(login, asked, form));
    if (!isRight) return { status: 401, body: { error: 'invalid_client' } };
    const usual = { token_type: 'Bearer', expires_in: 3600 };
    return { body: { ...(login.answer ?? usual), access_token: `token-${this.#ends}` } };
  }

  async #isClient(login: Login & { kind: 'oauth' }, { headers }: Asked, form: URLSearchParams): Promise<boolean> {
    const isOfScope = (scope: string) => login.scope?.test(scope) ?? true;
    switch (login.by) {
      case 'post':
        return (
          form.get('client_id') === USER && form.get('client_secret') === PASSWORD && isOfScope(form.get('scope') ?? '')
        );
      case 'basic': {
        const encoded = [USER, PASSWORD].map((text) => encodeURIComponent(text).replaceAll('%20', '+')).join(':');
        return headers.authorization === `Basic ${Buffer.from(encoded).toString('base64')}`;
      }
      case 'private_key_jwt': {
        if (this.#jwk === undefined) return false;
        const verified = await jwtVerify(form.get('client_assertion') ?? '', await importJWK(this.#jwk, 'PS256'), {
          issuer: USER,
          typ: 'JWT',
          requiredClaims: ['aud', 'exp', 'iat'],
        }).catch(() => null);
        const { payload, protectedHeader } = verified ?? {};
        const isAsWanted = protectedHeader?.kid !== undefined && String(payload?.aud).endsWith(login.path);
        return isAsWanted && isOfScope(String(payload?.scope));
      }
    }
  }
}
