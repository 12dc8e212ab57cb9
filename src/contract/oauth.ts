/** OAuth 2.0 client credentials of a source (RFC 6749 section 4.4). */

import * as v from 'valibot';
import { about } from './about.ts';
import { Binding, integer, Secret } from './values.ts';

/** How the service authenticates at the token endpoint. */
export const CLIENT_AUTH = ['basic', 'post', 'private_key_jwt'] as const;

/** Signature algorithms of assertions (RFC 7518 section 3.1). */
export const ASSERTION_ALGORITHMS = [
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
] as const;

export const OAuth2 = v.strictObject({
  token_url: about(
    v.pipe(v.string(), v.minLength(1), v.maxLength(2048)),
    'The token endpoint. `ORIGIN_HOSTS` must name its host; redirects are not followed.',
  ),
  client_id: about(
    v.pipe(v.string(), v.minLength(1), v.maxLength(512)),
    `Client id of the service, or \`\${ORIGIN_NAME}\` for a secret that holds it.`,
  ),
  client_secret: about(
    v.optional(Secret),
    `The client secret, as the name of a secret of the service: \`\${ORIGIN_NAME}\`.`,
  ),
  private_key: about(
    v.optional(Secret),
    `With \`private_key_jwt\`: the private key (PKCS #8, PEM), as the name of a secret of the service: \`\${ORIGIN_NAME}\`.`,
  ),
  client_auth: about(
    v.optional(v.picklist(CLIENT_AUTH), 'basic'),
    'How the service authenticates: `basic`, the secret in a header; `post`, the secret in the body (RFC 6749 section 2.3.1); `private_key_jwt`, a signed assertion (RFC 7523).',
  ),
  alg: about(v.optional(v.picklist(ASSERTION_ALGORITHMS)), 'Signature algorithm of the assertion. Left out: `PS256`.'),
  kid: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(256))),
    'Id of the key in the assertion. Left out: none.',
  ),
  aud: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(2048))),
    'Audience of the assertion. Left out: `token_url`.',
  ),
  params: about(
    v.optional(v.record(v.string(), v.pipe(v.string(), v.maxLength(1024))), {}),
    'Further parameters of the request, such as `scope`, `audience` or `resource`. With `private_key_jwt`, the assertion also has the `scope`.',
  ),
  expires_s: about(
    v.optional(integer(30, 86_400), 300),
    'How long a token is valid if the answer does not say, seconds.',
  ),
  header: about(
    v.optional(v.pipe(v.string(), v.maxLength(256)), 'Authorization: Bearer'),
    'Header for the token, and the word before the token.',
  ),
  via: about(v.optional(Binding), 'Binding through which tokens are requested. Left out: over the internet.'),
});
/** A definition with its defaults. */
export type OAuth2 = v.InferOutput<typeof OAuth2>;
