/** Local settings and secrets: `.dev.vars`, which git ignores, and the file that the local Worker gets. */

import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { PROJECT } from './wrangler.ts';

const OWNER_ONLY = 0o600;
const QUOTED = /^([ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*=[ \t]*)(["'`])[\s\S]*?\2/gm;
/** Nothing, a comment or an assignment. */
const IS_READABLE = /^\s*(?:$|#|(?:export\s+)?[\w.-]+\s*=)/;
/** As YAML writes it; in capitals, as settings are: else it may be part of a secret. */
const NAME_AND_COLON = /^\s*([A-Z][A-Z0-9_]*)\s*:/;

type Vars = Readonly<Record<string, string>>;

/** `.dev.vars` as it was read. */
export interface DevVars {
  /** Its name in messages: `.dev.vars`, or what `DEV_VARS` says. */
  file: string;
  vars: Vars;
}

/** Reads `.dev.vars`, or the file that `DEV_VARS` names; a missing one is empty. @throws Error when it, or a line of it, cannot be read */
export function readDevVars(env: NodeJS.ProcessEnv): DevVars {
  const path = pathOf(env);
  const file = relative(PROJECT, path).startsWith('..') ? path : relative(PROJECT, path);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const unreadable = unreadableLines(text, file);
  if (unreadable.length > 0) throw new Error(unreadable.join('\n'));
  const vars = Object.entries(parseEnv(text));
  return { file, vars: Object.fromEntries(vars.filter((entry): entry is [string, string] => Boolean(entry[1]))) };
}

/**
 * Lines that `parseEnv` would skip, or take for a setting of a strange name: a sentence each, without their values, which may be secrets.
 *
 * @param file its name in the sentences
 */
export function unreadableLines(text: string, file: string): string[] {
  // A quoted value may have several lines: those left of it must keep their numbers.
  const flat = text.replace(QUOTED, (found, assignment: string) => assignment + found.replace(/[^\n]/g, ''));
  return flat.split('\n').flatMap((line, at) => {
    if (IS_READABLE.test(line)) return [];
    const [, name] = NAME_AND_COLON.exec(line) ?? [];
    return [`${file}, line ${at + 1} is no setting: write ${name ? `${name}=…` : 'NAME=value'}`];
  });
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
