/** Local settings and secrets: `.dev.vars`, which git ignores, and the file that the local Worker gets. */

import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { PROJECT } from './wrangler.ts';

const OWNER_ONLY = 0o600;

type Vars = Readonly<Record<string, string>>;

/** `.dev.vars` as it was read. */
export interface DevVars {
  /** Its name in messages: `.dev.vars`, or what `DEV_VARS` says. */
  file: string;
  vars: Vars;
}

/** Reads `.dev.vars`, or the file that `DEV_VARS` names; a missing one is empty. @throws Error when it cannot be read */
export function readDevVars(env: NodeJS.ProcessEnv): DevVars {
  const path = pathOf(env);
  const vars = existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
  return {
    file: relative(PROJECT, path).startsWith('..') ? path : relative(PROJECT, path),
    vars: Object.fromEntries(Object.entries(vars).filter((entry): entry is [string, string] => Boolean(entry[1]))),
  };
}

/** Makes a local signing secret and adds it to the file. */
export function makeSecret(env: NodeJS.ProcessEnv): string {
  const path = pathOf(env);
  const made = randomBytes(32).toString('base64url');
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const separator = before === '' || before.endsWith('\n') ? '' : '\n';
  appendFileSync(path, `${separator}JWT_SECRET=${made}\n`, { mode: OWNER_ONLY });
  chmodSync(path, OWNER_ONLY);
  return made;
}

/** Writes the file for `wrangler dev --env-file`. Secrets go this way since command lines are for all to see. */
export function writeWorkerVars(path: string, vars: Vars): void {
  const lines = Object.entries(vars).map(([name, value]) => `${name}=${quote(name, value)}\n`);
  writeFileSync(path, lines.join(''), { mode: OWNER_ONLY });
  chmodSync(path, OWNER_ONLY);
}

function pathOf(env: NodeJS.ProcessEnv): string {
  return resolve(PROJECT, env.DEV_VARS || '.dev.vars');
}

/** In this file `$NAME` would be expanded, in `.dev.vars` it is not. */
function quote(name: string, value: string): string {
  const mark = ["'", '"', '`'].find((candidate) => !value.includes(candidate));
  if (mark === undefined) throw new Error(`${name} holds all three kinds of quotes; leave one out.`);
  return mark + value.replaceAll('$', '\\$') + mark;
}
