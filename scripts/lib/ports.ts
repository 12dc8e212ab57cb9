/** Whether a port of the loopback interface is available. */

import { createServer } from 'node:net';

/**
 * Returns a sentence that says what to do, if another process listens on the port or the port is forbidden; null if it
 * is free.
 */
export async function portFault(port: number, variable: string): Promise<string | null> {
  const server = createServer();
  const code = await new Promise<string | null>((resolve) => {
    server.once('error', (cause: NodeJS.ErrnoException) => resolve(cause.code ?? 'unknown'));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(null));
  });
  if (code === null) {
    await new Promise((resolve) => server.close(resolve));
    return null;
  }
  const why = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${code})`;
  return `Port ${port} ${why}. Stop it, or choose another: ${variable}=${otherPort(port)} npm start`;
}

/** Another port to suggest. */
export function otherPort(port: number): number {
  return port + 100 < 65_535 ? port + 100 : port - 100;
}
