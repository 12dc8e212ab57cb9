/** An origin for one test, in this process: slow or hanging on request; counts its requests. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export class SlowOrigin {
  /** Paths with query, as they were asked for. */
  readonly requests: string[] = [];
  /** Most requests that it had open at once. */
  mostAtOnce = 0;
  readonly #server: Server;
  #open = 0;
  #arrived: (() => void)[] = [];

  private constructor(delayOf: (path: string) => number | Promise<number>) {
    this.#server = createServer(async (request, response) => {
      this.requests.push(request.url ?? '');
      this.#open += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#open);
      for (const resolve of this.#arrived.splice(0)) resolve();
      const delayMs = await delayOf(request.url ?? '');
      if (delayMs === Number.POSITIVE_INFINITY) return;
      await sleep(delayMs);
      this.#open -= 1;
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ items: [{ id: 1, path: request.url, answer: this.requests.length }] }));
    });
  }

  /** Answers after `delayMs`, which may depend on the path, or begin once a promise resolves; Infinity: never. */
  static async start(delayMs: number | ((path: string) => number | Promise<number>)): Promise<SlowOrigin> {
    const origin = new SlowOrigin(typeof delayMs === 'number' ? () => delayMs : delayMs);
    await new Promise<void>((resolve) => origin.#server.listen(0, '127.0.0.1', resolve));
    return origin;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when the next request comes. */
  arrival(): Promise<void> {
    return new Promise((resolve) => this.#arrived.push(resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
