/** Resources and requests for the counts. */

import { type Answer, type Ask, jsonOf } from '../harness/api.ts';
import type { CountedService } from './counted-service.ts';
import type { TableOrigin } from './table-origin.ts';

/** `steady` always stays fresh; `orders` is stale after a minute. `n` identifies a cache. */
export type ResourceName = 'steady' | 'orders';
const TTL_S: Readonly<Record<ResourceName, number>> = { steady: 31_536_000, orders: 60 };
/** After this time `orders` is stale. */
export const STALE_AFTER_MS = 61_000;
/** A cache that is not counted: reading it makes isolates read the definition again. */
const OTHER = 999;

/** What a device has of a cache. */
export interface Item {
  name?: ResourceName;
  n: number;
  etag?: string;
  min_revision?: number;
}

/** The answer for an item. */
export interface SyncedItem {
  status: number;
  etag: string;
  revision: number;
}

/** How long a location considers a look-up current here, ms: longer than a count takes. */
export const ENTRY_CACHE_MS = 10_000;

export class Scene {
  readonly service: CountedService;
  readonly origin: TableOrigin;
  readonly originUrl: string;

  private constructor(service: CountedService, origin: TableOrigin, originUrl: string) {
    this.service = service;
    this.origin = origin;
    this.originUrl = originUrl;
  }

  /** Defines the resources. */
  static async set(service: CountedService, origin: TableOrigin, originUrl: string): Promise<Scene> {
    for (const [name, ttl_s] of Object.entries(TTL_S)) {
      const definition = {
        origin: { url: `${originUrl}/${name}{?n}` },
        parameters: { type: 'object', properties: { n: { type: 'integer' } } },
        tables: [{ name, rows: '', columns: ['id', 'order', 'customer', 'product', 'quantity', 'state'] }],
        ttl_s,
        stale_while_revalidate_s: 31_536_000,
      };
      await service.worker.api.define(name, definition);
    }
    return new Scene(service, origin, originUrl);
  }

  /** Reads a cache. */
  read(name: ResourceName, n: number, ask: Ask = {}): Promise<Answer> {
    return this.service.ask(`rpc/${name}/?n=${n}`, ask);
  }

  /**
   * Asks one question, about caches of `steady` unless told otherwise; `live`: the question belongs to a full check.
   */
  async sync(items: readonly Item[], { live, ...ask }: Ask & { live?: object } = {}): Promise<SyncedItem[]> {
    const caches = items.map(({ name = 'steady', n, ...has }) => ({
      ...{ id: `${n}`, resource_title: name, parameters: { n } },
      ...has,
    }));
    const answer = await this.service.ask('sync/', { ...ask, body: { caches, ...(live && { live }) } });
    return jsonOf<{ caches: SyncedItem[] }>(answer).caches;
  }

  /** This many caches of `steady`, starting with number `first`, loaded, as a device has them. */
  async loaded(first: number, count: number): Promise<Item[]> {
    const items: Item[] = [];
    // One after the other: the local queue runs one batch at a time, and is slow with many.
    for (let n = first; n < first + count; n += 1) items.push({ n, etag: await this.etag('steady', n) });
    await this.service.quiet();
    return items;
  }

  /** Reads a cache and returns its ETag for further conditional reads. */
  async etag(name: ResourceName, n: number): Promise<string> {
    return (await this.read(name, n)).headers.etag ?? '';
  }

  /** Asks for a refresh; returns the id of its task. */
  async refresh(name: ResourceName, n: number, prefer: string | null = null): Promise<string> {
    return (await this.service.worker.api.refresh(name, { n }, { user: 'alice', prefer })).taskId;
  }

  /** Loads a cache to the end; `changed`: with other rows than before. */
  async load(name: ResourceName, n: number, changed: boolean): Promise<void> {
    if (changed) this.origin.change();
    await this.refresh(name, n, 'wait=30');
    await this.service.quiet();
  }

  /** Moves the clock forward until look-ups have expired. The definition is read again, so that look-ups do not include that. */
  async letLookUpsRunOut(name: ResourceName): Promise<void> {
    await this.service.putClockForward(ENTRY_CACHE_MS + 1);
    await this.read(name, OTHER);
    await this.service.quiet();
  }

  /** Key of a loaded cache. */
  async keyOf(name: ResourceName, n: number): Promise<string> {
    const answer = await this.service.ask(`caches/?resource_title=${name}`);
    const found = jsonOf<{ key: string; parameters: { n: number } }[]>(answer).find(
      ({ parameters }) => parameters.n === n,
    );
    if (found === undefined) throw new Error(`${name} ${n} is not loaded`);
    return found.key;
  }

  /** Name of a cache's object. */
  async objectOf(name: ResourceName, n: number): Promise<string> {
    return (await this.keyOf(name, n)).slice(0, 12);
  }
}
