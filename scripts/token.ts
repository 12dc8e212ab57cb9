/** `npm run -s token -- <user>`: prints a token that the local service accepts, and on stderr what it says (CONTRACT 7). */

import { parseArgs } from 'node:util';
import { decodeJwt } from 'jose';
import { SCOPES } from '../src/contract/identity.ts';
import { tokenRules } from '../src/http/token-rules.ts';
import { localWorkerSettings } from './lib/local-sources.ts';
import { parseDuration, signToken } from './lib/token.ts';

const USAGE = `Usage: npm run -s token -- <user> [--scope "cache:read cache:admin"] [--groups sales] [--device <id>] [--expires 1h]
  <user>     name of the user, the token's "sub"
  --scope    any of cache:read, cache:refresh, cache:inspect, cache:admin; without it the first two
  --groups   groups of the user, comma-separated, for resources that name some
  --device   pins the token to a device
  --expires  how long it is good: 30s, 15m, 1h (usual), 7d`;

try {
  const { user, options } = readCommand();
  const { secret, provider, vars, faults, file } = localWorkerSettings(process.env);
  if (secret === null) refuse(`${provider} is set: your provider signs the tokens of this service, not this command.`);
  else if (faults.length > 0) refuse(faults.join('\n'));
  else {
    const rules = tokenRules(vars);
    const token = await signToken(secret, user, { ...options, rules });
    console.error(`${JSON.stringify(decodeJwt(token))}, signed with ${signedWith(file)}`);
    console.log(token);
  }
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  process.exitCode = 2;
}

/** @throws Error that says what is wrong with the arguments */
function readCommand() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      scope: { type: 'string' },
      groups: { type: 'string' },
      device: { type: 'string' },
      expires: { type: 'string', default: '1h' },
    },
  });
  const [user, ...rest] = positionals;
  if (!user || rest.length > 0) throw new Error('Name one user.');
  const wrong = values.scope?.split(' ').find((scope) => !SCOPES.some((known) => known === scope));
  if (wrong !== undefined) throw new Error(`"${wrong}" is no scope; there is ${SCOPES.join(', ')}.`);
  const expiresS = parseDuration(values.expires);
  if (expiresS === undefined) throw new Error(`"${values.expires}" is no duration; write 30s, 15m, 1h or 7d.`);
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
