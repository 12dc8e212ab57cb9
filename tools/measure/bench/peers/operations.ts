/** The operations that the peers know too, prepared over HTTP alone, so that all are measured alike. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, demand } from '../load/call.ts';
import type { Prepared, Server } from '../operations/operation.ts';
import { authorized, load, refreshShot, statusFault } from '../operations/stage.ts';

const PATH = '/api/v1/rpc/weather/?year=2026';
const DEVICES = 20;
const POLL_MS = 100;
const PATIENCE_MS = 30_000;

/** What `--ops` may name; all but the last are operations under load. */
export const PEER_OPS = ['list', 'state', 'rpc-200', 'rpc-304', 'rpc-200-sync', 'sync', 'refresh', 'success'] as const;
export type OpName = Exclude<(typeof PEER_OPS)[number], 'success'>;

/** An operation that is compared with the peers'. */
export interface PeerOperation {
  /** That of ../operations/ with the same name has a floor; where there is none, nothing is said of the CPU that is added. */
  op: OpName;
  name: string;
  /** The least that the service's rate is to be of Django's; null: it is only reported. */
  timesDjango: number | null;
  prepared: Prepared;
}

/** Loads the cache, gives it to devices, and says what is sent to this server. */
export async function stagePeer(server: Server): Promise<PeerOperation[]> {
  const headers = await authorized(server);
  const taskId = await load(server, 'weather');
  const { body, headers: head } = await demand(200, server.url, { path: PATH, headers });
  const etag = head.get('ETag') ?? '';
  const device = { ...headers, 'X-Device-Id': 'device-{n}' };
  for (let n = 0; n < DEVICES; n += 1) await demand(200, server.url, { path: PATH, headers: device, first: n });
  await untilListed(server, headers);

  const full = (answer: Answer) => statusFault(answer, 200) ?? (answer.body.equals(body) ? null : 'another body');
  const unchanged = (answer: Answer) => statusFault(answer, 304);
  const of = (answer: Answer) => JSON.parse(answer.body.toString());
  const listed = (answer: Answer) =>
    statusFault(answer, 200) ?? (of(answer).length === DEVICES ? null : `${of(answer).length} records`);
  const ended = (answer: Answer) =>
    statusFault(answer, 200) ??
    (of(answer).task_state === 'SUCCESS' && of(answer).task_id === taskId ? null : answer.body.toString());
  const accepted = (answer: Answer) =>
    statusFault(answer, 200) ?? (of(answer).task_id?.length === 36 ? null : 'no task');
  const row = (op: OpName, name: string, timesDjango: number | null, prepared: Prepared) => ({
    ...{ op, name, timesDjango, prepared },
  });
  const validated = { 'If-None-Match': etag };
  return [
    row('list', 'list', null, { shot: { path: '/api/v1/cache/', headers }, fault: listed }),
    row('state', 'state', 2.5, {
      shot: { path: `/api/v1/cache/state/?task_id=${taskId}`, headers },
      fault: ended,
    }),
    row('rpc-200', 'rpc 200', 1.3, { shot: { path: PATH, headers }, fault: full }),
    row('rpc-304', 'rpc 304', 1.3, {
      shot: { path: PATH, headers: { ...headers, ...validated } },
      fault: unchanged,
    }),
    row('rpc-200-sync', 'rpc 200, records written', null, {
      shot: { path: PATH, headers: device, first: 0, count: DEVICES },
      fault: full,
    }),
    row('sync', 'rpc 304, records written', null, {
      shot: { path: PATH, headers: { ...device, ...validated }, first: 0, count: DEVICES },
      fault: unchanged,
    }),
    row('refresh', 'refresh accepted', 3, {
      shot: await refreshShot(server, 'small', '{n}'),
      fault: accepted,
    }),
  ];
}

/** Records may be written after the answer. */
async function untilListed(server: Server, headers: Record<string, string>): Promise<void> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(POLL_MS)) {
    const { body } = await demand(200, server.url, { path: '/api/v1/cache/', headers });
    if (JSON.parse(body.toString()).length === DEVICES) return;
  }
  throw new Error('the records of devices are not listed');
}
