/**
 * One-time entry to the console of `npm start`: a link with a random code. A listener on this machine exchanges the
 * code for an administrator's token, once and within ten minutes. The service itself has no route that gives out
 * tokens.
 */

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How long the link is valid, ms. */
export const DOOR_MS = 600_000;
const CODE_BYTES = 16;
/** A code is shorter; a client that sends more is not the console. */
const MOST_BYTES = 256;

/** Options of a door. */
export interface DoorOptions {
  /** Port of the service, which also serves the console. */
  servicePort: number;
  /** Creates the token when the code is used. */
  makeToken(): Promise<string>;
  /** How long the link is valid, ms. */
  openMs?: number;
}

/** A listener on loopback, on its own port. */
export class OneTimeDoor {
  /** The listener's origin: `CONSOLE_LOCAL`. */
  url = '';
  readonly #server: Server;
  readonly #code = randomBytes(CODE_BYTES).toString('base64url');
  readonly #origins: ReadonlySet<string>;
  readonly #makeToken: () => Promise<string>;
  #isUsed = false;

  private constructor({ servicePort, makeToken, openMs = DOOR_MS }: DoorOptions) {
    this.#makeToken = makeToken;
    // For a page of the service a browser sends one of these origins, and no page can send another one than its own.
    this.#origins = new Set([`http://127.0.0.1:${servicePort}`, `http://localhost:${servicePort}`]);
    this.#server = createServer((request, response) => void this.#answer(request, response));
    setTimeout(() => this.close(), openMs).unref();
  }

  static async open(options: DoorOptions): Promise<OneTimeDoor> {
    const door = new OneTimeDoor(options);
    await new Promise<void>((resolve, reject) => {
      door.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    door.#server.unref();
    door.url = `http://127.0.0.1:${(door.#server.address() as AddressInfo).port}`;
    return door;
  }

  /**
   * The link, for the service at this address. The code is in the fragment (`#`), so that no server and no log receives
   * it.
   */
  consoleUrl(service: string): string {
    return `${service}/console/#once=${this.#code}`;
  }

  /** Invalidates the link. */
  close(): void {
    this.#isUsed = true;
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const origin = request.headers.origin ?? '';
    response.setHeader('Cache-Control', 'no-store');
    if (!this.#origins.has(origin)) return void response.writeHead(403).end();
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Vary', 'Origin');
    if (request.method !== 'POST' || request.url !== '/once') return void response.writeHead(404).end();
    const given = await bodyOf(request);
    if (this.#isUsed || !isSame(given, this.#code)) return void response.writeHead(403).end();
    this.close();
    response.writeHead(200, { 'Content-Type': 'text/plain' }).end(await this.#makeToken());
  }
}

/** The body; empty if it is longer than a code. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MOST_BYTES) return '';
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function isSame(given: string, code: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(code)];
  return a.length === b.length && timingSafeEqual(a, b);
}
