/**
 * `node tools/measure/soak/slow-readers.ts [<scene>…]`: what clients that hardly read make the Worker's process hold. Each scene has a
 * process of its own: its memory at rest, then the most that it has while the clients are connected (RssAnon of workerd, which
 * runs the local stores too). A client reads the head of its answer and then nothing more for some seconds.
 */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../../test/e2e/support/service.ts';
import { refreshToSuccess, send } from '../growth/client.ts';
import { buildWorker } from '../harness/build-worker.ts';
import { LocalWorker } from '../harness/local-worker.ts';
import { IsolateMemory } from './isolate-memory.ts';

const WATCHED_MS = 8000;
const LOOK_MS = 100;
const MIB = 1024 * 1024;

/** One request of a client that hardly reads. */
interface SlowRequest {
  path: string;
  /** Default: the admin. */
  user?: string;
  headers?: Record<string, string>;
}
type Scene = (site: Site) => Promise<SlowRequest[]>;

/** A table of 8.4 MB that changes by 45 % a load: deltas of 3.8 MB. */
const ROWS = 100_000;
const tableOf = (load: number) =>
  JSON.stringify(
    Array.from({ length: ROWS }, (_row, n) => ({
      id: n,
      name: `a name that makes the row some eighty bytes long, ${n}`,
      changed: n % 100 < 45 ? load : 0,
    })),
  );

const SCENES: Readonly<Record<string, Scene>> = {
  'folded-delta': async (site) => {
    await site.table('table', 3);
    return repeat(40, { path: 'rpc/table/', headers: { 'X-Delta': 'v1-v2' } });
  },
  'folded-delta-of-two': async (site) => {
    await site.table('table', 3);
    return repeat(40, { path: 'rpc/table/', headers: { 'X-Delta': 'v1-v3' } });
  },
  'full-table': async (site) => {
    await site.table('table', 1);
    return repeat(40, { path: 'rpc/table/' });
  },
  'every-row': async (site) => {
    await site.table('table', 1);
    return repeat(40, { path: 'rpc/table/', headers: { 'X-Delta': 'v0-last' } });
  },
  'large-bodies': async (site) => {
    const titles = Array.from({ length: 8 }, (_title, n) => `body-${n}`);
    for (const title of titles) await site.body(title, 20 * MIB);
    return titles.map((title) => ({ path: `rpc/${title}/` }));
  },
  'held-waits': async (site) => {
    await site.body('body', 100);
    const { headers } = await send(site.worker.url, 'rpc/body/', { token: site.token });
    return held({ 'If-None-Match': String(headers.etag), Prefer: 'wait=30' });
  },
  'event-streams': async (site) => {
    await site.body('body', 100);
    return held({ Accept: 'text/event-stream' });
  },
  'bodies-of-1.5-mib': async (site) => {
    const titles = Array.from({ length: 40 }, (_title, n) => `body-${n}`);
    for (const title of titles) await site.body(title, 1.5 * MIB);
    return titles.map((title) => ({ path: `rpc/${title}/` }));
  },
};

const HEAP_SCENES = new Set(['held-waits', 'event-streams']);

/** A thousand requests of fifty users. */
function held(headers: Record<string, string>): SlowRequest[] {
  return Array.from({ length: 1000 }, (_request, n) => ({ path: 'rpc/body/', headers, user: `user-${n % 50}` }));
}

function repeat(times: number, request: SlowRequest): SlowRequest[] {
  return Array.from({ length: times }, () => request);
}

/** A Worker, its origin and an admin's token. */
class Site {
  readonly worker: LocalWorker;
  readonly token: string;
  /** The Worker's isolate, for scenes of many requests that are held. */
  readonly heap: IsolateMemory | null;
  readonly #server: Server;
  readonly #answers = new Map<string, { type: string; body: () => string | Buffer }>();

  private constructor(worker: LocalWorker, token: string, heap: IsolateMemory | null) {
    this.worker = worker;
    this.token = token;
    this.heap = heap;
    this.#server = createServer(({ url = '' }, response) => {
      const answer = this.#answers.get(url.slice(1));
      response.writeHead(answer === undefined ? 404 : 200, { 'Content-Type': answer?.type ?? 'text/plain' });
      response.end(answer?.body());
    });
  }

  static async start(script: string, looksIntoHeap: boolean): Promise<Site> {
    const [inspectorPort = 0] = await freePorts();
    const more = (looksIntoHeap ? { inspectorPort, unsafeInspectorProxy: true } : {}) as object;
    const worker = await LocalWorker.start({ script, vars: { REFRESH_WAIT_MS: '30000' }, more });
    const heap = looksIntoHeap ? await IsolateMemory.connect(inspectorPort, 'worker') : null;
    const site = new Site(worker, await worker.token('admin'), heap);
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    this.heap?.close();
    await this.worker.stop();
  }

  async table(title: string, loads: number): Promise<void> {
    let load = 0;
    this.#answers.set(title, { type: 'application/json', body: () => tableOf(load) });
    await this.#define(title, { tables: [{ name: 'items', rows: '', columns: ['id', 'name', 'changed'] }] });
    for (load = 1; load <= loads; load += 1) await this.#refresh(title);
  }

  async body(title: string, bytes: number): Promise<void> {
    this.#answers.set(title, { type: 'application/octet-stream', body: () => randomBytes(bytes) });
    await this.#define(title, {});
    await this.#refresh(title);
  }

  async #define(title: string, more: object): Promise<void> {
    const { port } = this.#server.address() as AddressInfo;
    const body = { origin: { url: `http://127.0.0.1:${port}/${title}`, timeout_s: 120 }, ttl_s: 86_400, ...more };
    await send(this.worker.url, `resources/${title}/`, { method: 'PUT', token: this.token, body, expected: 201 });
  }

  async #refresh(title: string): Promise<void> {
    await refreshToSuccess(this.worker.url, this.token, { resource_title: title });
  }
}

/** A client that reads the first bytes of its answer; the head of it. */
async function open(
  site: Site,
  { path, headers = {}, user = 'admin' }: SlowRequest,
): Promise<{ socket: Socket; head: string }> {
  const { hostname, port } = new URL(site.worker.url);
  const socket = connect(Number(port), hostname);
  const lines = [
    `GET /api/v1/${path} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    `Authorization: Bearer ${await site.worker.token(user)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const first = await new Promise<Buffer>((resolve, reject) => {
    // A wait is answered long after its memory was looked at.
    if (headers.Prefer !== undefined) resolve(Buffer.from('held'));
    socket.once('data', (piece: Buffer) => {
      socket.pause();
      resolve(piece);
    });
    socket.once('error', reject);
  });
  return { socket, head: first.toString('latin1').split('\r\n\r\n')[0] ?? '' };
}

interface Measured {
  /** Of the process: at rest, and the most while the clients were connected. */
  restMb: number;
  mostMb: number;
  /** Heap and buffers of the Worker's isolate above those at rest, after a collection of garbage; null: not looked at. */
  heldMb: number | null;
  heads: Set<string>;
}

async function measure(script: string, scene: Scene, looksIntoHeap: boolean): Promise<Measured> {
  const site = await Site.start(script, looksIntoHeap);
  try {
    const requests = await scene(site);
    // V8 and the local stores free at leisure.
    await sleep(3000);
    const rest = anonymousBytes(site.worker.pids);
    const heldAtRest = await site.heap?.held();
    let most = rest;
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        most = Math.max(most, anonymousBytes(site.worker.pids));
        await sleep(LOOK_MS);
      }
    })();
    const opened = await Promise.all(requests.map((request) => open(site, request)));
    await sleep(WATCHED_MS);
    isOver = true;
    await watching;
    const held = await site.heap?.held();
    for (const { socket } of opened) socket.destroy();
    const heads = new Set(
      opened.map(({ head }) => `${head.split('\r\n')[0]} ${/content-version: .*/i.exec(head)?.[0] ?? ''}`),
    );
    return {
      restMb: rest / 1e6,
      mostMb: most / 1e6,
      heldMb: held === undefined || heldAtRest === undefined ? null : (held - heldAtRest) / 1e6,
      heads,
    };
  } finally {
    await site.stop();
  }
}

/** Memory that is no copy of a file (proc(5)): the local stores read theirs from disk. */
function anonymousBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kib = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return sum + Number(kib) * 1024;
  }, 0);
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SCENES);
const script = process.env.WORKER_SCRIPT ?? (await buildWorker());
for (const name of chosen) {
  const scene = SCENES[name];
  if (scene === undefined) throw new Error(`no scene "${name}": ${Object.keys(SCENES).join(', ')}`);
  const { restMb, mostMb, heldMb, heads } = await measure(script, scene, HEAP_SCENES.has(name));
  const [rest, cost] = [restMb, mostMb - restMb].map((mb) => mb.toFixed(0));
  const inIsolate = heldMb === null ? '' : `; the isolate holds ${heldMb.toFixed(1)} MB more`;
  console.log(`${name}: ${cost} MB above ${rest} MB at rest${inIsolate}; ${[...heads].join(' | ')}`);
}
