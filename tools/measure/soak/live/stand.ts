/** A service for devices that stay live, with an origin whose data changes at each load, and stores that outlive a kill. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalWorker } from '../../harness/local-worker.ts';
import { LiveDevice, type LiveService } from './device.ts';

/** Devices that open their sockets at once. */
const WIDTH = 50;
const SETTINGS = { LIVE_SOCKETS_PER_USER: '10000' };

export class Stand {
  readonly service: LiveService;
  readonly devices: LiveDevice[] = [];
  readonly #origin: Server;
  readonly #stores: string;
  readonly #script: string;
  #worker: LocalWorker;

  private constructor(origin: Server, stores: string, script: string, worker: LocalWorker) {
    this.#origin = origin;
    this.#stores = stores;
    this.#script = script;
    this.#worker = worker;
    this.service = { url: worker.url, secret: worker.secret, statuses: {} };
  }

  static async open(script: string): Promise<Stand> {
    let rows = 0;
    const origin = createServer((_, response) => {
      rows += 1;
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify([{ n: rows }]));
    });
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
    const stores = mkdtempSync(join(tmpdir(), 'freshet-live-'));
    return new Stand(origin, stores, script, await startWorker(script, stores));
  }

  get pids(): readonly number[] {
    return this.#worker.pids;
  }

  /** Kills the Worker outright, and starts it again on the same stores. */
  async kill(): Promise<void> {
    const { secret } = this.service;
    for (const pid of this.pids) process.kill(pid, 'SIGKILL');
    await this.#worker.stop().catch(() => {});
    this.#worker = await startWorker(this.#script, this.#stores, secret);
    this.service.url = this.#worker.url;
  }

  async define(title: string): Promise<void> {
    const { port } = this.#origin.address() as AddressInfo;
    await this.ask('PUT', `resources/${title}/`, {
      // Short, since what a kill cut off goes on when its lease has run out.
      origin: { url: `http://127.0.0.1:${port}/${title}`, timeout_s: 2 },
      ttl_s: 86_400,
      tables: [{ name: 't', rows: '', columns: ['n'] }],
    });
  }

  /** A load that is waited for; null: the service was away, or it takes longer. */
  async load(title: string): Promise<string | null> {
    const task = await this.ask('POST', 'cache/refresh/', { resource_title: title }, { Prefer: 'wait=30' });
    return (task as { task_state?: string } | null)?.task_state ?? null;
  }

  /** The version that a reader is given now. */
  async versionOf(title: string): Promise<number> {
    const answer = await this.ask('POST', 'sync/', { caches: [{ id: title, resource_title: title }], inline_bytes: 0 });
    const [item] = (answer as { caches: { etag?: string }[] } | null)?.caches ?? [];
    return Number(/-v(\d+)$/.exec(item?.etag ?? '')?.[1]);
  }

  /** The answer as JSON; null: the service is away. */
  async ask(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<unknown> {
    const target = path.startsWith('/') ? path : `/api/v1/${path}`;
    const token = await this.#worker.token('root');
    const all = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers };
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    try {
      return await (await fetch(this.service.url + target, { method, headers: all, ...init })).json();
    } catch {
      return null;
    }
  }

  /** Opens so many devices more, each at the caches that `titlesOf` gives, and waits until all are live. */
  async open(
    count: number,
    titlesOf: (number: number) => readonly string[],
    onlyListens = false,
  ): Promise<LiveDevice[]> {
    const first = this.devices.length;
    const opened = Array.from({ length: count }, (_, number) => {
      const user = `user-${first + number}`;
      return new LiveDevice(this.service, user, titlesOf(first + number), { onlyListens });
    });
    this.devices.push(...opened);
    const waiting = opened.values();
    const lane = async () => {
      for (const device of waiting) await device.live();
    };
    await Promise.all(Array.from({ length: WIDTH }, lane));
    return opened;
  }

  async close(): Promise<void> {
    for (const device of this.devices) device.stop();
    await this.#worker.stop().catch(() => {});
    this.#origin.close();
    rmSync(this.#stores, { recursive: true, force: true });
  }
}

function startWorker(script: string, stores: string, secret?: string): Promise<LocalWorker> {
  return LocalWorker.start({ script, stores, vars: SETTINGS, ...(secret === undefined ? {} : { secret }) });
}

/** Waits until it is so; false: not within the time. */
export async function until(isSo: () => boolean, patienceMs: number): Promise<boolean> {
  const end = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > end) return false;
    await sleep(20);
  }
  return true;
}
