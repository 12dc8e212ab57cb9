/** A service in memory for the shell's tests: whole bodies and deltas as text, sockets, faults on request. */

import { createHash } from 'node:crypto';
import { FreshetError } from '../../../src/error.ts';
import type { AskedCache, Item, SocketEars, Transport } from '../../../src/network/transport.ts';
import { itemOf } from '../machine/drive.ts';

interface Version {
  rows: Map<number, string>;
  version: number;
}

export class FakeService {
  readonly caches = new Map<string, Version[]>();
  /** Names of calls, in order. */
  readonly calls: string[] = [];
  readonly tokens: string[] = [];
  readonly #sockets = new Map<string, { ears: SocketEars; told: Set<string> }>();
  #numbers = 0;
  user = 'alice';
  /** Calls fail with this. */
  error: FreshetError | null = null;
  /** Tokens that are taken; null: any. */
  good: string | null = null;

  constructor(...titles: string[]) {
    for (const title of titles) this.caches.set(title, [{ rows: new Map([[1, 'one']]), version: 1 }]);
  }

  /** Makes the next version, and tells the sockets. */
  change(title: string, insert: [number, string][], remove: readonly number[] = []): void {
    const versions = this.caches.get(title) ?? [];
    const last = versions.at(-1) ?? { rows: new Map<number, string>(), version: 0 };
    const rows = new Map([...last.rows, ...insert]);
    for (const id of remove) rows.delete(id);
    const version = last.version + 1;
    this.caches.set(title, [...versions, { rows, version }]);
    const poke = [{ tag: tagOf(title), version, revision: version }];
    for (const { ears, told } of this.#sockets.values()) if (told.has(title)) ears.poked(poke, 0);
  }

  get sockets(): number {
    return this.#sockets.size;
  }

  transport(): Transport {
    const call = async (name: string, token: string) => {
      this.calls.push(name);
      this.tokens.push(token);
      await Promise.resolve();
      if (this.error !== null) throw this.error;
      if (this.good !== null && token !== this.good) throw new FreshetError('unauthenticated', 'no', { status: 401 });
    };
    return {
      sync: async ({ caches, live }, onItem, { token }) => {
        await call('sync', token);
        const socket = live === null ? undefined : this.#sockets.get(live.id);
        if (socket !== undefined) {
          if (live?.add === false) socket.told.clear();
          for (const { title } of caches) socket.told.add(title);
        }
        for (const asked of caches) {
          const [item, body] = this.answer(asked);
          onItem({ ...item, hasBody: body !== null }, body);
        }
        return { user: this.user, now: Date.now(), live: live === null ? null : socket === undefined ? 'gone' : 'ok' };
      },
      read: async ({ title, parameters, etag }, { token }) => {
        await call('read', token);
        const [item, body] = this.answer({ id: '', title, parameters, etag, minRevision: 0 });
        return { item: { ...item, hasBody: body !== null }, body: body === null ? null : { text: body } };
      },
      refresh: async ({ title }, { token }) => {
        await call('refresh', token);
        this.change(title, [[1000 + this.calls.length, 'refreshed']]);
      },
      ticket: async ({ token }) => {
        await call('ticket', token);
        this.#numbers += 1;
        return `s${this.#numbers}`;
      },
      socket: (ticket, ears) => {
        this.calls.push('socket');
        this.#sockets.set(ticket, { ears, told: new Set() });
        setTimeout(() => this.#sockets.has(ticket) && ears.opened({ id: ticket, checkWithinMs: 0 }));
        return { close: () => void this.#sockets.delete(ticket) };
      },
    };
  }

  answer({ id, title, etag }: AskedCache): [Item, string | null] {
    const versions = this.caches.get(title);
    const last = versions?.at(-1);
    if (versions === undefined || last === undefined) {
      const error = new FreshetError('not-found', 'unknown', { status: 404 });
      return [itemOf({ id, status: 404, tag: null, error }), null];
    }
    const tag = tagOf(title);
    const { version } = last;
    const ids = [...last.rows.keys()].sort((a, b) => a - b).join(',');
    const told = { id, tag, etag: `${tag}-v${version}`, version, revision: version, loadedAt: Date.now() };
    const hash = createHash('sha256').update(ids).digest('hex');
    if (etag === told.etag) return [itemOf({ ...told, hash, status: 304 }), null];
    const held = versions.find((older) => `${tag}-v${older.version}` === etag);
    const row = ([rowId, name]: [number, string]) => [rowId, name];
    if (held === undefined) {
      return [
        itemOf({ ...told, hash }),
        JSON.stringify([{ name: 't', columns: ['name'], data: [...last.rows].map(row) }]),
      ];
    }
    const insert_rows = [...last.rows].filter(([rowId]) => !held.rows.has(rowId)).map(row);
    const delete_ids = [...held.rows.keys()].filter((rowId) => !last.rows.has(rowId));
    const delta = { from: held.version, to: version };
    return [itemOf({ ...told, hash, delta }), JSON.stringify([{ name: 't', insert_rows, delete_ids }])];
  }
}

function tagOf(title: string): string {
  return createHash('sha256').update(title).digest('hex').slice(0, 16);
}
