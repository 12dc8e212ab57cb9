/** `GET /rpc/<title>/` of a hot cache: the body of 135 kB, that it has not changed, and the same with devices' records. */

import { d1Entries } from '../../../../src/stores/entries.ts';
import { type Answer, demand } from '../load/call.ts';
import type { Operation, Pair, Prepared } from './operation.ts';
import { authorized, define, load, stageFloor, statusFault } from './stage.ts';

const PATH = '/api/v1/rpc/weather/?year=2026';
const DEVICES = 20;

export const rpc200: Operation = {
  name: 'rpc 200',
  target: 0.9,
  consumes: true,
  async prepare(pair) {
    const { headers, body } = await stageCache(pair);
    const service = { shot: { path: PATH, headers }, fault: (answer: Answer) => bodyFault(answer, body) };
    return { service, floor: await stageRead(pair, service, body) };
  },
};

export const rpc304: Operation = {
  name: 'rpc 304',
  target: 0.9,
  consumes: true,
  async prepare(pair) {
    const { headers, etag } = await stageCache(pair);
    const shot = { path: PATH, headers: { ...headers, 'If-None-Match': etag } };
    const service = { shot, fault: notModifiedFault };
    return { service, floor: await stageRead(pair, service) };
  },
};

export const sync: Operation = {
  name: 'rpc 304, records written',
  target: 0.85,
  consumes: true,
  async prepare(pair) {
    const { headers, etag } = await stageCache(pair);
    const shot = {
      path: PATH,
      headers: { ...headers, 'If-None-Match': etag, 'X-Device-Id': 'device-{n}' },
      count: DEVICES,
    };
    const service = { shot, fault: notModifiedFault };
    return { service, floor: await stageRead(pair, service) };
  },
};

/** Loads the cache; what a device that holds it sends and has. */
async function stageCache(pair: Pair) {
  await define(pair, 'weather');
  await load(pair.service, 'weather');
  const headers = await authorized(pair.service);
  const answer = await demand(200, pair.service.url, { path: PATH, headers });
  return { headers, body: answer.body.toString(), etag: answer.headers.get('ETag') ?? '' };
}

/** The floor of a read: what the service keeps of this entry at the edge is looked up, and the body if there is one. */
export async function stageRead(pair: Pair, service: Prepared, body?: string): Promise<Prepared> {
  const { key, resource } = await keyOf(pair);
  const { entry, mark } = await d1Entries(await pair.service.binding<D1Database>('DB')).read(key, resource);
  const copy = JSON.stringify({ entry, mark, markAt: Date.now(), currentUntil: Date.now() });
  return stageFloor(pair, service, { operation: 'read', entry: copy, key, ...(body === undefined ? {} : { body }) });
}

/** The only cache there is. */
async function keyOf({ service }: Pair): Promise<{ key: string; resource: string }> {
  const db = await service.binding<D1Database>('DB');
  const row = await db.prepare('SELECT key, resource FROM entries').first<{ key: string; resource: string }>();
  if (row === null) throw new Error('nothing is cached');
  return row;
}

function bodyFault(answer: Answer, body: string): string | null {
  return statusFault(answer, 200) ?? (answer.body.toString() === body ? null : 'not the body that was loaded');
}

function notModifiedFault(answer: Answer): string | null {
  return statusFault(answer, 304);
}
