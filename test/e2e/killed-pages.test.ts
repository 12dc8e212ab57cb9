/** A service that is killed outright amid page 3 of 5 of what changed (DESIGN invariants 1, 10 and 11). */

import { rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { LEASE_MARGIN_MS } from '../../src/contract/constants.ts';
import { ageStores } from '../../tools/measure/soak/age-stores.ts';
import { killAll } from '../../tools/measure/soak/kills.ts';
import { Api } from './support/api.ts';
import { Service } from './support/service.ts';

const TIMEOUT_S = 60;
const ENV = { DEMO: '0', RATE_LIMITS: 'off' };

/** Five pages of one row each, by links; at first the third page of what changed is never answered. */
class PagedOrigin {
  readonly asked: string[] = [];
  readonly #server: Server;
  #held: ServerResponse | null = null;
  #onHeld: () => void = () => undefined;
  readonly held = new Promise<void>((resolve) => {
    this.#onHeld = resolve;
  });

  private constructor() {
    this.#server = createServer((request, response) => {
      const { searchParams: query, search } = new URL(request.url ?? '/', 'http://origin');
      this.asked.push(search);
      const of = query.get('of') ?? (query.has('delta') ? 'changed' : 'all');
      const page = Number(query.get('p') ?? 1);
      if (of === 'changed' && page === 3 && this.#held === null) {
        this.#held = response;
        this.#onHeld();
        return;
      }
      const link = page < 5 ? { next: `?of=${of}&p=${page + 1}` } : { delta: '?delta=1' };
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ value: [{ id: of === 'all' ? page : page + 2, a: of }], ...link }));
    });
  }

  static async start(): Promise<PagedOrigin> {
    const origin = new PagedOrigin();
    await new Promise<void>((resolve) => origin.#server.listen(0, '127.0.0.1', resolve));
    return origin;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

let service: Service | null = null;
let origin: PagedOrigin | null = null;
afterEach(async () => {
  if (service !== null) {
    await killAll(service);
    await rm(service.stateDir, { recursive: true, force: true });
  }
  await origin?.stop();
});

const adminOf = async (of: Service) =>
  Api.of(of, await of.token('root', { scope: 'cache:admin cache:read cache:refresh' }));

/** Asks for a refresh; the task. */
async function refresh(admin: Api): Promise<string> {
  const headers = { Prefer: 'respond-async' };
  const { json } = await admin.call('cache/refresh/', { method: 'POST', headers, body: { resource_title: 'paged' } });
  return (json as { task_id: string }).task_id;
}

async function endOf(admin: Api, taskId: string): Promise<unknown> {
  for (;;) {
    const { json } = await admin.call(`cache/state/?task_id=${taskId}&expand=task`, { headers: { Prefer: 'wait=5' } });
    if (/SUCCESS|FAILURE|REVOKED/.test((json as { task_state: string }).task_state)) return json;
  }
}

it('loads what it had accepted once after its next start, by links that start again, and has its place at the source back', async () => {
  origin = await PagedOrigin.start();
  service = await Service.start({ env: ENV });
  const { stateDir } = service;
  let admin = await adminOf(service);
  const put = (path: string, body: object) => admin.call(path, { method: 'PUT', body });
  expect((await put('sources/erp/', { url: origin.url, concurrency: 1 })).status).toBe(201);
  const definition = {
    origin: { source: 'erp', pages: { next: '/next' }, changes: { link: '/delta' }, timeout_s: TIMEOUT_S },
    tables: [{ name: 't', rows: '/value', columns: ['id', 'a'], key: ['id'] }],
    retry: { max_attempts: 5, backoff_s: 0 },
  };
  expect((await put('resources/paged/', definition)).status).toBe(201);
  expect(await endOf(admin, await refresh(admin))).toMatchObject({ task_state: 'SUCCESS', version: 1 });

  const taskId = await refresh(admin);
  await origin.held;
  await killAll(service);
  ageStores(stateDir, TIMEOUT_S * 1000 + LEASE_MARGIN_MS);
  service = await Service.start({ env: ENV, stateDir });
  admin = await adminOf(service);
  expect(await endOf(admin, taskId)).toMatchObject({ task_state: 'SUCCESS', attempt: 2, version: 2 });
  const body = (await admin.call('rpc/paged/')).json as [{ data: [number, number, string][] }];
  const rows = body[0].data.map(([, id, a]) => `${id} ${a}`).toSorted();
  expect(rows).toEqual(['1 all', '2 all', ...[3, 4, 5, 6, 7].map((id) => `${id} changed`)]);
  const linksOf = (first: string, of: string) => [first, ...[2, 3, 4, 5].map((p) => `?of=${of}&p=${p}`)];
  const changed = linksOf('?delta=1', 'changed');
  expect(origin.asked).toEqual([...linksOf('', 'all'), ...changed.slice(0, 3), ...changed]);
  const { state } = (await admin.call('sources/erp/?expand=state')).json as { state: { permits: number } };
  expect(state.permits).toBe(0);
}, 600_000);
