/** The counted service, running, and the requests that are counted. */

import { buildWorker } from '../harness/build-worker.ts';
import { LocalWorker } from '../harness/local-worker.ts';
import { cpuSeconds } from '../harness/processes.ts';
import type { Counts } from './counts.ts';

/** An answer, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

/** What a request carries besides its path. */
export interface Ask {
  user?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

const API = '/api/v1';
/** The clock goes forward by weeks while operations are counted. */
const TOKEN_S = 365 * 86_400;

export class CountedService {
  readonly worker: LocalWorker;
  readonly #tokens = new Map<string, string>();

  private constructor(worker: LocalWorker) {
    this.worker = worker;
  }

  /** Builds and starts it; `vars` are settings. */
  static async start(vars: Record<string, string>): Promise<CountedService> {
    const script = await buildWorker('tools/measure/cost/counting/index.ts');
    return new CountedService(await LocalWorker.start({ script, vars }));
  }

  /** Sends a request below the API's path. @throws Error when it is answered by a fault */
  async ask(path: string, { user = 'alice', method, headers = {}, body }: Ask = {}): Promise<Answer> {
    const token = this.#tokens.get(user) ?? (await this.worker.token(user, { expiresS: TOKEN_S }));
    this.#tokens.set(user, token);
    const response = await fetch(this.worker.url + API + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = { status: response.status, headers: response.headers, body: await response.text() };
    if (answer.status >= 400) throw new Error(`${path} was answered ${answer.status}: ${answer.body}`);
    return answer;
  }

  /** What the work makes the service ask of the platform, all that it sets off included. */
  async count(work: () => Promise<unknown>): Promise<Counts> {
    await this.#control('reset');
    await work();
    return (await this.#control('counts')).json() as Promise<Counts>;
  }

  /** CPU that one of `times` repetitions costs the process of Worker and local stores, ms; `together` run at a time. */
  async cpuMs(work: () => Promise<unknown>, times: number, together = 1): Promise<number> {
    await work();
    const before = cpuSeconds(this.worker.pids);
    for (let done = 0; done < times; done += together) await Promise.all(Array.from({ length: together }, work));
    await this.#control('counts');
    return ((cpuSeconds(this.worker.pids) - before) * 1000) / times;
  }

  /** Two bare calls of a local store, or none. */
  async callStore(store: 'd1' | 'r2' | 'cachePut' | 'cacheMatch' | 'object' | 'none'): Promise<void> {
    await this.#control('call', { store, object: 'bare' });
  }

  /** Keeps what is sent to queues from being consumed until `release`. */
  async hold(): Promise<void> {
    await this.#control('hold');
  }

  async release(): Promise<void> {
    await this.#control('release');
    await this.quiet();
  }

  /** Waits until nothing is under way. */
  async quiet(): Promise<void> {
    await this.#control('counts');
  }

  async putClockForward(ms: number): Promise<void> {
    await this.#control('clock', { ms: String(ms) });
  }

  /** Puts the clock forward to the next full hour: what is read then for the first time in it leaves a mark, once. */
  async beginHour(): Promise<void> {
    await this.#control('hour');
  }

  /** Lets time pass for an object: its alarms come when they are due. */
  async passTime(object: string, ms: number): Promise<void> {
    await this.#control('pass', { object, ms: String(ms) });
  }

  /** Puts an object out of memory. */
  async leave(object: string): Promise<void> {
    await this.#control('leave', { object });
  }

  /** Size of an object's database. */
  async objectBytes(object: string): Promise<number> {
    return (await this.#control('bytes', { object })).json() as Promise<number>;
  }

  async cron(): Promise<void> {
    await this.#control('cron');
  }

  stop(): Promise<void> {
    return this.worker.stop();
  }

  async #control(verb: string, asked: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(`${this.worker.url}/cost/${verb}?${new URLSearchParams(asked)}`);
    if (!response.ok) throw new Error(`${verb}: ${response.status} ${await response.text()}`);
    return response;
  }
}
