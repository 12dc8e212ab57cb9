/** A separate service for one measurement, with an origin in this process. */

import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalWorker, type LocalWorkerOptions } from './local-worker.ts';
import { Origin } from './origin.ts';
import { forgetPeak, memoryOf } from './processes.ts';

const MB = 1e6;
const REST_MS = 3000;

/** Parameters of a resource whose caches are identified by a number. */
export const NUMBERED = { type: 'object', properties: { n: { type: 'integer' } } };

/** What a measurement is run with; what the Worker logs is ignored by default. */
export interface SiteOptions extends LocalWorkerOptions {
  /** Answers the requests of loads. */
  origin: RequestListener;
}

/** How loads ask the origin: members of `origin` in a definition, and the parameters in the URL, as `{?n}`. */
export interface Asking {
  query?: string;
  method?: string;
  timeout_s?: number;
  pages?: object;
  changes?: object;
}

/** `ada` sends the requests of its API. */
export class Site extends LocalWorker {
  readonly #origin: Origin;

  private constructor(options: LocalWorkerOptions, origin: Origin) {
    super({ logged: () => undefined, ...options }, 'ada');
    this.#origin = origin;
  }

  static async open({ origin: listener, ...options }: SiteOptions): Promise<Site> {
    const site = new Site(options, await Origin.start(listener));
    await site.run();
    return site;
  }

  /** The URL at which the origin answers a resource's loads. */
  originUrl(title: string): string {
    return `${this.#origin.url}/${title}`;
  }

  /** Defines a resource whose loads ask the origin at `/<title>`. */
  define(title: string, definition: object = {}, { query = '', ...asking }: Asking = {}): Promise<void> {
    const origin = { url: this.originUrl(title) + query, ...asking };
    return this.api.define(title, { origin, ttl_s: 86_400, ...definition });
  }

  /** Peak memory of workerd during the work, above that before it, MB. */
  async added(work: () => Promise<void>): Promise<number> {
    await sleep(REST_MS);
    const { now } = memoryOf(this.pids);
    forgetPeak(this.pids);
    await work();
    return Math.round((memoryOf(this.pids).peak - now) / MB);
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.#origin.stop();
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
