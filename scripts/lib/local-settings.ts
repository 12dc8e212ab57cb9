/** What the environment and the arguments say of a local start (CONTRACT 7). */

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** Settings of `npm start`, checked. */
export interface LocalSettings {
  /** Where the stores, the logs and the Worker's settings lie. */
  stateDir: string;
  port: number;
  originPort: number;
  /** Whether the demo origin runs and its resources are registered, unless a provider signs the tokens. */
  demo: boolean;
  /** Whether the log shows on the terminal, too. */
  verbose: boolean;
}

/** @throws Error that names the variable or argument and what it must be */
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
    throw new Error('npm start takes one argument: npm start -- --verbose');
  }
}

function readPort(name: string, text: string | undefined, usual: number): number {
  const port = text ? Number(text) : usual;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${name} must be a port from 1 to 65535.`);
  return port;
}
