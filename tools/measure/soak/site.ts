/** A service of its own for one measurement, with an origin in this process. */

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalWorker, type LocalWorkerOptions } from '../harness/local-worker.ts';
import { forgetPeak, memoryOf } from '../harness/memory.ts';
import type { Question } from './slow-reader.ts';

const MB = 1e6;
const REST_MS = 3000;
const ENDED = ['SUCCESS', 'FAILURE', 'REVOKED'];
const USER = 'ada';

type LogHandler = (line: { level: string; message: string }) => void;

/** What a measurement is run with. */
export interface SiteOptions extends Pick<LocalWorkerOptions, 'vars' | 'more'> {
  script: string;
  /** Answers the loads. */
  origin: RequestListener;
  /** Is told of what the Worker logs as a warning or an error; without it nobody is. */
  logged?(message: string): void;
}

export class Site {
  readonly #options: SiteOptions;
  readonly #origin: Server;
  readonly #stores: string;
  #worker: LocalWorker;

  private constructor(options: SiteOptions, parts: { origin: Server; stores: string; worker: LocalWorker }) {
    this.#options = options;
    this.#origin = parts.origin;
    this.#stores = parts.stores;
    this.#worker = parts.worker;
  }

  static async open(options: SiteOptions): Promise<Site> {
    const origin = createServer(options.origin);
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
    const stores = mkdtempSync(join(tmpdir(), 'freshet-soak-'));
    return new Site(options, { origin, stores, worker: await startWorker(options, stores) });
  }

  get url(): string {
    return this.#worker.url;
  }

  get pids(): readonly number[] {
    return this.#worker.pids;
  }

  /** Where the origin answers a resource's loads. */
  originUrl(title: string): string {
    return `http://127.0.0.1:${(this.#origin.address() as AddressInfo).port}/${title}`;
  }

  token(user = USER): Promise<string> {
    return this.#worker.token(user);
  }

  /** Defines a resource whose loads ask the origin at `/<title>` with the parameters that `query` names. */
  async define(title: string, definition: object, query = ''): Promise<void> {
    const body = {
      origin: { url: this.originUrl(title) + query },
      ttl_s: 86_400,
      ...definition,
    };
    const answer = await this.ask(`resources/${title}/`, { method: 'PUT', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`PUT ${title}: ${answer.status} ${await answer.text()}`);
  }

  async ask(path: string, init: RequestInit = {}, user = USER): Promise<Response> {
    const { url, headers } = await this.question(path, {}, user);
    return fetch(url, {
      ...init,
      headers: { ...headers, 'Content-Type': 'application/json', ...(init.headers as object) },
    });
  }

  /** The same for a slow reader. */
  async question(
    path: string,
    headers: Record<string, string> = {},
    user = USER,
  ): Promise<Question & { headers: object }> {
    return {
      url: `${this.url}/api/v1/${path}`,
      headers: { Authorization: `Bearer ${await this.token(user)}`, ...headers },
    };
  }

  /** Asks for a refresh; the task. */
  async refresh(values: { resource_title: string; [name: string]: unknown }, user = USER): Promise<string> {
    const init = { method: 'POST', headers: { Prefer: 'respond-async' }, body: JSON.stringify(values) };
    const answer = await this.ask('cache/refresh/', init, user);
    const { task_id: taskId } = (await answer.json()) as { task_id?: string };
    if (taskId === undefined) throw new Error(`the refresh was answered ${answer.status}`);
    return taskId;
  }

  /** State in which a task has ended; the state in which it is when the patience ends. */
  async ended(taskId: string, patienceMs = 300_000): Promise<string> {
    const until = Date.now() + patienceMs;
    for (;;) {
      const waitS = Math.max(0, Math.min(30, Math.floor((until - Date.now()) / 1000)));
      const answer = await this.ask(`cache/state/?task_id=${taskId}`, { headers: { Prefer: `wait=${waitS}` } });
      const { task_state: state = String(answer.status) } = (await answer.json()) as { task_state?: string };
      if (ENDED.includes(state) || Date.now() >= until) return state;
    }
  }

  /** Loads a cache. @throws Error when the load fails */
  async load(values: { resource_title: string; [name: string]: unknown }): Promise<void> {
    const state = await this.ended(await this.refresh(values));
    if (state !== 'SUCCESS') throw new Error(`the load ended in ${state}`);
  }

  /** Ends the Worker and starts it again, as after a deploy; `lose` names what is removed of its stores meanwhile. */
  async restart(lose?: 'do'): Promise<void> {
    await this.#worker.stop();
    if (lose !== undefined) rmSync(join(this.#stores, lose), { recursive: true });
    this.#worker = await startWorker(this.#options, this.#stores);
  }

  /** Most memory of workerd while the work goes on, above what it has before, MB. */
  async added(work: () => Promise<void>): Promise<number> {
    await sleep(REST_MS);
    const { now } = memoryOf(this.pids);
    forgetPeak(this.pids);
    await work();
    return Math.round((memoryOf(this.pids).peak - now) / MB);
  }

  /** Size of the files of a store, MB. */
  storedMb(store: 'd1' | 'cache'): number {
    return Math.round(bytesIn(join(this.#stores, store)) / 1e5) / 10;
  }

  async stop(): Promise<void> {
    await this.#worker.stop();
    this.#origin.closeAllConnections();
    await new Promise((resolve) => this.#origin.close(resolve));
    rmSync(this.#stores, { recursive: true, force: true });
  }
}

function startWorker({ script, vars = {}, more, logged }: SiteOptions, stores: string): Promise<LocalWorker> {
  const handleStructuredLogs: LogHandler = ({ level, message }) => {
    if (level !== 'info') logged?.(message);
  };
  return LocalWorker.start({ script, vars, stores, more: { ...({ handleStructuredLogs } as object), ...more } });
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
