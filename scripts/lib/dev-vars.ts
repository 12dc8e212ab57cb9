/** Local settings and secrets: `.dev.vars`, which git ignores, and the file for the local Worker. */

import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { PROJECT } from './wrangler.ts';

const OWNER_ONLY = 0o600;
const QUOTED = /^([ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*=[ \t]*)(["'`])[\s\S]*?\2/gm;
/** An empty line, a comment or an assignment. */
const IS_READABLE = /^\s*(?:$|#|(?:export\s+)?[\w.-]+\s*=)/;
/** As in YAML. Only names in capitals, as settings have: other text may be part of a secret. */
const NAME_AND_COLON = /^\s*([A-Z][A-Z0-9_]*)\s*:/;

type Vars = Readonly<Record<string, string>>;

/** The content of `.dev.vars`. */
export interface DevVars {
  /** Its name for messages: `.dev.vars`, or the value of `DEV_VARS`. */
  file: string;
  vars: Vars;
}

/**
 * Reads `.dev.vars`, or the file that `DEV_VARS` names. A missing file counts as empty.
 *
 * @throws Error if the file or a line cannot be read
 */
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
 * Returns a sentence for each line that `parseEnv` would skip or would read as a setting with a strange name, without
 * values, which may be secrets.
 *
 * @param file its name in the sentences
 */
export function unreadableLines(text: string, file: string): string[] {
  // A quoted value may have several lines. Keep its line breaks so that later lines keep their numbers.
  const flat = text.replace(QUOTED, (found, assignment: string) => assignment + found.replace(/[^\n]/g, ''));
  return flat.split('\n').flatMap((line, at) => {
    if (IS_READABLE.test(line)) return [];
    const [, name] = NAME_AND_COLON.exec(line) ?? [];
    return [`${file}, line ${at + 1} is not a setting: write ${name ? `${name}=…` : 'NAME=value'}`];
  });
}

/** Creates a local signing secret and adds it to the file. */
export function makeSecret(env: NodeJS.ProcessEnv): string {
  const path = pathOf(env);
  const made = randomBytes(32).toString('base64url');
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const separator = before === '' || before.endsWith('\n') ? '' : '\n';
  appendFileSync(path, `${separator}JWT_SECRET=${made}\n`, { mode: OWNER_ONLY });
  chmodSync(path, OWNER_ONLY);
  return made;
}

/**
 * Writes the file for `wrangler dev --env-file`. Secrets are passed in a file because other users can see command
 * lines.
 */
export function writeWorkerVars(path: string, vars: Vars): void {
  const lines = Object.entries(vars).map(([name, value]) => `${name}=${quote(name, value)}\n`);
  writeFileSync(path, lines.join(''), { mode: OWNER_ONLY });
  chmodSync(path, OWNER_ONLY);
}

function pathOf(env: NodeJS.ProcessEnv): string {
  return resolve(PROJECT, env.DEV_VARS || '.dev.vars');
}

/** In this file `$NAME` would be expanded; in `.dev.vars` it is not. */
function quote(name: string, value: string): string {
  const mark = ["'", '"', '`'].find((candidate) => !value.includes(candidate));
  if (mark === undefined) throw new Error(`${name} contains all three kinds of quotes; remove one.`);
  return mark + value.replaceAll('$', '\\$') + mark;
}
