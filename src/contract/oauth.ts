/** OAuth 2.0 client credentials of a source (RFC 6749 section 4.4). */

import * as v from 'valibot';
import { about } from './about.ts';
import { Binding, Secret } from './source-members.ts';
import { integer } from './values.ts';

/** How the service says who it is to whoever gives tokens. */
export const CLIENT_AUTH = ['basic', 'post', 'private_key_jwt'] as const;

/** Algorithms that an assertion may be signed with (RFC 7518 section 3.1). */
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
    'Where tokens are asked for. `ORIGIN_HOSTS` must name its host; redirects are not followed.',
  ),
  client_id: about(
    v.pipe(v.string(), v.minLength(1), v.maxLength(512)),
    `Who the service is there, or \`\${ORIGIN_NAME}\` for a secret that holds it.`,
  ),
  client_secret: about(v.optional(Secret), `The secret that it proves that with, written \`\${ORIGIN_NAME}\`.`),
  private_key: about(
    v.optional(Secret),
    `The private key in its place (PKCS #8, PEM), written \`\${ORIGIN_NAME}\`: with \`private_key_jwt\`.`,
  ),
  client_auth: about(
    v.optional(v.picklist(CLIENT_AUTH), 'basic'),
    'How it proves that: `basic`, the secret in a header; `post`, in the body (RFC 6749 section 2.3.1); `private_key_jwt`, by a signed assertion (RFC 7523).',
  ),
  alg: about(v.optional(v.picklist(ASSERTION_ALGORITHMS)), 'How the assertion is signed. Left out: `PS256`.'),
  kid: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(256))),
    'Id of the key in the assertion. Left out: none.',
  ),
  aud: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(2048))),
    'Whom the assertion is meant for. Left out: `token_url`.',
  ),
  params: about(
    v.optional(v.record(v.string(), v.pipe(v.string(), v.maxLength(1024))), {}),
    'Further parameters of the request, such as `scope`, `audience` or `resource`. With `private_key_jwt` the assertion names the `scope`, too.',
  ),
  expires_s: about(
    v.optional(integer(30, 86_400), 300),
    'How long a token is good for that does not say so itself, seconds.',
  ),
  header: about(
    v.optional(v.pipe(v.string(), v.maxLength(256)), 'Authorization: Bearer'),
    'Header that the token goes in, and the word before it.',
  ),
  via: about(v.optional(Binding), 'Binding by which tokens are asked for. Left out: over the internet.'),
});
/** A definition with its defaults. */
export type OAuth2 = v.InferOutput<typeof OAuth2>;
