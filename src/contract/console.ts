/** What the console can read before a user has signed in (CONTRACT 5). */

import * as v from 'valibot';
import { about } from './about.ts';
import { Whole } from './values.ts';

/** How users sign in to the console. */
export const ConsoleSignIn = v.strictObject({
  issuer: about(v.string(), 'Issuer of the provider; its discovery document is found below this URL.'),
  client_id: about(v.string(), 'Client id of the console at the provider: a public client.'),
  scope: about(v.string(), 'Scopes that the console requests.'),
  params: about(
    v.record(v.string(), v.string()),
    'Further parameters of the sign-in request, such as `audience` or `resource`; some providers need them to issue a token for this API.',
  ),
});
export type ConsoleSignIn = v.InferOutput<typeof ConsoleSignIn>;

/** `GET /console/config.json`; the members in this order. */
export const ConsoleConfig = v.strictObject({
  oidc: about(v.nullable(ConsoleSignIn), 'Sign-in by OpenID Connect; null: users paste a token.'),
  version: about(v.string(), 'Version of the service.'),
  languages: about(v.array(v.string()), 'Languages of the console (BCP 47).'),
  poll_s: about(Whole, 'The least time between two requests for the state of running work, seconds.'),
  local: about(
    v.nullable(v.string()),
    'Under `npm start`: the URL on this machine where the start script hands out the one-time sign-in; otherwise null.',
  ),
});
export type ConsoleConfig = v.InferOutput<typeof ConsoleConfig>;
