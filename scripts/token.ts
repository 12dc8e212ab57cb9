/** `npm run -s token -- <user>`: prints a token that the local service accepts (CONTRACT 7). */

import { parseArgs } from 'node:util';
import { SCOPES } from '../src/contract/identity.ts';
import { localSecret } from './lib/dev-vars.ts';
import { parseDuration, signToken } from './lib/token.ts';

const USAGE = `Usage: npm run -s token -- <user> [--scope "cache:read cache:admin"] [--groups sales] [--device <id>] [--expires 1h]
  <user>     name of the user, the token's "sub"
  --scope    any of cache:read, cache:refresh, cache:inspect, cache:admin; without it the first two
  --groups   groups of the user, comma-separated, for resources that name some
  --device   pins the token to a device
  --expires  how long it is good: 30s, 15m, 1h (usual), 7d`;

try {
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
  const { scope, device } = values;
  const groups = values.groups?.split(',').filter((group) => group !== '');
  console.log(await signToken(localSecret(process.env), user, { scope, groups, device, expiresS }));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  process.exitCode = 2;
}
