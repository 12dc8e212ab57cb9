/** Whether a port of the loopback interface can be had. */

import { createServer } from 'node:net';

/** A sentence with the remedy when something else listens on the port, or it is forbidden; null: it is free. */
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
  const why = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${code})`;
  return `Port ${port} ${why}. Stop it, or choose another: ${variable}=${otherPort(port)} npm start`;
}

/** A port to propose instead. */
export function otherPort(port: number): number {
  return port + 100 < 65_535 ? port + 100 : port - 100;
}
