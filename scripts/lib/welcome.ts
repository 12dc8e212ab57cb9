/** The text that `npm start` prints when the service is ready. */

import { SHOWN_REFRESH } from '../../demo/devices.ts';
import { TABLET_PATH } from '../../demo/tablet/path.ts';
import type { Scope } from '../../src/contract/identity.ts';

/** Members for both kinds of service. */
interface Place {
  service: string;
  stateDir: string;
  logFile: string;
}

/** A service that accepts its own tokens. */
export interface Welcome extends Place {
  origin: string;
  user: string;
  token: string;
  /** A finished refresh of the demo; null without the demo. */
  taskId: string | null;
  /** URL of the console, with the one-time code. */
  console: string;
}

/** A service that accepts a provider's tokens. */
export interface ProviderWelcome extends Place {
  /** Where the provider gives out tokens; null if it does not publish that. */
  tokenEndpoint: string | null;
  /** The first accepted audience of tokens; undefined: any. */
  audience: string | undefined;
  /** Prefix of the service's scopes at the provider. */
  scopePrefix: string;
}

/** The text below the line `ready …`: a token, and commands to paste, one per line. */
export function welcome({ service, origin, user, token, taskId, console: link, ...place }: Welcome): string {
  const curl = (path: string, more = ''): string =>
    `curl -s '${service}/api/v1/${path}' -H 'Authorization: Bearer ${token}'${more}`;
  const body = `-H 'Content-Type: application/json' -d '${JSON.stringify(SHOWN_REFRESH)}'`;
  const demo = [
    'Refresh a cache:',
    curl('cache/refresh/', ` ${body}`),
    '',
    'The state of a refresh:',
    curl(`cache/state/?task_id=${taskId}`),
    '',
    `The demo origin: ${origin}/control`,
  ];
  // Fragments are neither sent to servers nor logged, and Tablet removes it from the address at once
  // (demo/tablet/app/token.ts).
  const tablet = [
    '',
    'Open this: Tablet, an offline app that uses this service (demo/tablet), signed in by the token in the address:',
    `${origin}${TABLET_PATH}#token=${token}`,
  ];
  return [
    ...(taskId === null ? [] : tablet),
    '',
    'The console; this link signs you in as admin for 8 hours, once and within 10 minutes:',
    link,
    '',
    `A token for ${user}, valid for a day ("npm run -s token -- ${user}" makes one for an hour):`,
    token,
    '',
    'What devices hold:',
    curl('cache/'),
    '',
    ...(taskId === null ? [] : demo),
    ...ending({ service, ...place }),
  ].join('\n');
}

/** Same if a provider signs the tokens: how an app gets a token, and how to see what the service reads in it. */
export function providerWelcome({ tokenEndpoint, audience, scopePrefix, ...place }: ProviderWelcome): string {
  const scopes = (...names: Scope[]) => names.map((name) => scopePrefix + name).join(' ');
  const device = scopes('cache:read', 'cache:refresh');
  return [
    '',
    'Tokens come from your provider. An app gets one like this, with its CLIENT_ID and CLIENT_SECRET:',
    tokenCommand(tokenEndpoint ?? '<token endpoint of your provider>', audience, `${device} ${scopes('cache:admin')}`),
    `These are an administrator's scopes. Devices request only "${device}"; "invalid_scope" means that this client may not have all requested scopes.`,
    'If the scopes have other names there: dots count as colons (cache.read), and JWT_SCOPE_PREFIX sets a prefix of the names.',
    'Providers differ in how an API is named: audience (Auth0), resource (RFC 8707), scope (Entra: <audience>/.default). Omit the ones that yours refuses.',
    '',
    'What the service reads in it:',
    `curl -s '${place.service}/api/v1/whoami/' -H "Authorization: Bearer $TOKEN"`,
    '',
    'If it is refused, the log says why. docs/identity.md has the settings for each provider.',
    ...ending(place),
  ].join('\n');
}

/**
 * A command that sets TOKEN by client credentials (RFC 6749 section 4.4), and prints the provider's answer if it has no
 * token.
 */
function tokenCommand(endpoint: string, audience: string | undefined, scope: string): string {
  const parts = [
    '-d grant_type=client_credentials -d "client_id=$CLIENT_ID" -d "client_secret=$CLIENT_SECRET"',
    `-d 'scope=${scope}'`,
    ...(audience === undefined ? [] : [`-d 'audience=${audience}'`]),
    // A resource is named by a URI (RFC 8707 section 2).
    ...(audience !== undefined && URL.canParse(audience) ? [`-d 'resource=${audience}'`] : []),
  ];
  const token = `sed -n 's/.*"access_token" *: *"\\([^"]*\\)".*/\\1/p'`;
  return `ANSWER=$(curl -sS '${endpoint}' ${parts.join(' ')}); TOKEN=$(echo "$ANSWER" | ${token}); [ -n "$TOKEN" ] || echo "$ANSWER"`;
}

function ending({ service, stateDir, logFile }: Place): string[] {
  return [
    `The API: ${service}/docs`,
    `The console: ${service}/console`,
    `The log: ${logFile}`,
    `Ctrl-C stops it. The next start continues with the same data; to start from scratch, delete ${stateDir} first.`,
  ];
}
