/**
 * The demo origin: a small HTTP server on the loopback interface that stands for a slow enterprise system. It answers
 * with public tables (endpoints.ts). A query or `POST /control` makes it misbehave (behaviour.ts). `GET /control`
 * returns the standing behaviour and the number of requests by path. Under `/tablet/` it serves an app (tablet/).
 */

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { type Behaviour, behaviourOf, failureOf, merge, USUAL } from './behaviour.ts';
import { changeRows, type Endpoint, endpoints } from './endpoints.ts';
import { type Edit, Order } from './order.ts';
import type { Row } from './tables.ts';
import { TABLET_PATH } from './tablet/path.ts';
import { tabletServer } from './tablet/serve.ts';

/** Limits the counters, which are only for people and tests. */
const MAX_COUNTED_PATHS = 10_000;

const TAKES = `The body may have the members ${[...Object.keys(USUAL), 'edit'].join(', ')}; GET /control shows the present behaviour.`;

let standing: Readonly<Behaviour> = USUAL;
let turn = 0;
const requests = new Map<string, number>();
const serveTablet = tabletServer(process.env.SERVICE_URL ?? 'http://127.0.0.1:8787');

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    const isInput = v.isValiError(error) || error instanceof SyntaxError;
    const { message } = error instanceof Error ? error : { message: String(error) };
    send(response, isInput ? 400 : 500, { error: isInput ? `${message}. ${TAKES}` : message });
  });
});
server.listen(Number(process.env.ORIGIN_PORT ?? 8788), '127.0.0.1', () => process.send?.('listening'));
// Started by scripts/start.ts: ends together with it.
process.on('disconnect', () => process.exit());

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/';
  const url = new URL(path, 'http://origin');
  if (url.pathname === '/control') return control(request, response);
  if (url.pathname.startsWith(TABLET_PATH)) return serveTablet(request, response, url.pathname);
  if (['/', TABLET_PATH.slice(0, -1)].includes(url.pathname)) return redirect(response, TABLET_PATH);
  if (requests.size < MAX_COUNTED_PATHS || requests.has(path)) requests.set(path, (requests.get(path) ?? 0) + 1);
  const endpoint = endpoints[url.pathname];
  if (endpoint === undefined)
    return send(response, 404, { error: `The paths are ${Object.keys(endpoints).join(', ')}.` });
  const behaviour = behaviourOf(url.searchParams, standing);
  await sleep(behaviour.delay_ms);
  const failure = failureOf(behaviour, Math.random());
  if (failure !== null) return send(response, failure, { error: 'as requested by the query or by /control' });
  const body = bodyOf(endpoint, url.searchParams, behaviour.changes);
  sendRows(request, response, body, endpoint.contentType ?? 'application/json');
}

function bodyOf(endpoint: Endpoint, query: URLSearchParams, changes: number): string {
  const rows = endpoint.select?.(query) ?? [];
  if (changes > 0) change(rows, endpoint, changes);
  return endpoint.render(rows);
}

function editRows({ path, rows }: Edit): void {
  const { pathname, searchParams } = new URL(path, 'http://origin');
  const endpoint = endpoints[pathname];
  if (endpoint?.select) change(endpoint.select(searchParams), endpoint, rows);
}

function change(rows: readonly Row[], { changing }: Endpoint, count: number): void {
  changeRows(rows, changing, count, turn);
  turn += 1;
}

function sendRows(request: IncomingMessage, response: ServerResponse, body: string, contentType: string): void {
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  const unchanged = request.headers['if-none-match'] === etag;
  response.writeHead(unchanged ? 304 : 200, { ETag: etag, 'Content-Type': contentType });
  response.end(unchanged ? undefined : body);
}

async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'POST') {
    const { edit, ...behaviour } = v.parse(Order, await json(request));
    standing = merge(standing, behaviour);
    if (edit !== undefined) editRows(edit);
  }
  send(response, 200, { ...standing, requests: Object.fromEntries(requests) });
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { Location: location });
  response.end();
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
}
