/** Enforces a memory limit on a process: samples its memory, and kills it if it exceeds the limit. */

import { memoryOf } from '../../harness/processes.ts';
import type { MemorySample } from '../isolate-memory.ts';

const EVERY_MS = 250;
/** The largest sample of each period of this length is kept, ms. */
const KEPT_MS = 5000;

export class MemoryLimit {
  readonly samples: MemorySample[] = [];
  /** The message when the process was killed. */
  killed: string | null = null;
  peakBytes = 0;
  readonly #pids: readonly number[];
  readonly #limitBytes: number;
  readonly #startedAt = Date.now();
  readonly #timer: NodeJS.Timeout;
  #since = Date.now();
  #most = 0;

  /** Watches the processes from now on; `Infinity` only watches. */
  constructor(pids: readonly number[], limitBytes: number) {
    this.#pids = pids;
    this.#limitBytes = limitBytes;
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const bytes = this.#now();
    if (bytes === null) {
      this.#end('the process has ended');
      return;
    }
    this.#most = Math.max(this.#most, bytes);
    this.peakBytes = Math.max(this.peakBytes, bytes);
    if (Date.now() >= this.#since + KEPT_MS) this.#keep();
    if (bytes <= this.#limitBytes) return;
    this.#keep();
    for (const pid of this.#pids) process.kill(pid, 'SIGKILL');
    this.#end(`killed at ${Math.round(bytes / 1e6)} MB, over the limit of ${Math.round(this.#limitBytes / 1e6)} MB`);
  }

  #keep(): void {
    this.samples.push([Math.round((Date.now() - this.#startedAt) / 1000), this.#most]);
    this.#since = Date.now();
    this.#most = 0;
  }

  #end(why: string): void {
    this.killed = `${why}, ${Math.round((Date.now() - this.#startedAt) / 1000)} s after the begin`;
    this.stop();
  }

  #now(): number | null {
    try {
      const { now } = memoryOf(this.#pids);
      // For a process that has ended but still exists as a zombie, there is no figure.
      return Number.isNaN(now) ? null : now;
    } catch {
      return null;
    }
  }
}
