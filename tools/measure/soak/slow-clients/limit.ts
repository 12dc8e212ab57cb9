/** Holds a process to a limit of memory: samples what it has, and kills it when it has more. */

import { memoryOf } from '../../harness/processes.ts';
import type { MemorySample } from '../isolate-memory.ts';

const EVERY_MS = 250;
/** Of so many samples the largest is kept. */
const KEPT_MS = 5000;

export class MemoryLimit {
  readonly samples: MemorySample[] = [];
  /** What was said when the process was killed. */
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
      // Of a process that has ended and was not waited for yet nothing is told.
      return Number.isNaN(now) ? null : now;
    } catch {
      return null;
    }
  }
}
