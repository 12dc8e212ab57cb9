/** Local settings and secrets: `.dev.vars`, which git ignores, and the file that the local Worker gets. */

import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

const DEV_VARS = join(import.meta.dirname, '../../.dev.vars');
const OWNER_ONLY = 0o600;

type Vars = Readonly<Record<string, string>>;

/** The local signing secret: `JWT_SECRET` of the environment, else of `.dev.vars`, where the first call makes one. */
export function localSecret(env: NodeJS.ProcessEnv): string {
  const known = env.JWT_SECRET || readDevVars().JWT_SECRET;
  if (known) return known;
  const made = randomBytes(32).toString('base64url');
  const before = existsSync(DEV_VARS) ? readFileSync(DEV_VARS, 'utf8') : '';
  const separator = before === '' || before.endsWith('\n') ? '' : '\n';
  appendFileSync(DEV_VARS, `${separator}JWT_SECRET=${made}\n`, { mode: OWNER_ONLY });
  chmodSync(DEV_VARS, OWNER_ONLY);
  return made;
}

/**
 * Writes the file for `wrangler dev --env-file`: `.dev.vars` with `overrides`. Secrets go this way since command lines
 * are for all to see.
 */
export function writeWorkerVars(path: string, overrides: Vars): void {
  const vars = { ...readDevVars(), ...overrides };
  const lines = Object.entries(vars).map(([name, value]) => `${name}=${quote(name, value)}\n`);
  writeFileSync(path, lines.join(''), { mode: OWNER_ONLY });
  chmodSync(path, OWNER_ONLY);
}

function readDevVars(): Vars {
  if (!existsSync(DEV_VARS)) return {};
  const vars = parseEnv(readFileSync(DEV_VARS, 'utf8'));
  return Object.fromEntries(Object.entries(vars).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** In this file `$NAME` would be expanded, in `.dev.vars` it is not. */
function quote(name: string, value: string): string {
  const mark = ["'", '"', '`'].find((candidate) => !value.includes(candidate));
  if (mark === undefined) throw new Error(`${name} in .dev.vars holds all three kinds of quotes; leave one out.`);
  return mark + value.replaceAll('$', '\\$') + mark;
}
