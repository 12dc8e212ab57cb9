/** The resources of the measured Workers, and the origin that their loads ask. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LocalWorker } from '../harness/local-worker.ts';
import { send } from './client.ts';

/** One table, whose rows the origin makes. */
export const TABLE = { name: 'items', rows: '', columns: ['id', 'name', 'changed'] };

/** Defines a resource whose loads ask the origin, with parameter `n`. */
export async function define(
  worker: LocalWorker,
  origin: TableOrigin,
  title: string,
  more: object = {},
): Promise<void> {
  const body = {
    origin: { url: `${origin.url}/{?n}`, timeout_s: 120 },
    parameters: { type: 'object', properties: { n: { type: 'integer' } } },
    tables: [TABLE],
    ttl_s: 86_400,
    ...more,
  };
  const token = await worker.token('admin');
  await send(worker.url, `resources/${title}/`, { method: 'PUT', token, body, expected: 201 });
}

/** An origin in this process: `answerOf` tells the JSON of the rows that it answers `?n=` with. */
export class TableOrigin {
  readonly #server: Server;

  private constructor(answerOf: (n: number) => string) {
    this.#server = createServer((request, response) => {
      const n = Number(new URL(request.url ?? '/', 'http://origin').searchParams.get('n'));
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(answerOf(n));
    });
  }

  static async start(answerOf: (n: number) => string): Promise<TableOrigin> {
    const origin = new TableOrigin(answerOf);
    await new Promise<void>((resolve) => origin.#server.listen(0, '127.0.0.1', resolve));
    return origin;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
