/** The operations that the peers also have, prepared over HTTP only, so that all are measured alike. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, Api, jsonOf, type Server, send } from '../../harness/api.ts';
import { shoot, statusFault } from '../load/shot.ts';
import type { Prepared } from '../operations/operation.ts';
import { refreshShot } from '../operations/stage.ts';

const PATH = '/api/v1/rpc/weather/?year=2026';
const DEVICES = 20;
const POLL_MS = 100;
const PATIENCE_MS = 30_000;

/** What `--ops` may name; all but the last are operations under load. */
export const PEER_OPS = ['list', 'state', 'rpc-200', 'rpc-304', 'rpc-200-sync', 'sync', 'refresh', 'success'] as const;

export type OpName = Exclude<(typeof PEER_OPS)[number], 'success'>;

/** An operation that is compared with the peers', and its request to one server. */
export interface PeerOperation extends Prepared {
  /** The operation of ../operations/ with the same name has a floor; without one, no added CPU is reported. */
  op: OpName;
  name: string;
  /** The lowest acceptable ratio of the service's rate to Django's; null: it is only reported. */
  timesDjango: number | null;
}

/** Loads the cache, gives it to devices, and returns the requests to this server. */
export async function stagePeer(server: Server): Promise<PeerOperation[]> {
  const api = new Api(server);
  const headers = await api.authorized();
  const { taskId } = await api.refresh('weather', { year: 2026 });
  await api.ended(taskId, { waitS: 0 });
  const { body, headers: head } = await api.ask(PATH, { expected: 200 });
  const device = { ...headers, 'X-Device-Id': 'device-{n}' };
  for (let n = 0; n < DEVICES; n += 1) await shoot(server.url, { path: PATH, headers: device, first: n });
  await untilListed(server, headers);
  /** A check for status 200, and for `right` of the answer. */
  const ok = (right: (answer: Answer) => boolean) => (answer: Answer) =>
    statusFault(answer, 200) ?? (right(answer) ? null : answer.body.toString().slice(0, 200));
  const taskOf = (answer: Answer) => jsonOf<{ task_id?: string; task_state: string }>(answer);
  const isListed = ok((answer) => recordsIn(answer) === DEVICES);
  const hasEnded = ok((answer) => taskOf(answer).task_state === 'SUCCESS' && taskOf(answer).task_id === taskId);
  const isAccepted = ok((answer) => taskOf(answer).task_id?.length === 36);
  const isWhole = ok((answer) => answer.body.equals(body));
  const isUnchanged = (answer: Answer) => statusFault(answer, 304);
  const list = { path: '/api/v1/cache/', headers };
  const state = { path: `/api/v1/cache/state/?task_id=${taskId}`, headers };
  const validated = { 'If-None-Match': head.etag ?? '' };
  const read = { path: PATH, headers };
  const unchanged = { path: PATH, headers: { ...headers, ...validated } };
  const readByDevices = { path: PATH, headers: device, first: 0, count: DEVICES };
  const unchangedByDevices = { ...readByDevices, headers: { ...device, ...validated } };
  const refresh = await refreshShot(server, 'small', '{n}');
  return [
    { op: 'list', name: 'list', timesDjango: null, shot: list, fault: isListed },
    { op: 'state', name: 'state', timesDjango: 2.5, shot: state, fault: hasEnded },
    { op: 'rpc-200', name: 'rpc 200', timesDjango: 1.3, shot: read, fault: isWhole },
    { op: 'rpc-304', name: 'rpc 304', timesDjango: 1.3, shot: unchanged, fault: isUnchanged },
    { op: 'rpc-200-sync', name: 'rpc 200, records written', timesDjango: null, shot: readByDevices, fault: isWhole },
    { op: 'sync', name: 'rpc 304, records written', timesDjango: null, shot: unchangedByDevices, fault: isUnchanged },
    { op: 'refresh', name: 'refresh accepted', timesDjango: 3, shot: refresh, fault: isAccepted },
  ];
}

function recordsIn(answer: Answer): number {
  return jsonOf<unknown[]>(answer).length;
}

/** Records may be written after the answer. */
async function untilListed({ url }: Server, headers: Record<string, string>): Promise<void> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(POLL_MS)) {
    if (recordsIn(await send(`${url}/api/v1/cache/`, { headers })) === DEVICES) return;
  }
  throw new Error('the records of devices are not listed');
}
