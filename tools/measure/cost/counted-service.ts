/** The counted service, running, and the requests that are counted. */

import { type Answer, type Ask, jsonOf } from '../harness/api.ts';
import { buildWorker } from '../harness/build-worker.ts';
import { LocalWorker } from '../harness/local-worker.ts';
import type { Counts } from './counts.ts';

export class CountedService {
  readonly worker: LocalWorker;

  private constructor(worker: LocalWorker) {
    this.worker = worker;
  }

  /** Builds and starts it; `vars` are settings. */
  static async start(vars: Record<string, string>): Promise<CountedService> {
    const script = await buildWorker('tools/measure/cost/counting/index.ts');
    return new CountedService(await LocalWorker.start({ script, vars }));
  }

  /** Sends a request of `alice`, unless told otherwise. @throws Error if the answer is a fault */
  ask(path: string, ask: Ask = {}): Promise<Answer> {
    return this.worker.api.ask(path, { user: 'alice', ...ask });
  }

  /** What the service asks of the platform during the work, including everything that it triggers. */
  async count(work: () => Promise<unknown>): Promise<Counts> {
    await this.#control('reset');
    await work();
    return jsonOf<Counts>(await this.#control('counts'));
  }

  /** Holds messages in the queues until `release`. */
  async hold(): Promise<void> {
    await this.#control('hold');
  }

  async release(): Promise<void> {
    await this.#control('release');
    await this.quiet();
  }

  /** Waits until no work is running. */
  async quiet(): Promise<void> {
    await this.#control('counts');
  }

  async putClockForward(ms: number): Promise<void> {
    await this.#control('clock', { ms: String(ms) });
  }

  /** Moves the clock to the next full hour: the first read in each hour leaves a mark, once. */
  async beginHour(): Promise<void> {
    await this.#control('hour');
  }

  /** Lets time pass for an object: its alarms fire when they are due. */
  async passTime(object: string, ms: number): Promise<void> {
    await this.#control('pass', { object, ms: String(ms) });
  }

  /** Removes an object from memory. */
  async leave(object: string): Promise<void> {
    await this.#control('leave', { object });
  }

  /** Size of an object's database. */
  async objectBytes(object: string): Promise<number> {
    return jsonOf<number>(await this.#control('bytes', { object }));
  }

  async cron(): Promise<void> {
    await this.#control('cron');
  }

  stop(): Promise<void> {
    return this.worker.stop();
  }

  #control(verb: string, asked: Record<string, string> = {}): Promise<Answer> {
    return this.ask(`/cost/${verb}?${new URLSearchParams(asked)}`);
  }
}
