/** Whether a port of the loopback interface can be had. */

import { createServer } from 'node:net';

/** @throws Error that names the remedy when something else listens on the port, or it is forbidden */
export async function demandFreePort(port: number, variable: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${cause.code})`;
      reject(
        new Error(`Port ${port} ${why}. Stop what uses it, or choose another: ${variable}=${port + 100} npm start`),
      );
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}
