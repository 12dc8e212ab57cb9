/** An origin in pages whose rows change between loads, and a cache that loads its changes: without the service. */

import { GateHold, noGates } from '../../src/flows/load/gate-hold.ts';
import { loadCache } from '../../src/flows/load/load-cache.ts';
import { LoadClock } from '../../src/flows/load/load-clock.ts';
import type { LoadServices } from '../../src/flows/load/loading.ts';
import type { Json } from '../../src/ports/entry.ts';
import type { Lease, LoadChange, PreviousLoad } from '../../src/ports/object.ts';
import { memoryBlobs } from './memory-blobs.ts';
import { sampleResource } from './resources.ts';

const ORIGIN = 'https://erp.example.com';
const KEY = 'f'.repeat(64);
const TABLE = { name: 't', rows: '/value', columns: ['id', 'a'], key: ['id'] };
const STEP_MS = 1000;

/** A row that is written or removed; `lateMs`: how long after its time it becomes visible. */
export interface Step {
  id: number;
  a: Json;
  isRemoved: boolean;
  lateMs: number;
}

interface Row {
  id: number;
  a: Json;
  at: string;
  gone: boolean;
}

export class ChangingOrigin {
  readonly #size: number;
  readonly #tellsRemoved: boolean;
  readonly #resource;
  readonly #blobs = memoryBlobs();
  readonly #all = new Map<number, Row>();
  /** Number of requests for all rows, and for changes. */
  readonly asked = { all: 0, changes: 0 };
  #now = Date.parse('2026-01-02T00:00:00Z');
  #previous: PreviousLoad | null = null;
  #nextRowId = 1;
  #fence = 0;

  /** @param size rows per page */
  constructor(size: number, { tellsRemoved = true, lagMs = 61_000 } = {}) {
    this.#size = size;
    this.#tellsRemoved = tellsRemoved;
    const changes = {
      url: `${ORIGIN}/since/{_since}`,
      cursor: '/at',
      lag_s: Math.floor(lagMs / 1000),
      removed: { at: '/gone', is: true },
    };
    const definition = sampleResource({
      tables: [TABLE],
      origin: { url: `${ORIGIN}/all`, pages: { page: 'p', first: 0 }, changes },
    });
    this.#resource = { title: 't', definition, number: 1, purged: 0, changedAt: 0 };
  }

  apply({ id, a, isRemoved, lateMs }: Step): void {
    this.#now += STEP_MS;
    this.#all.set(id, { id, a, at: new Date(this.#now - lateMs).toISOString(), gone: isRemoved });
  }

  /** The origin's rows, by id. */
  get rows(): [number, Json][] {
    return this.#present().map(({ id, a }) => [id, a]);
  }

  /** The devices' rows, by id. */
  get held(): [number, Json][] {
    const { fence = 0, bytes = 0 } = this.#previous ?? {};
    const body = this.#blobs.content.get(`${KEY}/${fence}/body`)?.subarray(0, bytes);
    const [{ data }] = JSON.parse(new TextDecoder().decode(body)) as [{ data: [number, number, Json][] }];
    return data.map(([, id, a]): [number, Json] => [id, a]).toSorted(([one], [other]) => one - other);
  }

  async load(force = false): Promise<void> {
    this.#fence += 1;
    using clock = new LoadClock(60_000, Date.now() + 60_000);
    const lease: Lease = {
      taskId: 'task',
      fence: this.#fence,
      leaseMs: 60_000,
      timeoutMs: 60_000,
      attempt: 1,
      cache: { key: KEY, resource: 't', parameters: {}, owner: null },
      force,
      previous: this.#previous,
      nextRowId: this.#nextRowId,
    };
    const services = {
      blobs: this.#blobs,
      secret: () => undefined,
      via: () => undefined,
      settings: { originHosts: [], partialAnswers: 'fail' },
    } as unknown as LoadServices;
    const slot = { setOrigin: () => undefined, becomeHeavy: async () => undefined, release: () => undefined };
    const { change, changes, columns } = await loadCache(this.#resource, lease, services, {
      fetch: async (url) => this.#answer(new URL(url)),
      accepts: async () => true,
      clock,
      slot,
      gate: new GateHold(noGates, 'load'),
      now: Date.now(),
      random: Math.random,
      onHeavy: () => undefined,
    });
    if (change !== null) this.#commit(change);
    if (this.#previous === null) throw new Error('nothing was loaded');
    const { changes: _, ...previous } = this.#previous;
    this.#previous = { ...previous, ...(changes && { changes }), ...(columns && { columns }) };
  }

  #commit({ nextRowId, deltaBytes: _, ...loaded }: LoadChange): void {
    const fence = this.#fence;
    const facts = { fence, version: fence, changed: fence, loadedAt: 0, changedAt: 0, expiresAt: 0 };
    this.#previous = { ...loaded, ...facts, number: 1, originEtag: null, originLastModified: null };
    this.#nextRowId = nextRowId;
  }

  #present(): Row[] {
    return [...this.#all.values()].filter(({ gone }) => !gone).toSorted((one, other) => one.id - other.id);
  }

  #answer({ pathname, searchParams }: URL): Response {
    const since = pathname.startsWith('/since/') ? decodeURIComponent(pathname.slice('/since/'.length)) : null;
    this.asked[since === null ? 'all' : 'changes'] += 1;
    const rows = since === null ? this.#present() : this.#changedSince(Date.parse(since));
    const from = Number(searchParams.get('p')) * this.#size;
    return Response.json({ value: rows.slice(from, from + this.#size) });
  }

  #changedSince(ms: number): Row[] {
    return [...this.#all.values()].filter(({ at, gone }) => Date.parse(at) >= ms && (!gone || this.#tellsRemoved));
  }
}
