/** A device with a live socket, for the counts. */

import { jsonOf } from '../harness/api.ts';
import type { CountedService } from './counted-service.ts';

interface Poke {
  poke: [tag: string, version: number, revision: number][];
}

const PATIENCE_MS = 20_000;

export class LiveDevice {
  /** Id of the connection. */
  readonly id: string;
  readonly user: string;
  readonly #socket: WebSocket;
  /** Tags that it was told of. */
  readonly told: string[] = [];
  pongs = 0;

  private constructor(id: string, user: string, socket: WebSocket) {
    this.id = id;
    this.user = user;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      if (data === 'pong') this.pongs += 1;
      else this.told.push(...((JSON.parse(String(data)) as Partial<Poke>).poke ?? []).map(([tag]) => tag));
    });
  }

  /** A ticket for a socket. */
  static async ticket(service: CountedService, user: string): Promise<string> {
    return jsonOf<{ live: string }>(await service.ask('live/', { user, method: 'POST' })).live;
  }

  /** Opens the socket; resolves when the hub has sent the connection's id. */
  static async open(service: CountedService, user: string, ticket: string): Promise<LiveDevice> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    const url = `${service.worker.url.replace(/^http/, 'ws')}/api/v1/live/`;
    const socket = new WebSocket(url, ['freshet.v1', `ticket.${ticket}`]);
    const device = new LiveDevice(ticket, user, socket);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('message', () => resolve(), { once: true });
      socket.addEventListener('close', ({ code }) => reject(new Error(`the socket was closed: ${code}`)), {
        once: true,
      });
      late.addEventListener('abort', () => reject(new Error('the hub said nothing')));
      socket.addEventListener('error', () => reject(new Error('the socket did not open')), { once: true });
    });
    return device;
  }

  /** Resolves when the hub has answered, awake or asleep. */
  async ping(): Promise<void> {
    const before = this.pongs;
    this.#socket.send('ping');
    await until(() => this.pongs > before, 'no pong came');
  }

  /** Resolves when the device was told of a cache more often than `before`. */
  async isTold(tag: string, before: number): Promise<void> {
    await until(() => this.told.filter((told) => told === tag).length > before, `nobody was told of ${tag}`);
  }

  /** Closes the socket without waiting for the answer. */
  close(): void {
    this.#socket.close();
  }
}

async function until(isSo: () => boolean, otherwise: string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !isSo(); ) {
    if (performance.now() > end) throw new Error(otherwise);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
