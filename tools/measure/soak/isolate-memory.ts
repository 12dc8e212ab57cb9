/** Memory of the Worker's isolate, without the local stores in the same process, read through the inspector of workerd. */

import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 100;
const WATCH_MS = 1000;
/** The largest of this many samples is kept. */
const LOOKS = 5;
/** Name of the Worker's isolate at workerd's inspector. */
const TARGET = 'core:user:worker';

/** Seconds since the beginning, and bytes. */
export type MemorySample = readonly [seconds: number, bytes: number];

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

  /**
   * Samples each second, until the signal or the end of the process; adds the largest of each five samples to
   * `samples`.
   */
  async watch(samples: MemorySample[], signal: AbortSignal): Promise<void> {
    const startedAt = Date.now();
    let most = 0;
    for (let look = 1; !signal.aborted; look += 1) {
      const used = await this.used().catch(() => null);
      if (used === null) return;
      most = Math.max(most, used);
      if (look % LOOKS === 0) {
        samples.push([Math.round((Date.now() - startedAt) / 1000), most]);
        most = 0;
      }
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
