/** An origin of one table, of which each load may see some rows changed. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Rows, and how many of them a changed load brings anew. The body is then some 135 kB. */
export const ROWS = 1000;
export const CHANGED_ROWS = 10;

export class TableOrigin {
  readonly url: string;
  readonly #server: Server;
  /** Whether it takes what webhooks bring. */
  takesWebhooks = true;
  #round = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', ({ method }, response) => {
      if (method === 'POST') {
        response.writeHead(this.takesWebhooks ? 204 : 503).end();
        return;
      }
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(Array.from({ length: ROWS }, (_row, id) => this.#row(id))));
    });
  }

  static async start(): Promise<TableOrigin> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TableOrigin(server);
  }

  /** The next loads see CHANGED_ROWS other rows. */
  change(): void {
    this.#round += 1;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #row(id: number) {
    const changes = Math.floor((this.#round * CHANGED_ROWS + ROWS - 1 - id) / ROWS);
    return {
      id,
      order: `SO-2026-${String(id).padStart(6, '0')}`,
      customer: `Customer ${(id * 7919) % 997} of the northern region`,
      product: `Pump ${id % 37}, cast iron, flanged`,
      quantity: (id % 9) + changes,
      state: changes % 2 === 0 ? 'confirmed' : 'delivered',
    };
  }
}
