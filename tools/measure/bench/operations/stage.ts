/** What all operations need before they are measured: resources, refreshes, and a floor that gives the same answers. */

import { type Answer, Api, jsonOf, type Server } from '../../harness/api.ts';
import type { FloorSetup } from '../floors/setup.ts';
import { type Shot, shoot } from '../load/shot.ts';
import type { Pair } from '../setting.ts';
import type { Operation, Prepared } from './operation.ts';

/** Headers that the floor's server adds by itself. */
const OWN_HEADERS = ['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'date'];

/** The service of an operation, and the origin of its resources. */
export type Staged = Pick<Pair, 'service' | 'originUrl'>;

/** Registers a resource whose origin is the path with the same name. `more`: members of its definition. */
export function define(
  { service, originUrl }: { service: Server; originUrl: string },
  title: string,
  more: object = {},
): Promise<void> {
  return new Api(service).define(title, {
    origin: { url: `${originUrl}/${title}{?year}` },
    parameters: { type: 'object', properties: { year: { type: 'integer', default: 2026 } } },
    ttl_s: 86_400,
    ...more,
  });
}

/** The request for a refresh that is answered at once; with `{n}` as `year`, each is for its own cache. */
export async function refreshShot(server: Server, title: string, year: string): Promise<Shot> {
  return {
    method: 'POST',
    path: '/api/v1/cache/refresh/',
    headers: {
      ...(await new Api(server).authorized()),
      'Content-Type': 'application/json',
      Prefer: 'respond-async',
    },
    body: `{"resource_title":"${title}","year":${year}}`,
    count: year === '{n}' ? 0 : 1,
  };
}

/** The task that an answer to a refresh names. */
export function taskIdOf(answer: Answer): string {
  return jsonOf<{ task_id: string }>(answer).task_id;
}

/**
 * The request to the service, and to a floor that answers it with the status and headers of the service's own answer.
 */
export async function stageFloor(
  { service, floor }: Pair,
  prepared: Prepared,
  setup: Omit<FloorSetup, 'status' | 'headers'>,
): ReturnType<Operation['prepare']> {
  const { shot, fault } = prepared;
  const { status, headers } = rightly(await shoot(service.url, shot), prepared);
  const head = Object.entries(headers).filter(([name]) => !OWN_HEADERS.includes(name));
  const body = { ...setup, status, headers: head.map(([name, value]) => [name, String(value)]) } satisfies FloorSetup;
  await floor.api.ask('/floor', { method: 'PUT', body });
  return {
    service: prepared,
    floor: { shot: { ...shot, headers: { ...shot.headers, ...(await floor.api.authorized()) } }, fault },
  };
}

function rightly(answer: Answer, { shot, fault }: Prepared): Answer {
  const wrong = fault(answer);
  if (wrong === null) return answer;
  throw new Error(`${shot.path}: ${wrong}`);
}
