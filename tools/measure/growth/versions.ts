/** Growth with the kept versions of a cache: what its chain costs those who refresh and read it. */

import { buildWorker } from '../harness/build-worker.ts';
import { LocalWorker } from '../harness/local-worker.ts';
import { cpuSeconds } from '../harness/processes.ts';
import { median } from '../harness/statistics.ts';
import { refreshToSuccess, send } from './client.ts';
import { define, TableOrigin } from './definitions.ts';
import type { Tell } from './reports.ts';

const LENGTHS = [1, 10, 100, 1000] as const;
const ROUNDS = 7;
const REFRESHES = 3;
/** Reads of a round: CPU is told in hundredths of a second. */
const READS = 800;
const AT_ONCE = 8;
const ROWS = 2000;

export interface VersionsPoint {
  /** Changed versions that are kept. */
  versions: number;
  refreshMs: number;
  /** rpc 304 of a hot cache, one after the other; and of 8 at once the CPU of workerd, ms each. */
  notModifiedMs: number;
  notModifiedCpuMs: number;
  /** The delta from the oldest kept version to the last, asked for the first time. */
  deltaMs: number;
  deltaBytes: number;
  /** Whether it was answered with the whole table. */
  isWhole: boolean;
  /** Of the entry in D1. */
  rowBytes: number;
  chainBytes: number;
}

type Seen = Pick<VersionsPoint, 'refreshMs' | 'notModifiedMs' | 'notModifiedCpuMs' | 'deltaMs'> & {
  deltaBytes: number;
  isWhole: boolean;
};

export async function measureVersions(tell: Tell): Promise<VersionsPoint[]> {
  const worker = await LocalWorker.start({ script: await buildWorker(), vars: { REFRESH_WAIT_MS: '30000' } });
  let answers = 0;
  // One row is another each time.
  const origin = await TableOrigin.start(() => {
    answers += 1;
    return JSON.stringify(
      Array.from({ length: ROWS }, (_, row) => [row, `row ${row}`, row === answers % ROWS ? answers : 0]),
    );
  });
  try {
    const caches: KeptCache[] = [];
    for (const versions of LENGTHS) {
      caches.push(await KeptCache.make(worker, origin, versions));
      tell(`a cache with ${versions} kept versions is there`);
    }
    const seen = new Map(caches.map((cache) => [cache, [] as Seen[]]));
    for (let at = 0; at <= ROUNDS; at++) {
      for (const cache of caches.map((_, n) => caches[(n + at) % caches.length] as KeptCache)) {
        const one = await cache.round();
        // The first round warms up.
        if (at > 0) seen.get(cache)?.push(one);
      }
      tell(`versions: round ${at} of ${ROUNDS}`);
    }
    return await Promise.all(caches.map((cache) => cache.point(seen.get(cache) ?? [])));
  } finally {
    await worker.stop();
    await origin.stop();
  }
}

/** A cache that keeps so many changed versions. */
class KeptCache {
  readonly #worker: LocalWorker;
  readonly #db: D1Database;
  readonly #token: string;
  readonly #versions: number;

  private constructor(worker: LocalWorker, db: D1Database, token: string, versions: number) {
    this.#worker = worker;
    this.#db = db;
    this.#token = token;
    this.#versions = versions;
  }

  static async make(worker: LocalWorker, origin: TableOrigin, versions: number): Promise<KeptCache> {
    const cache = new KeptCache(worker, await worker.binding('DB'), await worker.token('ada'), versions);
    await define(worker, origin, cache.#title, { retain_versions: versions });
    for (let load = 0; load < versions; load++) await cache.#refresh();
    return cache;
  }

  get #title(): string {
    return `keeps-${this.#versions}`;
  }

  #refresh(): Promise<number> {
    return refreshToSuccess(this.#worker.url, this.#token, { resource_title: this.#title });
  }

  async round(): Promise<Seen> {
    const refreshes: number[] = [];
    const deltas: Omit<Seen, 'refreshMs' | 'notModifiedMs' | 'notModifiedCpuMs'>[] = [];
    for (let time = 0; time < REFRESHES; time++) {
      refreshes.push(await this.#refresh());
      deltas.push(await this.#delta());
    }
    return {
      refreshMs: median(refreshes),
      ...(await this.#reads()),
      deltaMs: median(deltas.map(({ deltaMs }) => deltaMs)),
      deltaBytes: median(deltas.map(({ deltaBytes }) => deltaBytes)),
      isWhole: deltas.some(({ isWhole }) => isWhole),
    };
  }

  async #reads(): Promise<Pick<Seen, 'notModifiedMs' | 'notModifiedCpuMs'>> {
    const { url, pids } = this.#worker;
    const path = `rpc/${this.#title}/`;
    const etag = String((await send(url, path, { token: this.#token })).headers.etag);
    const read = () => send(url, path, { token: this.#token, headers: { 'If-None-Match': etag }, expected: 304 });
    const alone: number[] = [];
    for (let time = 0; time < READS / AT_ONCE; time++) alone.push((await read()).ms);
    const before = cpuSeconds(pids);
    const client = async () => {
      for (let time = 0; time < READS / AT_ONCE; time++) await read();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    return { notModifiedMs: median(alone), notModifiedCpuMs: ((cpuSeconds(pids) - before) * 1000) / READS };
  }

  async #delta(): Promise<Pick<Seen, 'deltaMs' | 'deltaBytes' | 'isWhole'>> {
    const { chain } = await this.#row();
    const headers = { 'X-Delta': `v${chain[0]?.version}-last` };
    const {
      ms,
      body,
      headers: told,
    } = await send(this.#worker.url, `rpc/${this.#title}/`, { token: this.#token, headers });
    return { deltaMs: ms, deltaBytes: body.length, isWhole: !String(told['content-version']).includes('delta') };
  }

  async #row(): Promise<{ chain: { version: number }[]; row: Record<string, unknown> }> {
    const row = await this.#db.prepare('SELECT * FROM entries WHERE resource = ?1').bind(this.#title).first();
    if (row === null) throw new Error(`D1 has no entry of ${this.#title}.`);
    return { chain: JSON.parse(String(row.chain)), row };
  }

  async point(seen: readonly Seen[]): Promise<VersionsPoint> {
    const { row } = await this.#row();
    const of = (member: 'refreshMs' | 'notModifiedMs' | 'notModifiedCpuMs' | 'deltaMs' | 'deltaBytes') =>
      median(seen.map((one) => one[member]));
    return {
      versions: this.#versions,
      refreshMs: of('refreshMs'),
      notModifiedMs: of('notModifiedMs'),
      notModifiedCpuMs: of('notModifiedCpuMs'),
      deltaMs: of('deltaMs'),
      deltaBytes: of('deltaBytes'),
      isWhole: seen.some(({ isWhole }) => isWhole),
      rowBytes: Object.values(row).reduce<number>((sum, value) => sum + String(value ?? '').length, 0),
      chainBytes: String(row.chain).length,
    };
  }
}
