/** Memory of the Worker's isolate, without the local stores in the same process, read through the inspector of workerd. */

import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 100;
const WATCH_MS = 1000;
/** Name of the Worker's isolate at workerd's inspector. */
const TARGET = 'core:user:worker';

interface Reply {
  id?: number;
  result?: { usedSize: number; backingStorageSize: number };
}

export class IsolateMemory {
  readonly #socket: WebSocket;
  readonly #awaited = new Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const reply = JSON.parse(String(data)) as Reply;
      this.#awaited.get(reply.id ?? 0)?.resolve(reply);
    });
    socket.addEventListener('close', () => {
      for (const { reject } of this.#awaited.values()) reject(new Error('The inspector has gone.'));
    });
  }

  /** `path`: the inspector of `wrangler dev` has another one, `ws`. */
  static async connect(port: number, path = TARGET): Promise<IsolateMemory> {
    // The inspector only accepts an origin of this machine. The types are the platform's, which has no such option.
    const options = { headers: { Origin: 'http://localhost' } } as unknown as string[];
    const socket = new WebSocket(`ws://127.0.0.1:${port}/${path}`, options);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    return new IsolateMemory(socket);
  }

  /** Bytes of heap and buffers, with garbage. @throws Error if the process has ended */
  async used(): Promise<number> {
    const { result } = await this.#call('Runtime.getHeapUsage');
    return (result?.usedSize ?? 0) + (result?.backingStorageSize ?? 0);
  }

  /** The same after a garbage collection: the memory that is really held. */
  async held(): Promise<number> {
    await this.#call('HeapProfiler.collectGarbage');
    return this.used();
  }

  /** The most bytes held during the work. */
  async most(work: Promise<unknown>): Promise<number> {
    const over = work.then(() => null);
    let most = 0;
    for (;;) {
      const held = await Promise.race([over, this.held()]);
      if (held === null) return most;
      most = Math.max(most, held);
      await Promise.race([over, sleep(PAUSE_MS)]);
    }
  }

  /** Adds `used()` to `samples` each second, until the signal or the end of the process. */
  async watch(samples: number[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const used = await this.used().catch(() => null);
      if (used === null) return;
      samples.push(used);
      await sleep(WATCH_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  close(): void {
    this.#socket.close();
  }

  async #call(method: string): Promise<Reply> {
    if (this.#socket.readyState !== WebSocket.OPEN) throw new Error('The inspector has gone.');
    this.#last += 1;
    const id = this.#last;
    const reply = new Promise<Reply>((resolve, reject) => this.#awaited.set(id, { resolve, reject }));
    this.#socket.send(JSON.stringify({ id, method }));
    return reply.finally(() => this.#awaited.delete(id));
  }
}
