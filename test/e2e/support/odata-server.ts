/** An ERP that speaks OData (version 4, JSON), on loopback: one entity set, in one page. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const ARTICLES = [
  { ID: 'A-100', Name: 'Pump', Price: 129.5, Plant: 'P1' },
  { ID: 'A-101', Name: 'Valve', Price: 18, Plant: 'P1' },
  { ID: 'A-102', Name: 'Gasket', Price: 2.25, Plant: 'P2' },
];

export class ODataServer {
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const found = request.url?.split('?')[0] === '/odata/Articles';
      response.writeHead(found ? 200 : 404, { 'Content-Type': 'application/json;odata.metadata=minimal' });
      response.end(
        JSON.stringify(
          found
            ? { '@odata.context': `${this.url}/odata/$metadata#Articles`, value: ARTICLES }
            : { error: { code: '404', message: 'Resource not found' } },
        ),
      );
    });
  }

  static async start(): Promise<ODataServer> {
    const started = new ODataServer();
    await new Promise<void>((resolve) => started.#server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
