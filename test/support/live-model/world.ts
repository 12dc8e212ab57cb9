/**
 * Cache objects, one hub and the devices at one location; messages between them take a random time. The objects and the
 * hub are the
 * real machines; D1, the location and the devices are as simple as the specification allows.
 */

import type { HubMessage } from '../../../src/contract/live.ts';
import { cacheIdentity } from '../../../src/core/cache-key.ts';
import { tagOfKey } from '../../../src/core/etag.ts';
import type { HubContext, HubEventName, HubEvents } from '../../../src/core/live-hub/events.ts';
import { Hub, type Socket, type Watch } from '../../../src/core/live-hub/hub.ts';
import { step as hubStep } from '../../../src/core/live-hub/index.ts';
import { newTaskId } from '../../../src/core/task-id.ts';
import type { TaskRecord } from '../../../src/core/task-machine/document.ts';
import { type CacheDocument, emptyDocument } from '../../../src/core/task-machine/document.ts';
import type { EventName, Events } from '../../../src/core/task-machine/events.ts';
import { step } from '../../../src/core/task-machine/index.ts';
import { entryOf } from '../../../src/core/task-machine/views.ts';
import { type HubWatch, untold } from '../../../src/core/task-machine/watchers.ts';
import type { Entry } from '../../../src/ports/entry.ts';
import type { LiveRules } from './rules.ts';

/**
 * A message or request under way: it may be lost if its sender would notice or retry; a message may also arrive twice.
 */
export interface Flight {
  name: string;
  land: () => void;
  lose: (() => void) | null;
}

/** What is known about a cache: the last version that changed its body (0: none), and the revision. */
export interface Known {
  version: number;
  revision: number;
}
export const NOTHING: Known = { version: 0, revision: 0 };

const SIZE = { contentType: 'application/json', bytes: 1, mapBytes: 0, rows: 1, hash: null, digest: '' };
const POLICY = { timeoutMs: 30_000, maxAttempts: 1, backoffMs: 0, errorTtlMs: 1000 };

export class World {
  readonly rules: LiveRules;
  readonly random: () => number;
  now = 1_800_000_000_000;
  readonly keys: readonly string[];
  readonly documents = new Map<string, CacheDocument>();
  readonly d1 = new Map<string, Entry>();
  /** What the location knows. */
  readonly copies = new Map<string, Known>();
  hub = new Hub();
  readonly stored = new Map<string, Watch>();
  storedN = 0;
  readonly attachments = new Map<string, Socket>();
  hubAlarmAt = Number.POSITIVE_INFINITY;
  /** Messages that each socket has not received yet, in order; null: the socket's end. */
  readonly lines = new Map<string, (HubMessage | null)[]>();
  readonly flights: Flight[] = [];
  readonly #ended = new Map<string, TaskRecord>();
  #deliveries = 0;
  #seqs = 0;

  constructor(rules: LiveRules, random: () => number, caches = 2) {
    this.rules = rules;
    this.random = random;
    this.keys = Array.from({ length: caches }, (_, number) => {
      const cache = cacheIdentity(`cache-${number}`, {}, null);
      this.documents.set(cache.key, emptyDocument(cache));
      return cache.key;
    });
  }

  /** What D1 has of a cache. */
  inD1(key: string): Known {
    const entry = this.d1.get(key);
    return entry === undefined ? NOTHING : { version: entry.loaded?.changed ?? 0, revision: entry.revision };
  }

  object<N extends EventName>(key: string, name: N, request: Events[N]['request']): Events[N]['answer'] {
    const before = this.#document(key);
    const done = step(before, name, request, {
      now: this.now,
      random: this.random,
      newTaskId: (ofKey) => newTaskId(ofKey),
      ended: (taskId) => this.#ended.get(taskId) ?? null,
    });
    for (const record of done.ended) this.#ended.set(record.taskId, record);
    this.documents.set(key, done.document);
    if (!this.rules.tellsWhatSettles && name === 'watch') this.#forgetNews(key, before);
    if (done.effects.store) this.#store(key);
    if (done.effects.poke) this.#poke(key);
    return done.answer;
  }

  #document(key: string): CacheDocument {
    const document = this.documents.get(key);
    if (document === undefined) throw new Error(`no object of ${key}`);
    return document;
  }

  #forgetNews(key: string, before: CacheDocument): void {
    this.documents.set(key, { ...this.#document(key), news: before.news });
  }

  #store(key: string): void {
    const entry = entryOf(this.#document(key));
    const listed = this.#document(key).watchers ?? [];
    this.fly(
      'D1 write',
      () => {
        const held = this.d1.get(key);
        if (held === undefined || held.revision < entry.revision) this.d1.set(key, entry);
        if (!this.rules.readsListLate) this.#keepListed(key, listed);
        this.object(key, 'stored', { inD1: this.d1.get(key) ?? entry });
      },
      () => this.object(key, 'unstored', {}),
    );
  }

  /** Without the rule that the list is read late, only those are told that were listed when the version was made. */
  #keepListed(key: string, listed: NonNullable<CacheDocument['watchers']>): void {
    const document = this.#document(key);
    const { news } = document;
    if (news === undefined) return;
    const watchers = document.watchers?.map((watcher) =>
      listed.some(({ hub }) => hub === watcher.hub) ? watcher : { ...watcher, told: news.revision },
    );
    this.documents.set(key, { ...document, watchers });
  }

  #poke(key: string): void {
    const document = this.#document(key);
    if (document.news === undefined) return;
    const { revision } = document.news;
    const version = document.loaded?.changed ?? 0;
    for (const { hub, n } of untold(document)) {
      this.fly(
        'poke',
        () => {
          const isNeeded = this.hubStep('poke', { key, n, version, revision, hubs: 1 });
          this.fly('answer to a poke', () => this.#poked(key, { hub, n }, revision, isNeeded));
        },
        this.rules.tellsAgain ? undefined : () => this.#poked(key, { hub, n }, revision, true),
      );
    }
  }

  #poked(key: string, watch: HubWatch, revision: number, isNeeded: boolean): void {
    const n = this.rules.comparesWatches
      ? watch.n
      : (this.#document(key).watchers?.find(({ hub }) => hub === watch.hub)?.n ?? watch.n);
    const now = { ...watch, n };
    this.object(key, 'poked', isNeeded ? { revision, told: [now], left: [] } : { revision, told: [], left: [now] });
  }

  hubStep<N extends HubEventName>(name: N, request: HubEvents[N]['request']): HubEvents[N]['answer'] {
    const { answer, effects } = hubStep(this.hub, name, request, this.#hubContext());
    for (const tag of effects.keep) this.#keep(tag);
    for (const id of effects.attach) {
      const socket = this.hub.sockets.get(id);
      if (socket !== undefined) this.attachments.set(id, socket);
    }
    this.hubAlarmAt = Math.min(this.hubAlarmAt, effects.wakeBy);
    for (const { to, message } of effects.send) {
      const isAnswer = name === 'watched' && !this.rules.tellsAtWatch;
      for (const id of to) if (!isAnswer) this.lines.get(id)?.push(message);
    }
    for (const { id } of effects.close) this.lines.get(id)?.push(null);
    for (const { tag, key, n } of effects.watch) this.#watch(tag, key, n);
    return answer;
  }

  #keep(tag: string): void {
    const watch = this.hub.watches.get(tag);
    if (watch === undefined) this.stored.delete(tag);
    else this.stored.set(tag, watch);
    this.storedN = this.hub.lastN;
  }

  #watch(tag: string, key: string, n: number): void {
    if (!this.rules.owesWatches)
      this.hub.watches.set(tag, { tag, key, n, dueAt: null, acknowledgedAt: this.now, rests: false });
    this.fly('watch', () => {
      const answer = this.object(key, 'watch', { key, hub: 0, n });
      this.fly('answer to a watch', () => this.hubStep('watched', { tag, n, answer }));
    });
  }

  #hubContext(): HubContext {
    return { now: this.now, number: 0, hubs: 1, socketsPerUser: 100, hubOf: () => 0, pingedAt: () => this.now };
  }

  /** The hub has slept: what it held in memory is restored from its rows and its sockets. */
  sleep(): void {
    this.hub = new Hub();
    for (const [tag, watch] of this.stored)
      this.hub.watches.set(tag, { ...watch, dueAt: watch.acknowledgedAt === 0 ? 0 : null, rests: false });
    this.hub.lastN = this.storedN;
    for (const [id, socket] of this.attachments) if (this.lines.has(id)) this.hub.add(socket);
    this.hubAlarmAt = Math.min(this.hubAlarmAt, this.now);
  }

  /** The hub was killed: its sockets have ended, and it tells no device. */
  kill(): void {
    for (const line of this.lines.values()) line.push(null);
    this.attachments.clear();
    this.sleep();
    for (const id of [...this.hub.sockets.keys()]) this.hub.remove(id);
  }

  hubAlarm(): void {
    if (this.hubAlarmAt !== Number.POSITIVE_INFINITY) this.now = Math.max(this.now, this.hubAlarmAt);
    this.hubAlarmAt = Number.POSITIVE_INFINITY;
    this.hubStep('alarm', {});
  }

  /** When the alarm of an object handles a write or a poke again; null: neither is owed. */
  objectAlarmAt(key: string): number | null {
    const { news, stored } = this.#document(key);
    const times = [news?.retryAt ?? null, stored.retryAt].filter((time) => time !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  objectAlarm(key: string): void {
    this.now = Math.max(this.now, this.objectAlarmAt(key) ?? 0);
    this.object(key, 'alarm', {});
  }

  /**
   * Asks for a load and ends it if it may begin: the first load of a key waits for D1. Returns whether it was
   * committed.
   */
  load(key: string, changes: boolean): boolean {
    this.now += 1;
    const cache = this.#document(key).cache;
    const asked = this.object(key, 'enqueue', {
      cache,
      number: 1,
      policy: POLICY,
      since: 'now',
      asker: null,
      heedRetryAt: false,
      waitMs: 0,
    });
    if (asked.outcome !== 'task') return false;
    const { taskId } = asked.task;
    const claimed = this.object(key, 'claim', { taskId, deliveryId: `d${++this.#deliveries}` });
    if (claimed.outcome !== 'leased') return false;
    const { fence, previous } = claimed.lease;
    const change = changes || previous === null ? { ...SIZE, nextRowId: 1, deltaBytes: null } : null;
    this.object(key, 'commit', {
      taskId,
      fence,
      number: 1,
      ttlMs: 3_600_000,
      retainVersions: 10,
      originEtag: null,
      originLastModified: null,
      change,
    });
    return true;
  }

  purge(key: string, soft: boolean): void {
    this.now += 1;
    this.object(key, 'purge', { key, soft });
  }

  /** The number of a check that the hub gets. */
  seqOf(seq: number): number {
    this.#seqs += 1;
    return this.rules.heedsSeq ? seq : this.#seqs;
  }

  fly(name: string, land: () => void, lose: () => void = () => {}): void {
    this.flights.push({ name, land, lose });
  }
}

export { tagOfKey };
