/** Origins in the process of a measurement, each an HTTP server on a free port of the loopback interface. */

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class Origin {
  /** Its URL, without a slash at the end. */
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(listener: RequestListener): Promise<Origin> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Origin(server);
  }

  /** Ends it and all of its connections. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Answers each request with JSON text that is made from the request's URL. */
export function answering(textOf: (url: URL) => string): RequestListener {
  return (request, response) => {
    request.resume();
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(textOf(new URL(request.url ?? '/', 'http://origin')));
  };
}

export const OCTETS = 'application/octet-stream';

/** Answers each request with a body of this many bytes without tables. */
export function octets(bytes: number): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { 'Content-Type': OCTETS });
    response.end(Buffer.alloc(bytes, 'n'));
  };
}
