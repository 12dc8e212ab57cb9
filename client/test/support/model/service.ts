/** The service as devices see it: caches whose versions grow, a location that may lag, and a hub with its sockets. */

import type { AskedCache, Item, SyncQuestion } from '../../../src/network/transport.ts';
import { itemOf } from '../machine/drive.ts';

/** Rows of a version: `life` tells versions apart that a restored service has given twice. `user`: whose answer it was. */
export interface Rows {
  key: string;
  life: number;
  version: number;
  user: string;
}

export const hashOf = ({ key, life, version }: Rows) => `${key}.${life}.${version}`;
export const tagOf = (key: string) => `tag-${key}`;
const etagOf = (key: string, version: number) => `${tagOf(key)}-v${version}`;

interface Entry {
  life: number;
  version: number;
  revision: number;
}

/** An item with what only the model knows of it. */
export interface ToldItem extends Item {
  rows: Rows | null;
  /** The rows that the delta was made of. */
  from: Rows | null;
  asked: string | null;
}

export interface HubSocket {
  id: string;
  tab: number;
  seq: number;
  told: Set<string>;
  /** What it is to be told of; of some it is told only once their watch is there. */
  wanted: Set<string>;
  line: { tag: string; version: number; revision: number }[];
}

export const KEYS = ['a', 'b'] as const;
/** Versions of which a delta can be had. */
const KEPT = 3;

export class ModelService {
  readonly entries = new Map<string, Entry>(KEYS.map((key) => [key, { life: 0, version: 1, revision: 1 }]));
  /** What the location knows. */
  readonly copies = new Map<string, Entry>();
  readonly sockets = new Map<string, HubSocket>();
  /** Connections that the hub has lost without a word, and that no check has asked about since. */
  readonly forgotten = new Set<string>();
  /** Watches come later than the answer that they belong to. */
  isWatchingLate = false;
  /** The location learns nothing new, whatever it is asked. */
  isLagging = false;
  /** All versions that there ever were. */
  readonly had = new Set<string>(KEYS.map((key) => hashOf({ key, life: 0, version: 1, user: '' })));
  #revision = 1;
  #sockets = 0;

  entry(key: string): Entry {
    const entry = this.entries.get(key);
    if (entry === undefined) throw new Error(`no ${key}`);
    return entry;
  }

  load(key: string): void {
    const { life, version } = this.entry(key);
    this.#set(key, { life, version: version + 1, revision: ++this.#revision });
    this.#poke(key);
  }

  /** The service was restored to an earlier version, and goes on from there. Nobody is told. */
  restore(key: string): void {
    const { life, version } = this.entry(key);
    this.#set(key, { life: life + 1, version: Math.max(1, version - 2), revision: ++this.#revision });
    this.copies.delete(key);
  }

  #set(key: string, entry: Entry): void {
    this.entries.set(key, entry);
    this.had.add(hashOf({ key, ...entry, user: '' }));
  }

  #poke(key: string): void {
    const { version, revision } = this.entry(key);
    for (const { told, line } of this.sockets.values())
      if (told.has(key)) line.push({ tag: tagOf(key), version, revision });
  }

  /** A watch is there: the socket is told how the cache stands, and of what follows. */
  watch(id: string, key: string): void {
    const socket = this.sockets.get(id);
    if (socket === undefined || !socket.wanted.has(key) || socket.told.has(key)) return;
    socket.told.add(key);
    const { version, revision } = this.entry(key);
    socket.line.push({ tag: tagOf(key), version, revision });
  }

  forget(): void {
    for (const id of this.sockets.keys()) this.forgotten.add(id);
    this.sockets.clear();
  }

  open(tab: number): string {
    this.#sockets += 1;
    const id = `s${this.#sockets}`;
    this.sockets.set(id, { id, tab, seq: 0, told: new Set(), wanted: new Set(), line: [] });
    return id;
  }

  /** Answers a check: subscribes first, then looks. */
  check(question: SyncQuestion, user: string): { items: ToldItem[]; live: 'ok' | 'gone' | null } {
    const { live, caches } = question;
    const socket = live === null ? undefined : this.sockets.get(live.id);
    if (live !== null && socket !== undefined && live.seq >= socket.seq) {
      socket.seq = live.seq;
      if (!live.add) {
        socket.told.clear();
        socket.wanted.clear();
      }
      for (const { id } of caches) {
        socket.wanted.add(id);
        if (!this.isWatchingLate) socket.told.add(id);
      }
    }
    if (live !== null && socket === undefined) this.forgotten.delete(live.id);
    const items = caches.map((asked) => this.answer(asked, live !== null, user));
    return { items, live: live === null ? null : socket === undefined ? 'gone' : 'ok' };
  }

  /** A location asks D1 where it is notified of something newer, or a check is a full one. */
  answer(asked: Omit<AskedCache, 'title' | 'parameters'>, isFull: boolean, user: string): ToldItem {
    const key = asked.id;
    const named = Number(/-v(\d+)$/.exec(asked.etag ?? '')?.[1] ?? 0);
    let known = this.copies.get(key);
    // A location gives no less than what it is told that the device has; of a poke it may learn late.
    const isLower = known === undefined || named > known.version;
    const isBehind = known !== undefined && asked.minRevision > known.revision && !this.isLagging;
    if (isFull || isLower || isBehind) known = this.entry(key);
    if (known === undefined) throw new Error('a location that knows nothing asks');
    // What D1 told a full check, the location need not know afterwards.
    if (!isFull && known.revision > (this.copies.get(key)?.revision ?? 0)) this.copies.set(key, known);
    const { life, version, revision } = known;
    const rows = { key, life, version, user };
    const told = { id: key, tag: tagOf(key), etag: etagOf(key, version), version, revision, hash: hashOf(rows) };
    const more = { rows, from: null, asked: asked.etag };
    if (asked.etag === told.etag) return { ...itemOf({ ...told, status: 304 }), ...more, rows: null };
    const isKept = named > 0 && named < version && version - named <= KEPT;
    const whole = { ...told, hasBody: true };
    if (!isKept) return { ...itemOf(whole), ...more };
    return { ...itemOf({ ...whole, delta: { from: named, to: version } }), ...more, from: { ...rows, version: named } };
  }
}
