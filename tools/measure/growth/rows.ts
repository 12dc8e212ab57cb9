/** Growth with the rows of a table: what a load takes, and what it writes. Each size has a Worker of its own, for the sake of the memory. */

import type { Entry } from '../../../src/contract/entry.ts';
import { d1Entries } from '../../../src/stores/entries.ts';
import { buildWorker } from '../harness/build-worker.ts';
import { LocalWorker } from '../harness/local-worker.ts';
import { forgetPeak, memoryOf } from '../harness/memory.ts';
import { cpuSeconds } from '../harness/processes.ts';
import { median } from '../harness/statistics.ts';
import { refreshToSuccess } from './client.ts';
import { define, TableOrigin } from './definitions.ts';
import type { Tell } from './reports.ts';

const SIZES = [1000, 10_000, 100_000, 500_000] as const;
const ROUNDS = 3;
/** One row of so many is another in each load but the first. */
const CHURN = 100;
const TITLE = 'table';

/** A load, from the refresh to the answer that tells of SUCCESS. */
export interface Load {
  seconds: number;
  /** Of workerd, with the local stores. */
  cpuSeconds: number;
  /** Most memory of workerd over what it had after a load of one row, bytes; V8 frees at leisure. */
  memoryBytes: number;
}

export interface RowsPoint {
  rows: number;
  originBytes: number;
  first: Load;
  churned: Load;
  /** Of the load in which 1 % of the rows changed. */
  deltaBytes: number;
  /** Body and id map in R2. */
  bodyBytes: number;
  mapBytes: number;
}

export async function measureRows(tell: Tell): Promise<RowsPoint[]> {
  const script = await buildWorker();
  const sites: TableSite[] = [];
  try {
    for (const rows of SIZES) sites.push(await TableSite.start(script, rows));
    for (let at = 0; at < ROUNDS; at++) {
      for (const site of sites) await site.round(at);
      tell(`rows: round ${at + 1} of ${ROUNDS}`);
    }
    return await Promise.all(sites.map((site) => site.point()));
  } finally {
    for (const site of sites) await site.stop();
  }
}

/** A Worker that loads a table of one size. */
class TableSite {
  readonly #rows: number;
  readonly #worker: LocalWorker;
  readonly #origin: TableOrigin;
  readonly #token: string;
  readonly #served: { answer: string };
  readonly #first: Load[] = [];
  readonly #churned: Load[] = [];
  #restBytes = 0;

  private constructor(
    rows: number,
    parts: { worker: LocalWorker; origin: TableOrigin; token: string; served: { answer: string } },
  ) {
    this.#rows = rows;
    this.#worker = parts.worker;
    this.#origin = parts.origin;
    this.#token = parts.token;
    this.#served = parts.served;
  }

  static async start(script: string, rows: number): Promise<TableSite> {
    const worker = await LocalWorker.start({ script, vars: { REFRESH_WAIT_MS: '30000' } });
    // Made before it is asked for: what is measured is the load, not the origin.
    const served = { answer: tableOf(1, 0) };
    const origin = await TableOrigin.start(() => served.answer);
    await define(worker, origin, TITLE);
    const site = new TableSite(rows, { worker, origin, token: await worker.token('ada'), served });
    await refreshToSuccess(worker.url, site.#token, { resource_title: TITLE, n: -1 });
    site.#restBytes = memoryOf(worker.pids).now;
    return site;
  }

  /** A cache of its own: loaded for the first time, then twice with other rows. */
  async round(n: number): Promise<void> {
    this.#first.push(await this.#load(n, 0));
    for (const generation of [1, 2]) this.#churned.push(await this.#load(n, generation));
  }

  async #load(n: number, generation: number): Promise<Load> {
    this.#served.answer = tableOf(this.#rows, generation);
    const { url, pids } = this.#worker;
    forgetPeak(pids);
    const cpuBefore = cpuSeconds(pids);
    const ms = await refreshToSuccess(url, this.#token, { resource_title: TITLE, n });
    return {
      seconds: ms / 1000,
      cpuSeconds: cpuSeconds(pids) - cpuBefore,
      memoryBytes: memoryOf(pids).peak - this.#restBytes,
    };
  }

  async point(): Promise<RowsPoint> {
    const { loaded, chain } = await this.#lastEntry();
    if (loaded === null) throw new Error('The table is not loaded.');
    return {
      rows: this.#rows,
      originBytes: Buffer.byteLength(this.#served.answer),
      first: middle(this.#first),
      churned: middle(this.#churned),
      deltaBytes: chain.at(-1)?.deltaBytes ?? 0,
      bodyBytes: loaded.bytes,
      mapBytes: loaded.mapBytes,
    };
  }

  async #lastEntry(): Promise<Entry> {
    const entries = d1Entries(await this.#worker.binding<D1Database>('DB'));
    const { entries: listed } = await entries.list({ resource: TITLE }, null, ROUNDS + 1, Date.now());
    const largest = listed.toSorted((a, b) => (a.loaded?.bytes ?? 0) - (b.loaded?.bytes ?? 0)).at(-1);
    const entry = largest === undefined ? null : await entries.find(largest.key);
    if (entry === null) throw new Error('D1 has no entry of the table.');
    return entry;
  }

  async stop(): Promise<void> {
    await this.#worker.stop();
    await this.#origin.stop();
  }
}

function tableOf(rows: number, generation: number): string {
  const changed = (row: number) => (generation > 0 && row % CHURN === 0 ? generation : 0);
  return JSON.stringify(Array.from({ length: rows }, (_, row) => [row, `row ${row}`, changed(row)]));
}

function middle(loads: readonly Load[]): Load {
  return {
    seconds: median(loads.map(({ seconds }) => seconds)),
    cpuSeconds: median(loads.map((load) => load.cpuSeconds)),
    memoryBytes: median(loads.map(({ memoryBytes }) => memoryBytes)),
  };
}
