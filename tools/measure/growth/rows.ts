/** Growth with the rows of a table: duration of a load, and what it writes. Each size has its own Worker, so that memory can be measured. */

import type { Entry } from '../../../src/ports/entry.ts';
import { d1Entries } from '../../../src/stores/entries.ts';
import { buildWorker } from '../harness/build-worker.ts';
import { answering } from '../harness/origin.ts';
import { cpuSeconds, forgetPeak, memoryOf } from '../harness/processes.ts';
import { NUMBERED, Site } from '../harness/site.ts';
import { inTurn, medians } from '../harness/statistics.ts';
import { TABLE } from './fleet-site.ts';

/** Most rounds: a load of a large table is measured well enough by three. */
const MOST_ROUNDS = 3;
/** One row in this many is different in each load after the first. */
const CHURN = 100;
const TITLE = 'table';
const TIMEOUT_S = 120;

/** A load, from the refresh to the answer with SUCCESS. */
export interface Load {
  seconds: number;
  /** CPU of workerd, with the local stores. */
  cpuSeconds: number;
  /** Highest memory of workerd above that after a load of one row, bytes; V8 frees memory late. */
  memoryBytes: number;
}

export interface RowsPoint {
  rows: number;
  originBytes: number;
  first: Load;
  churned: Load;
  /** Size of the delta of a load in which 1 % of the rows changed. */
  deltaBytes: number;
  /** Body and id map in R2. */
  bodyBytes: number;
  mapBytes: number;
}

/** Measures tables of these sizes. */
export async function measureRows(
  sizes: readonly number[],
  wanted: number,
  tell: (line: string) => void,
): Promise<RowsPoint[]> {
  const rounds = Math.min(wanted, MOST_ROUNDS);
  const script = await buildWorker();
  const tables: GrowingTable[] = [];
  try {
    for (const rows of sizes) tables.push(await GrowingTable.start(script, rows));
    await inTurn(
      Object.fromEntries(tables.map((table) => [table.rows, table])),
      rounds,
      (table) => table.round(),
      (_round, number) => tell(`rows: round ${number} of ${rounds}`),
    );
    return await Promise.all(tables.map((table) => table.point()));
  } finally {
    for (const table of tables) await table.stop();
  }
}

/** A Worker that loads a table of one size. */
class GrowingTable {
  readonly rows: number;
  readonly #site: Site;
  readonly #served: { answer: string };
  readonly #first: Load[] = [];
  readonly #churned: Load[] = [];
  #restBytes = 0;

  private constructor(rows: number, site: Site, served: { answer: string }) {
    this.rows = rows;
    this.#site = site;
    this.#served = served;
  }

  static async start(script: string, rows: number): Promise<GrowingTable> {
    // Built before it is requested, so that only the load is measured, not the origin.
    const served = { answer: tableOf(1, 0) };
    const site = await Site.open({
      script,
      vars: { REFRESH_WAIT_MS: '30000' },
      origin: answering(() => served.answer),
    });
    await site.define(TITLE, { parameters: NUMBERED, tables: [TABLE] }, { query: '{?n}', timeout_s: TIMEOUT_S });
    await site.api.load(TITLE, { n: -1 });
    const table = new GrowingTable(rows, site, served);
    table.#restBytes = memoryOf(site.pids).now;
    return table;
  }

  /** A new cache: loaded for the first time, then twice with different rows. */
  async round(): Promise<void> {
    const n = this.#first.length;
    this.#first.push(await this.#load(n, 0));
    for (const generation of [1, 2]) this.#churned.push(await this.#load(n, generation));
  }

  async #load(n: number, generation: number): Promise<Load> {
    this.#served.answer = tableOf(this.rows, generation);
    const { api, pids } = this.#site;
    forgetPeak(pids);
    const cpuBefore = cpuSeconds(pids);
    const ms = await api.load(TITLE, { n });
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
      rows: this.rows,
      originBytes: Buffer.byteLength(this.#served.answer),
      first: medians(this.#first),
      churned: medians(this.#churned),
      deltaBytes: chain.at(-1)?.deltaBytes ?? 0,
      bodyBytes: loaded.bytes,
      mapBytes: loaded.mapBytes,
    };
  }

  async #lastEntry(): Promise<Entry> {
    const entries = d1Entries(await this.#site.binding<D1Database>('DB'));
    const { entries: listed } = await entries.list({ resource: TITLE }, null, MOST_ROUNDS + 1, Date.now());
    const largest = listed.toSorted((a, b) => (a.loaded?.bytes ?? 0) - (b.loaded?.bytes ?? 0)).at(-1);
    const entry = largest === undefined ? null : await entries.find(largest.key);
    if (entry === null) throw new Error('D1 has no entry of the table.');
    return entry;
  }

  stop(): Promise<void> {
    return this.#site.stop();
  }
}

function tableOf(rows: number, generation: number): string {
  const changed = (row: number) => (generation > 0 && row % CHURN === 0 ? generation : 0);
  return JSON.stringify(Array.from({ length: rows }, (_, row) => [row, `row ${row}`, changed(row)]));
}
