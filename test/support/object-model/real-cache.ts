/** The real object of one cache, its real stores, and the faults of their calls. */

import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { type CacheDocument, emptyDocument, type TaskRecord } from '../../../src/core/task-machine/document.ts';
import { Documents } from '../../../src/object/documents.ts';
import { readSchemaNumber } from '../../../src/object/schema.ts';
import type { Entry } from '../../../src/ports/entry.ts';
import { r2Blobs } from '../../../src/stores/blobs.ts';
import { d1Entries } from '../../../src/stores/entries.ts';
import { unique } from '../entries.ts';
import { type Mode, type Store, unwatch, Watch, watchWith } from '../faults/strikes.ts';
import { newCache } from '../loads.ts';
import { objects, stubOf } from '../object-loads.ts';
import { effects, playedHubs } from '../object-worker.ts';
import { until } from '../until.ts';
import { PlayedHub } from './played-hub.ts';

/** What happens to the calls of stores during a command; left out: they are done and answered. */
export type Fates = Partial<Record<Store, Mode>>;

/** Decides what happens to each call. */
export class Weather extends Watch {
  fates: Fates = {};
  /** D1 accepts nothing while this is set. */
  isAway = false;

  /** Stores that were called since they were last read: the others have not changed. */
  readonly touched = new Set<Store>();

  override note(store: Store): Mode | null {
    this.touched.add(store);
    return this.isAway && store === 'D1' ? 'throws' : (this.fates[store] ?? null);
  }
}

/** The state of object and stores at one moment. */
export interface Snapshot {
  document: CacheDocument;
  /** The rows of the ended tasks. */
  ended: readonly TaskRecord[];
  alarmAt: number | null;
  d1: Entry | null;
  /** Names of the blobs in R2, without the key. */
  blobs: readonly string[];
}

export class RealCache {
  readonly cache = newCache(unique('model'));
  readonly weather = watchWith(new Weather(this.cache));
  readonly objects = objects;
  readonly entries = d1Entries(env.DB);
  readonly blobs = r2Blobs(env.BLOBS);
  readonly hubs = [new PlayedHub(0), new PlayedHub(1)];
  #taken = 0;

  constructor() {
    playedHubs.set(this.cache.key, (number) => {
      const hub = this.hubs[number];
      if (hub === undefined) throw new Error('there is no such hub');
      return hub;
    });
  }

  /** Task ids of the messages that the queue has taken since the last call. */
  takeSent(): string[] {
    const sent = this.weather.sent.slice(this.#taken);
    this.#taken += sent.length;
    return sent;
  }

  /** Waits until the effects of all steps are done. */
  async settled(): Promise<void> {
    if (effects.underWay > 0) await until(() => expect(effects.underWay).toBe(0), 1);
  }

  /** The state of object and stores; reads only the stores that were called since `before`. */
  async look(before: Snapshot): Promise<Snapshot> {
    const { touched } = this.weather;
    const [rows, d1, blobs] = await Promise.all([
      this.#rows(),
      touched.has('D1') ? this.#entry() : before.d1,
      touched.has('R2') ? this.#listed() : before.blobs,
    ]);
    touched.clear();
    return { ...rows, d1, blobs };
  }

  async #entry(): Promise<Entry | null> {
    const found = await this.entries.find(this.cache.key);
    if (found === null) return null;
    const { readAt: _, ...entry } = found;
    return entry;
  }

  async #listed(): Promise<string[]> {
    const prefix = `${this.cache.key}/`;
    const { objects: listed } = await env.BLOBS.list({ prefix });
    return listed.map(({ key }) => key.slice(prefix.length));
  }

  #rows(): Promise<Omit<Snapshot, 'd1' | 'blobs'>> {
    const { cache } = this;
    return this.#inObject(async (storage) => {
      const { sql } = storage;
      const alarmAt = await storage.getAlarm();
      if (readSchemaNumber(sql) === 0) return { document: emptyDocument(cache), ended: [], alarmAt };
      const ended = sql.exec<{ document: string }>('SELECT document FROM ended_tasks').toArray();
      return {
        document: new Documents(sql).read(cache.key) ?? emptyDocument(cache),
        ended: ended.map(({ document }) => JSON.parse(document) as TaskRecord),
        alarmAt,
      };
    });
  }

  /** Fires the alarm, if one is set. */
  async ring(): Promise<void> {
    await runDurableObjectAlarm(stubOf(this.cache));
  }

  async loseAlarm(): Promise<void> {
    await this.#inObject((storage) => storage.deleteAlarm());
  }

  /** The object leaves memory; `all`: the process with this and all other objects died. */
  async restart(all: boolean): Promise<void> {
    if (all) return abortAllDurableObjects();
    // Only an object that is in memory can leave it.
    await this.#inObject(async () => undefined);
    await evictDurableObject(stubOf(this.cache));
  }

  /** Replaces the object's document: for removed rules. */
  async replaceDocument(document: CacheDocument): Promise<void> {
    await this.#inObject(async ({ sql }) => new Documents(sql).write(document));
    // The object has a copy in memory.
    await evictDurableObject(stubOf(this.cache));
  }

  /** The model no longer needs the cache. */
  forget(): void {
    unwatch(this.weather);
    playedHubs.delete(this.cache.key);
  }

  #inObject<T>(work: (storage: DurableObjectStorage) => Promise<T>): Promise<T> {
    return runInDurableObject(stubOf(this.cache), (_, { storage }) => work(storage));
  }
}
