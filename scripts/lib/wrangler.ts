/** Runs the project's wrangler on the current Node.js, without requests to other hosts. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of the project. */
export const PROJECT = join(import.meta.dirname, '../..');

/** Program and first argument of a wrangler command. */
export const WRANGLER: readonly [string, string] = [
  process.execPath,
  join(PROJECT, 'node_modules/wrangler/bin/wrangler.js'),
];

/** Bindings of the D1 databases in `wrangler.toml`. Parsed as text, because wrangler takes a second to start. */
export function databaseBindings(): string[] {
  const toml = readFileSync(join(PROJECT, 'wrangler.toml'), 'utf8');
  return Array.from(toml.matchAll(/^\s*binding\s*=\s*"(DB(?:_\d+)?)"/gm), ([, name = '']) => name);
}

/** `[vars]` of `wrangler.toml` without those of its environments. Parsed as text for the same reason. */
export function deployedVars(): Record<string, string> {
  return varsIn(readFileSync(join(PROJECT, 'wrangler.toml'), 'utf8'));
}

/** `[vars]` of a TOML text: one-line strings, numbers and booleans. */
export function varsIn(toml: string): Record<string, string> {
  const [section = ''] = (toml.split(/^\[vars\]$/m)[1] ?? '').split(/^\[/m);
  const line = /^\s*([A-Za-z0-9_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([\w.]+))/gm;
  return Object.fromEntries(
    Array.from(section.matchAll(line), ([, name = '', basic, literal, bare = '']) => [
      name,
      basic === undefined ? (literal ?? bare) : String(JSON.parse(`"${basic}"`)),
    ]),
  );
}

/**
 * An environment in which wrangler sends no requests to other hosts (update check, metrics, sample of `request.cf`).
 */
export function offlineEnv(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_SEND_ERROR_REPORTS: 'false',
    WRANGLER_WRITE_LOGS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    // Both inspect each request; without them the local service is a fifth faster.
    X_LOCAL_OBSERVABILITY: 'false',
    X_LOCAL_EXPLORER: 'false',
  };
}

/** The result of a command. */
export interface Outcome {
  code: number;
  stdout: string;
  /** Its stdout and stderr in order of arrival. */
  output: string;
}

/** Runs a wrangler command to its end. `show` also prints its output as it arrives. */
export async function runWrangler(
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; show: boolean },
): Promise<Outcome> {
  const [program, script] = WRANGLER;
  const child = spawn(program, [script, ...args], {
    cwd: PROJECT,
    env: options.env,
    stdio: ['inherit', 'pipe', 'pipe'],
  });
  const told: Buffer[] = [];
  const all: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    told.push(chunk);
    all.push(chunk);
    if (options.show) process.stdout.write(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    all.push(chunk);
    if (options.show) process.stderr.write(chunk);
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
  return { code, stdout: Buffer.concat(told).toString(), output: Buffer.concat(all).toString() };
}
