/** An ERP that speaks OData (version 4, JSON), on loopback: one entity set of one page, for clients with its key. */

import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const ARTICLES = [
  { ID: 'A-100', Name: 'Pump', Price: 129.5, Plant: 'P1' },
  { ID: 'A-101', Name: 'Valve', Price: 18, Plant: 'P1' },
  { ID: 'A-102', Name: 'Gasket', Price: 2.25, Plant: 'P2' },
];

export class ODataServer {
  /** What it wants in the header `apikey`. */
  readonly key = randomBytes(16).toString('hex');
  readonly #server: Server;
  #articles = ARTICLES;

  private constructor() {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', this.url);
      const answer = this.#answer(url, request.headers.apikey);
      response.writeHead(answer.status, { 'Content-Type': 'application/json;odata.metadata=minimal' });
      response.end(JSON.stringify(answer.body));
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

  /** Somebody changes one row. */
  raisePrice(id: string): void {
    this.#articles = this.#articles.map((row) => (row.ID === id ? { ...row, Price: row.Price + 1 } : row));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(url: URL, key: unknown): { status: number; body: object } {
    if (key !== this.key) return { status: 401, body: { error: { code: '401', message: 'No such key' } } };
    if (url.pathname !== '/odata/Articles') {
      return { status: 404, body: { error: { code: '404', message: 'Resource not found' } } };
    }
    const filter = url.searchParams.get('$filter') ?? '';
    // OData 4.01, part 2, section 5.1.1.14.1: quotes within a text are doubled.
    const [, plant] = /^Plant eq '((?:[^']|'')*)'$/.exec(filter) ?? [];
    if (plant === undefined) return { status: 400, body: { error: { code: '400', message: `What is ${filter}?` } } };
    const value = this.#articles.filter((row) => row.Plant === plant.replaceAll("''", "'"));
    return { status: 200, body: { '@odata.context': `${this.url}/odata/$metadata#Articles`, value } };
  }
}
