/** What the console is told before anybody has signed in (CONTRACT 5). */

import * as v from 'valibot';
import { about } from './about.ts';
import { Whole } from './values.ts';

/** How the console signs people in. */
export const ConsoleSignIn = v.strictObject({
  issuer: about(v.string(), 'Issuer of the provider: its discovery document stands below it.'),
  client_id: about(v.string(), 'The console as the provider knows it: a public client.'),
  scope: about(v.string(), 'Scopes that it asks for.'),
  params: about(
    v.record(v.string(), v.string()),
    'Further parameters of its request, such as `audience` or `resource`, by which some providers give a token for this API.',
  ),
});
export type ConsoleSignIn = v.InferOutput<typeof ConsoleSignIn>;

/** `GET /console/config.json`; the members in this order. */
export const ConsoleConfig = v.strictObject({
  oidc: about(v.nullable(ConsoleSignIn), 'Sign-in by OpenID Connect; null: a token is pasted.'),
  version: about(v.string(), 'Version of the service.'),
  languages: about(v.array(v.string()), 'Languages that it speaks (BCP 47).'),
  poll_s: about(Whole, 'It asks no more often than this for what runs, seconds.'),
  local: about(
    v.nullable(v.string()),
    'Under `npm start`: where the start script gives the one-time way in, on this machine; else null.',
  ),
});
export type ConsoleConfig = v.InferOutput<typeof ConsoleConfig>;
