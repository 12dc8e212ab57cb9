/** A proxy between a device and a service that passes requests on and refuses sockets, as in many offices. */

import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class RefusingProxy {
  /** Sockets that it has refused. */
  refused = 0;
  readonly #server: Server;

  private constructor(port: number) {
    this.#server = createServer((incoming, response) => {
      const { method, url, headers } = incoming;
      const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(response);
      });
      outgoing.on('error', () => response.destroy());
      incoming.pipe(outgoing);
    });
    this.#server.on('upgrade', (_request, socket) => {
      this.refused += 1;
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
  }

  /** A proxy before this port of 127.0.0.1. */
  static async before(port: number): Promise<RefusingProxy> {
    const proxy = new RefusingProxy(port);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
