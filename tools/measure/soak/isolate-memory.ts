/** What the Worker's isolate holds, seen through the inspector of `wrangler dev`, or of Miniflare (by the Worker's name). */

import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 100;

interface Reply {
  id?: number;
  result?: { usedSize: number; backingStorageSize: number };
}

/** Looks again and again, after a collection of garbage each time: so what is seen is what is held. */
export class IsolateMemory {
  readonly #socket: WebSocket;
  readonly #awaited = new Map<number, (reply: Reply) => void>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const reply = JSON.parse(String(data)) as Reply;
      this.#awaited.get(reply.id ?? 0)?.(reply);
    });
  }

  static async connect(port: number, path = 'ws'): Promise<IsolateMemory> {
    // Without an origin of this machine the inspector lets nobody in. The types are the platform's, and know no headers.
    const options = { headers: { Origin: 'http://localhost' } } as unknown as string[];
    const socket = new WebSocket(`ws://127.0.0.1:${port}/${path}`, options);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    return new IsolateMemory(socket);
  }

  /** The most bytes held, heap and buffers together, while the work goes on. */
  async most(work: Promise<unknown>): Promise<number> {
    let isOver = false;
    work
      .finally(() => {
        isOver = true;
      })
      .catch(() => undefined);
    let most = 0;
    while (!isOver) {
      const held = await Promise.race([this.held(), work.then(() => 0)]);
      most = Math.max(most, held);
      await sleep(PAUSE_MS);
    }
    await work;
    return most;
  }

  close(): void {
    this.#socket.close();
  }

  /** Bytes held now, heap and buffers together. */
  async held(): Promise<number> {
    await this.#call('HeapProfiler.collectGarbage');
    const { result } = await this.#call('Runtime.getHeapUsage');
    return (result?.usedSize ?? 0) + (result?.backingStorageSize ?? 0);
  }

  #call(method: string): Promise<Reply> {
    this.#last += 1;
    const id = this.#last;
    const reply = new Promise<Reply>((resolve) => this.#awaited.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method }));
    return reply.finally(() => this.#awaited.delete(id));
  }
}
