/** Ports of the loopback interface that nobody listens on. */

import { randomInt } from 'node:crypto';
import { portFault } from './ports.ts';

/** Below those that systems give to outgoing connections (Linux: from 32768), which could take one before it is used. */
const PORTS = { from: 20_000, to: 32_000 };

/** Two ports that nobody listens on. */
export async function freePorts(): Promise<[number, number]> {
  const port = await freePort();
  for (;;) {
    const other = await freePort();
    if (other !== port) return [port, other];
  }
}

/** One port. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    if ((await portFault(port, 'PORT')) === null) return port;
  }
}
