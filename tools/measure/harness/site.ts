/** A separate service for one measurement, with an origin in this process, and stores that survive its restarts. */

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api, type Server } from './api.ts';
import { LocalWorker, type LocalWorkerOptions } from './local-worker.ts';
import { Origin } from './origin.ts';
import { forgetPeak, memoryOf } from './processes.ts';

const MB = 1e6;
const REST_MS = 3000;

/** Parameters of a resource whose caches are identified by a number. */
export const NUMBERED = { type: 'object', properties: { n: { type: 'integer' } } };

type LogHandler = (line: { level: string; message: string }) => void;

/** What a measurement is run with. */
export interface SiteOptions extends Pick<LocalWorkerOptions, 'vars' | 'more'> {
  script: string;
  /** Answers the requests of loads. */
  origin: RequestListener;
  /** Receives the warnings and errors that the Worker logs; by default they are ignored. */
  logged?(message: string): void;
}

/** How loads ask the origin: members of `origin` in a definition, and the parameters in the URL, as `{?n}`. */
export interface Asking {
  query?: string;
  method?: string;
  timeout_s?: number;
}

export class Site implements Server {
  /** Its API; `ada` sends the requests. */
  readonly api = new Api(this, 'ada');
  readonly #options: SiteOptions;
  readonly #origin: Origin;
  readonly #stores: string;
  #worker: LocalWorker;

  private constructor(options: SiteOptions, parts: { origin: Origin; stores: string; worker: LocalWorker }) {
    this.#options = options;
    this.#origin = parts.origin;
    this.#stores = parts.stores;
    this.#worker = parts.worker;
  }

  static async open(options: SiteOptions): Promise<Site> {
    const origin = await Origin.start(options.origin);
    const stores = mkdtempSync(join(tmpdir(), 'freshet-site-'));
    return new Site(options, { origin, stores, worker: await startWorker(options, stores) });
  }

  get url(): string {
    return this.#worker.url;
  }

  get pids(): readonly number[] {
    return this.#worker.pids;
  }

  get secret(): string {
    return this.#worker.secret;
  }

  /** The URL at which the origin answers a resource's loads. */
  originUrl(title: string): string {
    return `${this.#origin.url}/${title}`;
  }

  token(user: string): Promise<string> {
    return this.#worker.token(user);
  }

  binding<Binding>(name: string): Promise<Binding> {
    return this.#worker.binding(name);
  }

  /** Defines a resource whose loads ask the origin at `/<title>`. */
  define(title: string, definition: object = {}, { query = '', ...asking }: Asking = {}): Promise<void> {
    const origin = { url: this.originUrl(title) + query, ...asking };
    return this.api.define(title, { origin, ttl_s: 86_400, ...definition });
  }

  /**
   * Stops the Worker and starts it again with the same stores, as after a deploy; `lose` names a store that is deleted
   * meanwhile.
   */
  async restart(lose?: 'do'): Promise<void> {
    await this.#worker.stop();
    if (lose !== undefined) rmSync(join(this.#stores, lose), { recursive: true });
    this.#worker = await startWorker(this.#options, this.#stores, this.secret);
  }

  /** Kills the Worker, and starts it again with the same stores. */
  async kill(): Promise<void> {
    for (const pid of this.pids) process.kill(pid, 'SIGKILL');
    await this.#worker.stop().catch(() => undefined);
    this.#worker = await startWorker(this.#options, this.#stores, this.secret);
  }

  /** Peak memory of workerd during the work, above that before it, MB. */
  async added(work: () => Promise<void>): Promise<number> {
    await sleep(REST_MS);
    const { now } = memoryOf(this.pids);
    forgetPeak(this.pids);
    await work();
    return Math.round((memoryOf(this.pids).peak - now) / MB);
  }

  /** Size of a store's files, MB. */
  storedMb(store: 'd1' | 'cache'): number {
    return Math.round(bytesIn(join(this.#stores, store)) / 1e5) / 10;
  }

  async stop(): Promise<void> {
    // A Worker that was killed cannot stop properly.
    await this.#worker.stop().catch(() => undefined);
    await this.#origin.stop();
    rmSync(this.#stores, { recursive: true, force: true });
  }
}

/** Runs a measurement on its own site, which is stopped at the end. */
export async function onSite<Result>(options: SiteOptions, measure: (site: Site) => Promise<Result>): Promise<Result> {
  const site = await Site.open(options);
  try {
    return await measure(site);
  } finally {
    await site.stop();
  }
}

function startWorker(
  { script, vars = {}, more, logged }: SiteOptions,
  stores: string,
  secret?: string,
): Promise<LocalWorker> {
  const handleStructuredLogs: LogHandler = ({ level, message }) => {
    if (level !== 'info') logged?.(message);
  };
  const all = { ...({ handleStructuredLogs } as object), ...more };
  return LocalWorker.start({ script, vars, stores, more: all, ...(secret === undefined ? {} : { secret }) });
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
