/** What all operations need before they are measured: tokens, resources, loads, and a floor that answers the same. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { FloorSetup } from '../floors/setup.ts';
import { type Answer, call, demand } from '../load/call.ts';
import type { Shot } from '../load/wrk.ts';
import { type Pair, type Prepared, type Server, USER } from './operation.ts';

const PATIENCE_MS = 60_000;
const POLL_MS = 20;
/** What the server of the floor adds by itself. */
const OWN_HEADERS = ['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'date'];

/** Head of a request with a token of the server. */
export async function authorized(server: Server): Promise<Record<string, string>> {
  return { Authorization: `Bearer ${await server.token(USER)}` };
}

/** Where a resource is registered, and where its origin answers. */
export interface Place {
  service: Server;
  originUrl: string;
}

/** Registers a resource whose origin is the path of the same name. `more` are members of its definition. */
export async function define({ service, originUrl }: Place, title: string, more: object = {}): Promise<void> {
  const response = await fetch(`${service.url}/api/v1/resources/${title}/`, {
    method: 'PUT',
    headers: { ...(await authorized(service)), 'Content-Type': 'application/json' },
    body: JSON.stringify({
      origin: { url: `${originUrl}/${title}{?year}` },
      parameters: { type: 'object', properties: { year: { type: 'integer', default: 2026 } } },
      ttl_s: 86_400,
      ...more,
    }),
  });
  if (!response.ok) throw new Error(`PUT ${title}: ${response.status} ${await response.text()}`);
}

/** The request of a refresh, answered at once; each has a cache of its own when `year` is `{n}`. */
export async function refreshShot(server: Server, title: string, year: string): Promise<Shot> {
  return {
    method: 'POST',
    path: '/api/v1/cache/refresh/',
    headers: { ...(await authorized(server)), 'Content-Type': 'application/json', Prefer: 'respond-async' },
    body: `{"resource_title":"${title}","year":${year}}`,
    count: year === '{n}' ? 0 : 1,
  };
}

/** Loads the cache of 2026 and waits for the end; the task. @throws Error unless it is SUCCESS */
export async function load(server: Server, title: string): Promise<string> {
  const taskId = taskIdOf(await demand(200, server.url, await refreshShot(server, title, '2026')));
  await untilSuccess(server, taskId);
  return taskId;
}

/** The task that an answer to a refresh names. */
export function taskIdOf({ body }: Answer): string {
  return (JSON.parse(body.toString()) as { task_id: string }).task_id;
}

/** Waits for the end of a task, by default at most a minute. @throws Error unless it is SUCCESS */
export async function untilSuccess(server: Server, taskId: string, patienceMs = PATIENCE_MS): Promise<void> {
  const shot = { path: `/api/v1/cache/state/?task_id=${taskId}`, headers: await authorized(server) };
  for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(POLL_MS)) {
    const { body } = await demand(200, server.url, shot);
    const { task_state: state } = JSON.parse(body.toString()) as { task_state: string };
    if (state === 'SUCCESS') return;
    if (state === 'FAILURE') throw new Error(`the task failed: ${body}`);
  }
  throw new Error(`task ${taskId} has not ended`);
}

/** Makes the floor answer with the head of the service's answer to the same request; what it is then sent. */
export async function stageFloor(
  { service, floor }: Pair,
  { shot, fault }: Prepared,
  setup: Omit<FloorSetup, 'status' | 'headers'>,
): Promise<Prepared> {
  const answer = await call(service.url, shot);
  const wrong = fault(answer);
  if (wrong !== null) throw new Error(`${shot.path}: ${wrong}`);
  const response = await fetch(`${floor.url}/floor`, {
    method: 'PUT',
    body: JSON.stringify({ ...setup, status: answer.status, headers: headOf(answer) } satisfies FloorSetup),
  });
  if (!response.ok) throw new Error(`the floor: ${response.status} ${await response.text()}`);
  return { shot: { ...shot, headers: { ...shot.headers, ...(await authorized(floor)) } }, fault };
}

function headOf({ headers }: Answer): FloorSetup['headers'] {
  return [...headers].filter(([name]) => !OWN_HEADERS.includes(name));
}

/** Says what is wrong with an answer of another status. */
export function statusFault({ status, body }: Answer, right: number): string | null {
  return status === right ? null : `${status}, not ${right}: ${body.toString().slice(0, 200)}`;
}
