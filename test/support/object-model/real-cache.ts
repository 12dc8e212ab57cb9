/** The real object of one cache, its real stores, and the weather that their calls meet. */

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

/** What becomes of the calls that a command's steps make of the stores; left out: they are done and answered. */
export type Fates = Partial<Record<Store, Mode>>;

/** Decides what becomes of each call. */
export class Weather extends Watch {
  fates: Fates = {};
  /** D1 takes nothing as long as this is set. */
  isAway = false;

  /** Stores that were called since they were last looked at: the others hold what they held. */
  readonly touched = new Set<Store>();

  override note(store: Store): Mode | null {
    this.touched.add(store);
    return this.isAway && store === 'D1' ? 'throws' : (this.fates[store] ?? null);
  }
}

/** How object and stores stand at one moment. */
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

  /** Task ids of the messages that the queue has taken since this was last asked. */
  takeSent(): string[] {
    const sent = this.weather.sent.slice(this.#taken);
    this.#taken += sent.length;
    return sent;
  }

  /** Waits until the effects of all steps are done. */
  async settled(): Promise<void> {
    if (effects.underWay > 0) await until(() => expect(effects.underWay).toBe(0), 1);
  }

  /** How object and stores stand, by what was seen before and what has been called since. */
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

  /** Rings the alarm, if one is set. */
  async ring(): Promise<void> {
    await runDurableObjectAlarm(stubOf(this.cache));
  }

  async loseAlarm(): Promise<void> {
    await this.#inObject((storage) => storage.deleteAlarm());
  }

  /** The object leaves memory; `all`: the process that held it, and every other object, died. */
  async restart(all: boolean): Promise<void> {
    if (all) return abortAllDurableObjects();
    // Only what is in memory can leave it.
    await this.#inObject(async () => undefined);
    await evictDurableObject(stubOf(this.cache));
  }

  /** Puts another document in place of the object's: for rules that are taken out. */
  async replaceDocument(document: CacheDocument): Promise<void> {
    await this.#inObject(async ({ sql }) => new Documents(sql).write(document));
    // It has a copy of its own in memory.
    await evictDurableObject(stubOf(this.cache));
  }

  /** The model is done with it. */
  forget(): void {
    unwatch(this.weather);
    playedHubs.delete(this.cache.key);
  }

  #inObject<T>(work: (storage: DurableObjectStorage) => Promise<T>): Promise<T> {
    return runInDurableObject(stubOf(this.cache), (_, { storage }) => work(storage));
  }
}
