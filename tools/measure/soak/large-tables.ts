/**
 * The largest allowed tables, through the real service (DESIGN "Rows, id map and deltas"): loaded, loaded again with
 * one row in a hundred changed, broken off by the origin half-way, and killed half-way. Watches the memory of the
 * isolate meanwhile; a device applies the delta; at the end the stores are read from disk.
 */

import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { LEASE_MARGIN_MS } from '../../../src/contract/constants.ts';
import { freePorts, Service } from '../../../test/e2e/support/service.ts';
import { type Answer, type Api, jsonOf } from '../harness/api.ts';
import { Origin } from '../harness/origin.ts';
import { ageStores } from './age-stores.ts';
import { checkStores } from './check-stores.ts';
import { IsolateMemory } from './isolate-memory.ts';
import { apiOf, killAll } from './kills.ts';
import { LargeOrigin, SHAPES, type Shape } from './large-origin.ts';
import { readStores } from './stores.ts';

/** One load of one table. */
export interface LargeTableRow {
  table: string;
  load: string;
  state: string;
  seconds: number;
  /** The most bytes that the isolate held, above what it holds at rest; null: it was killed. */
  heldBytes: number | null;
  /** Size of the answer given to a device: the body, or the delta. */
  givenBytes: number | null;
  faults: string[];
}

/**
 * Most bytes that may be held at once: two id maps, the delta, a part of the body that is being filled and one being
 * sent, and what the runtime needs for them. An isolate has 128 MB.
 */
export const MOST_HELD_BYTES = 64 * 1024 * 1024;

const TIMEOUT_S = 300;
const PATIENCE_MS = 600_000;

type Body = { data: [id: number, ...cells: unknown[]][] }[];
type Delta = { insert_rows: Body[number]['data']; delete_ids: number[] }[];

/** Runs the campaign; `tell` is called for each step. */
export async function largeTables(tell: (line: string) => void): Promise<LargeTableRow[]> {
  const large = new LargeOrigin();
  const origin = await Origin.start(large.listener);
  let { service, inspectorPort } = await start();
  const { stateDir } = service;
  const rows: LargeTableRow[] = [];
  const note = (row: LargeTableRow) => {
    rows.push(row);
    tell(`${row.table}, ${row.load}: ${row.state} in ${row.seconds} s, ${row.heldBytes} bytes held`);
  };
  const accepted = new Set<string>();
  try {
    for (const [index, shape] of SHAPES.entries()) {
      const memory = await IsolateMemory.connect(inspectorPort, 'ws');
      const table = await LargeTable.define(service, `${origin.url}/${index}`, shape, accepted);
      note(await table.load('the first', memory));
      note(await table.loadChange(memory));
      large.breaksOff = true;
      note(await table.loadNothing('broken off half-way by the origin', memory));
      large.breaksOff = false;
      memory.close();

      await table.refresh();
      await large.halfway();
      await killAll(service);
      const { openUploads } = readStores(stateDir);
      // R2 deletes an unfinished upload by itself, after 7 days.
      const left = openUploads > index + 1 ? [`${openUploads} uploads were left open by ${index + 1} kills`] : [];
      ageStores(stateDir, TIMEOUT_S * 1000 + LEASE_MARGIN_MS);
      ({ service, inspectorPort } = await start(stateDir));
      note(await table.afterKill(service, left));
    }
    service.process.kill('SIGTERM');
    await service.ended;
    rows.at(-1)?.faults.push(...checkStores(readStores(stateDir), accepted).faults);
    return rows;
  } finally {
    await killAll(service);
    await origin.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
}

async function start(stateDir?: string): Promise<{ service: Service; inspectorPort: number }> {
  const [inspectorPort] = await freePorts();
  const env = { DEMO: '0', RATE_LIMITS: 'off', INSPECTOR_PORT: String(inspectorPort) };
  return { service: await Service.start({ env, ...(stateDir === undefined ? {} : { stateDir }) }), inspectorPort };
}

/** One resource with one cache, and what a device has of it. */
class LargeTable {
  #api: Api;
  readonly #title: string;
  readonly #shape: Shape;
  readonly #accepted: Set<string>;
  #taskId = '';
  #held = new Map<number, string>();
  #etag = '';

  private constructor(service: Service, title: string, shape: Shape, accepted: Set<string>) {
    this.#api = apiOf(service);
    this.#title = title;
    this.#shape = shape;
    this.#accepted = accepted;
  }

  static async define(service: Service, url: string, shape: Shape, accepted: Set<string>): Promise<LargeTable> {
    const made = new LargeTable(service, `large-${shape.rows}`, shape, accepted);
    const definition = {
      origin: { url, timeout_s: TIMEOUT_S },
      ttl_s: 31_536_000,
      retry: { max_attempts: 2, backoff_s: 0.5 },
      tables: [{ name: 'rows', rows: '/items', columns: ['id', 'of', 'text'] }],
    };
    await made.#api.define(made.#title, definition);
    return made;
  }

  /** A load; a device then reads the whole body. */
  async load(name: string, memory: IsolateMemory): Promise<LargeTableRow> {
    const row = await this.#loaded(name, memory);
    const answer = await this.#takeWhole();
    this.#check(row, answer);
    return { ...row, givenBytes: answer.body.length };
  }

  /** A load; a device then applies the delta, and must have what the origin has. */
  async loadChange(memory: IsolateMemory): Promise<LargeTableRow> {
    const row = await this.#loaded('a hundredth of the rows changed', memory);
    const headers = { 'X-Delta': 'auto', 'If-None-Match': this.#etag };
    const answer = await this.#api.ask(`rpc/${this.#title}/`, { headers });
    const [delta] = jsonOf<Delta>(answer);
    for (const id of delta?.delete_ids ?? []) this.#held.delete(id);
    for (const [id, cells] of byId(delta?.insert_rows ?? [])) this.#held.set(id, cells);
    this.#etag = answer.headers.etag ?? '';
    if (!String(answer.headers['content-version']).startsWith('"delta')) row.faults.push('the device got no delta');
    this.#check(row, answer);
    return { ...row, givenBytes: answer.body.length };
  }

  /** A load that fails: the device still gets the data of before. */
  async loadNothing(name: string, memory: IsolateMemory): Promise<LargeTableRow> {
    const row = await this.#loaded(name, memory, 'FAILURE');
    const headers = { 'If-None-Match': this.#etag };
    const { status } = await this.#api.ask(`rpc/${this.#title}/`, { headers, expected: null });
    if (status !== 304) row.faults.push(`the device, which has the last version, was answered ${status}`);
    return row;
  }

  /** The task that was running at the kill ends by itself, and the device then gets all changes since. */
  async afterKill(service: Service, faults: string[]): Promise<LargeTableRow> {
    this.#api = apiOf(service);
    const startedAt = Date.now();
    const state = await this.#api.ended(this.#taskId, { patienceMs: PATIENCE_MS });
    const row = this.#row('killed half-way, and started again', startedAt, state, null);
    row.faults.push(...faults, ...(state === 'SUCCESS' ? [] : [`the task ended in ${state}`]));
    this.#check(row, await this.#takeWhole());
    return row;
  }

  async refresh(): Promise<void> {
    const { taskId } = await this.#api.refresh(this.#title);
    this.#accepted.add(taskId);
    this.#taskId = taskId;
  }

  async #takeWhole(): Promise<Answer> {
    const answer = await this.#api.ask(`rpc/${this.#title}/`);
    this.#etag = answer.headers.etag ?? '';
    this.#held = byId(jsonOf<Body>(answer)[0]?.data ?? []);
    return answer;
  }

  async #loaded(name: string, memory: IsolateMemory, expected = 'SUCCESS'): Promise<LargeTableRow> {
    const startedAt = Date.now();
    await this.refresh();
    const ending = this.#api.ended(this.#taskId, { patienceMs: PATIENCE_MS });
    const heldBytes = await memory.most(ending);
    const state = await ending;
    const row = this.#row(name, startedAt, state, heldBytes);
    if (state !== expected) row.faults.push(`the task ended in ${state}`);
    if (heldBytes > MOST_HELD_BYTES) row.faults.push(`${heldBytes} bytes were held`);
    return row;
  }

  #row(load: string, startedAt: number, state: string, heldBytes: number | null): LargeTableRow {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    return { table: this.#shape.name, load, state, seconds, heldBytes, givenBytes: null, faults: [] };
  }

  /** Whether the device has as many rows as the origin, and the rows that the service states. */
  #check({ faults }: LargeTableRow, answer: Answer): void {
    const hash = createHash('sha256').update([...this.#held.keys()].toSorted((a, b) => a - b).join(','));
    if (this.#held.size !== this.#shape.rows) faults.push(`the device has ${this.#held.size} rows`);
    if (hash.digest('hex') !== answer.headers['cache-hash-value']) faults.push('the device has other rows');
  }
}

function byId(rows: Body[number]['data']): Map<number, string> {
  return new Map(rows.map(([id, ...cells]) => [id, JSON.stringify(cells)]));
}
