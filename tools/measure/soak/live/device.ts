/**
 * A device that stays live, as docs/sync.md describes: a ticket, a socket, a full check, then only what it is told of.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { HubMessage } from '../../../../src/contract/live.ts';

const AGAIN_MS = 500;
const PROTOCOL = 'freshet.v1';

/** The service from the view of devices; `url` changes when it is restarted. */
export interface LiveService {
  readonly url: string;
  token(user: string): Promise<string>;
  /** Number of answers by status, for all requests of devices. */
  readonly statuses: Record<number, number>;
}

interface Item {
  id: string;
  tag?: string;
  status: number;
  etag?: string;
}

/** The result of `fetch`; a refused connection counts as status 0. */
async function post(service: LiveService, path: string, headers: Record<string, string>, body?: object) {
  try {
    const init = { method: 'POST', headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(`${service.url}/api/v1/${path}`, init);
    service.statuses[answer.status] = (service.statuses[answer.status] ?? 0) + 1;
    return { status: answer.status, body: (await answer.json()) as unknown };
  } catch {
    return { status: 0, body: null };
  }
}

export class LiveDevice {
  readonly #service: LiveService;
  readonly #user: string;
  readonly titles: readonly string[];
  /** Version of each cache that the device has, and its tag. */
  readonly versions = new Map<string, number>();
  readonly #etags = new Map<string, string>();
  readonly #titleOf = new Map<string, string>();
  /** Number of versions that went back, of pokes, and of ends of sockets by their code. */
  wentBack = 0;
  pokes = 0;
  readonly ends: number[] = [];
  /** When it was last told something (`performance.now`). */
  toldAt = 0;
  /** Whether it only counts what it is told. */
  readonly #isDeaf: boolean;
  #socket: WebSocket | null = null;
  #token: Promise<string> | null = null;
  #seq = 0;
  #id = '';
  #checked: () => void = () => {};
  #isOver = false;

  /** `onlyListens`: does not ask for what it is told of. */
  constructor(service: LiveService, user: string, titles: readonly string[], { onlyListens = false } = {}) {
    this.#service = service;
    this.#user = user;
    this.titles = titles;
    this.#isDeaf = onlyListens;
  }

  /** Opens a socket and makes the full check; repeats until both have worked, also after each end. */
  async live(): Promise<void> {
    while (!this.#isOver && !(await this.#connect())) await sleep(AGAIN_MS * (1 + Math.random()));
  }

  /** Whether its socket is open and its full check was answered. */
  get isLive(): boolean {
    return this.#seq > 0;
  }

  /** Loses its network for a moment; it reconnects by itself. */
  drop(): void {
    this.#socket?.terminate();
  }

  stop(): void {
    this.#isOver = true;
    this.#socket?.terminate();
  }

  async #headers(): Promise<Record<string, string>> {
    this.#token ??= this.#service.token(this.#user);
    return {
      Authorization: `Bearer ${await this.#token}`,
      'X-Device-Id': 'tablet',
      'Content-Type': 'application/json',
    };
  }

  async #connect(): Promise<boolean> {
    const { status, body } = await post(this.#service, 'live/', await this.#headers());
    if (status !== 200) return false;
    this.#id = (body as { live: string }).live;
    const checked = new Promise<boolean>((resolve) => {
      this.#checked = () => resolve(true);
      const url = `${this.#service.url.replace(/^http/, 'ws')}/api/v1/live/`;
      // Thousands of devices run in one process, so features of a socket that are not needed are off.
      const socket = new WebSocket(url, [PROTOCOL, `ticket.${this.#id}`], { perMessageDeflate: false });
      this.#socket = socket;
      socket.on('message', (data) => void this.#hear(String(data)));
      // The close event follows, with 1006.
      socket.on('error', () => undefined);
      socket.on('close', (code) => {
        this.ends.push(code);
        resolve(false);
        // Also if the check had worked: then everything starts again.
        const wasLive = this.#seq > 0;
        this.#seq = 0;
        if (wasLive) void this.live();
      });
    });
    return checked;
  }

  async #hear(text: string): Promise<void> {
    if (text === 'pong') return;
    this.toldAt = performance.now();
    const message = JSON.parse(text) as HubMessage;
    if ('live' in message) return this.#check();
    this.pokes += 1;
    if (this.#isDeaf) return;
    await sleep(Math.random() * message.spread_ms);
    for (const [tag, , revision] of message.poke) {
      const title = this.#titleOf.get(tag);
      if (title !== undefined) await this.#ask(title, revision);
    }
  }

  async #check(): Promise<void> {
    const socket = this.#socket;
    for (;;) {
      const live = { id: this.#id, seq: this.#seq + 1 };
      const { status, body } = await this.#sync(this.titles, { live });
      if (socket !== this.#socket) return;
      const { live: told } = (body ?? {}) as { live?: string };
      if (status === 200 && told === 'ok') break;
      if (told === 'gone' || this.#isOver) {
        socket?.terminate();
        return;
      }
      await sleep(AGAIN_MS);
    }
    this.#seq += 1;
    this.#checked();
  }

  async #ask(title: string, revision: number): Promise<void> {
    for (let tries = 0; tries < 5 && !this.#isOver; tries++) {
      const { status, body } = await this.#sync([title], {}, revision);
      const [item] = ((body ?? {}) as { caches?: (Item & { behind?: boolean })[] }).caches ?? [];
      if (status === 200 && item?.status !== 202 && item?.behind !== true) return;
      await sleep(AGAIN_MS * 2 ** tries);
    }
  }

  async #sync(titles: readonly string[], more: object, revision?: number): Promise<{ status: number; body: unknown }> {
    const caches = titles.map((title) => ({
      id: title,
      resource_title: title,
      ...(this.#etags.has(title) ? { etag: this.#etags.get(title) } : {}),
      ...(revision === undefined ? {} : { min_revision: revision }),
    }));
    const named = new Map(this.versions);
    const answer = await post(this.#service, 'sync/', await this.#headers(), { caches, inline_bytes: 0, ...more });
    for (const item of ((answer.body ?? {}) as { caches?: Item[] }).caches ?? []) this.#take(item, named);
    return answer;
  }

  /**
   * A later answer may overtake this one, but an answer must never be older than the version that its question named.
   */
  #take({ id, tag, status, etag }: Item, named: ReadonlyMap<string, number>): void {
    if (tag !== undefined) this.#titleOf.set(tag, id);
    if (status !== 200 || etag === undefined) return;
    const version = Number(/-v(\d+)$/.exec(etag)?.[1]);
    if (version < (named.get(id) ?? 0)) this.wentBack += 1;
    if (version < (this.versions.get(id) ?? 0)) return;
    this.versions.set(id, version);
    this.#etags.set(id, etag);
  }
}
