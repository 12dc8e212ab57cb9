/** An origin for tests that answers as they tell it to. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class TestOrigin {
  /** What it answers: a body, or a status without one. */
  answer: { status: number; body: string } = { status: 200, body: '[]' };
  /** While set, answers wait for it. */
  gate: Promise<void> | null = null;
  /** How many requests came. */
  count = 0;
  /** Path and query of each. */
  readonly asked: string[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      this.count++;
      this.asked.push(request.url ?? '');
      await this.gate;
      const { status, body } = this.answer;
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
    });
  }

  async begin(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers rows of two columns, `id` and `name`. */
  rows(...names: string[]): void {
    this.answer = { status: 200, body: JSON.stringify(names.map((name, id) => ({ id, name }))) };
  }

  /** Answers a status, and a body that says why. */
  fail(status: number, message = ''): void {
    this.answer = { status, body: JSON.stringify({ message }) };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
