/** What the environment says of a local start (CONTRACT 7). */

import { resolve } from 'node:path';

/** Settings of `npm start`, checked. */
export interface LocalSettings {
  /** Where the stores, the logs and the Worker's settings lie. */
  stateDir: string;
  port: number;
  originPort: number;
  /** Whether the demo origin runs and its resources are registered. */
  demo: boolean;
  /** `RATE_LIMITS` for the Worker; undefined: as it is usual. */
  rateLimits: string | undefined;
}

/** @throws Error that names the variable and what it must be */
export function readLocalSettings(env: NodeJS.ProcessEnv): LocalSettings {
  const port = readPort('PORT', env.PORT, 8787);
  const originPort = readPort('ORIGIN_PORT', env.ORIGIN_PORT, port + 1);
  if (port === originPort) throw new Error('PORT and ORIGIN_PORT must differ.');
  return {
    stateDir: resolve(env.STATE_DIR || '.wrangler/state'),
    port,
    originPort,
    demo: env.DEMO !== '0',
    rateLimits: env.RATE_LIMITS || undefined,
  };
}

function readPort(name: string, text: string | undefined, usual: number): number {
  const port = text ? Number(text) : usual;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${name} must be a port from 1 to 65535.`);
  return port;
}
