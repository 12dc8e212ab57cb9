/**
 * `npm run -s token -- <user>`: prints a token that the local service accepts, and its claims on stderr (CONTRACT 7).
 */

import { decodeJwt } from 'jose';
import { SCOPES } from '../src/contract/identity.ts';
import { tokenRules } from '../src/http/token-rules.ts';
import { readCommandLine, refuseUsage } from './lib/command-line.ts';
import { localWorkerSettings } from './lib/local-sources.ts';
import { parseDuration, signToken, type TokenOptions } from './lib/token.ts';

const USAGE = `Usage: npm run -s token -- <user> [--scope "cache:read cache:admin"] [--groups sales] [--device <id>] [--expires 1h]
  <user>     name of the user, the token's "sub"
  --scope    any of ${SCOPES.join(', ')}; default: the first two
  --groups   groups of the user, comma-separated, for resources that name some
  --device   ties the token to a device
  --expires  how long it is valid: 30s, 15m, 1h (default), 7d
  --help     prints this text`;

const HELP = `Prints a token that the local service (npm start) accepts, and its claims on stderr.

${USAGE}

Scopes
  cache:read     lists, reads and differences of the data
  cache:refresh  asks for loads
  cache:inspect  every GET of administration, other users' devices; no data
  cache:admin    administration; contains cache:inspect

Examples
  npm run -s token -- alice                                          a device's user: reads and refreshes
  npm run -s token -- admin --scope cache:admin                      an administrator, for example for the console
  npm run -s token -- eve --scope cache:inspect --expires 8h         a user who may look at everything and change nothing
  npm run -s token -- carol --groups sales,north --device tablet-17  a user with groups, on one device only

With curl:
  TOKEN=$(npm run -s token -- alice)
  curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8787/api/v1/whoami/

The token is signed with JWT_SECRET from the environment, otherwise from .dev.vars, where the first start writes a random one.
If a provider's key (JWT_JWKS_URL, JWT_PUBLIC_KEY) is set there, the provider signs tokens, not this command.`;

try {
  await printToken(readCommand());
} catch (error) {
  refuseUsage(USAGE, error);
}

async function printToken({ user, options }: Command): Promise<void> {
  const { secret, provider, vars, faults, file } = localWorkerSettings(process.env);
  if (secret === null) refuse(`${provider} is set: your provider signs the tokens of this service, not this command.`);
  else if (faults.length > 0) refuse(faults.join('\n'));
  else {
    const rules = tokenRules(vars);
    const token = await signToken(secret, user, { ...options, rules });
    console.error(`${JSON.stringify(decodeJwt(token))}, signed with ${signedWith(file)}`);
    console.log(token);
  }
}

/** The user of the token and its claims. */
interface Command {
  user: string;
  options: Omit<TokenOptions, 'rules'>;
}

/** @throws Error that says what is wrong with the arguments */
function readCommand(): Command {
  const { values, positionals } = readCommandLine(
    USAGE,
    {
      allowPositionals: true,
      options: {
        scope: { type: 'string' },
        groups: { type: 'string' },
        device: { type: 'string' },
        expires: { type: 'string', default: '1h' },
      },
    },
    HELP,
  );
  const [user, ...rest] = positionals;
  if (!user || rest.length > 0) throw new Error('Name one user.');
  const wrong = values.scope?.split(' ').find((scope) => !SCOPES.some((known) => known === scope));
  if (wrong !== undefined) throw new Error(`"${wrong}" is not a scope. Scopes are ${SCOPES.join(', ')}.`);
  const expiresS = parseDuration(values.expires);
  if (expiresS === undefined) throw new Error(`"${values.expires}" is not a duration. Write 30s, 15m, 1h or 7d.`);
  const groups = values.groups?.split(',').filter((group) => group !== '');
  return { user, options: { scope: values.scope, groups, device: values.device, expiresS } };
}

function signedWith(file: string): string {
  return process.env.JWT_SECRET ? 'JWT_SECRET of the environment' : `JWT_SECRET of ${file}`;
}

function refuse(why: string): void {
  console.error(why);
  process.exitCode = 1;
}
