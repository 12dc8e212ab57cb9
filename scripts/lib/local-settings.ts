/** Environment variables and arguments of a local start (CONTRACT 7). */

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** Settings of `npm start`, checked. */
export interface LocalSettings {
  /** Folder of the stores, the logs and the Worker's settings. */
  stateDir: string;
  port: number;
  originPort: number;
  /** Whether to start the demo origin and register its resources, unless a provider signs the tokens. */
  demo: boolean;
  /** Whether to print the log on the terminal as well. */
  verbose: boolean;
}

/** Output of `npm start -- --help`. */
export const USAGE = `npm start runs the whole service on this machine, with a demo. It reads settings from the environment:
  npm start -- --verbose   shows the log on the terminal as well
  PORT=9200 npm start      the service's port; default 8787
  ORIGIN_PORT=9300         the demo origin's port; default PORT + 1
  STATE_DIR=<folder>       folder of the stores and the log; default .wrangler/state
  DEMO=0                   starts without the demo
Settings of the service itself go into .dev.vars; docs/settings.md has them all.`;

/** @throws Error that names the variable or argument, and its valid values */
export function readLocalSettings(env: NodeJS.ProcessEnv, args: readonly string[]): LocalSettings {
  const port = readPort('PORT', env.PORT, 8787);
  const originPort = readPort('ORIGIN_PORT', env.ORIGIN_PORT, port + 1);
  if (port === originPort) throw new Error('PORT and ORIGIN_PORT must differ.');
  return {
    stateDir: resolve(env.STATE_DIR || '.wrangler/state'),
    port,
    originPort,
    demo: env.DEMO !== '0',
    verbose: readVerbose(args),
  };
}

function readVerbose(args: readonly string[]): boolean {
  try {
    return parseArgs({ args: [...args], options: { verbose: { type: 'boolean', default: false } } }).values.verbose;
  } catch {
    throw new Error('npm start accepts one argument, --verbose. For its settings run: npm start -- --help');
  }
}

function readPort(name: string, text: string | undefined, usual: number): number {
  const port = text ? Number(text) : usual;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${name} must be a port from 1 to 65535.`);
  return port;
}
