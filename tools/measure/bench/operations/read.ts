/**
 * `GET /rpc/<title>/` of a hot cache: the body of 135 kB, the answer "not modified", and the same with devices'
 * records.
 */

import { d1Entries } from '../../../../src/stores/entries.ts';
import type { Answer } from '../../harness/api.ts';
import { statusFault } from '../load/shot.ts';
import type { Pair } from '../setting.ts';
import type { Operation, Prepared } from './operation.ts';
import { define, type Staged, stageFloor } from './stage.ts';

const PATH = '/api/v1/rpc/weather/?year=2026';
const DEVICES = 20;

export const rpc200: Operation = {
  name: 'rpc 200',
  target: 0.9,
  consumes: true,
  async prepare(pair) {
    const { headers, body } = await stageCache(pair);
    const fault = (answer: Answer) =>
      statusFault(answer, 200) ?? (answer.body.equals(body) ? null : 'not the body that was loaded');
    return stageRead(pair, { shot: { path: PATH, headers }, fault }, body.toString());
  },
};

export const rpc304: Operation = notModified('rpc 304', 0.9, {});

export const sync: Operation = notModified('rpc 304, records written', 0.85, { 'X-Device-Id': 'device-{n}' });

function notModified(name: string, target: number, more: Record<string, string>): Operation {
  return {
    name,
    target,
    consumes: true,
    prepare: async (pair) => stageRead(pair, await hotRead(pair, more)),
  };
}

/** Loads the cache; returns the read of a device that has it. `more`: further headers. */
export async function hotRead(staged: Staged, more: Record<string, string> = {}): Promise<Prepared> {
  const { headers, etag } = await stageCache(staged);
  const shot = { path: PATH, headers: { ...headers, 'If-None-Match': etag, ...more }, count: DEVICES };
  return { shot, fault: (answer) => statusFault(answer, 304) };
}

/** Loads the cache; returns what a device with this cache sends and has. */
async function stageCache(staged: Staged) {
  const { api } = staged.service;
  await define(staged, 'weather');
  await api.load('weather', { year: 2026 });
  const { body, headers } = await api.ask(PATH);
  return { headers: await api.authorized(), body, etag: headers.etag ?? '' };
}

/** The requests to the service and to the floor of a read. The floor looks up what the service keeps at the edge, and the body if there is one. */
export async function stageRead(pair: Pair, service: Prepared, body?: string): ReturnType<Operation['prepare']> {
  const db = await pair.service.binding<D1Database>('DB');
  const row = await db.prepare('SELECT key, resource FROM entries').first<{ key: string; resource: string }>();
  if (row === null) throw new Error('nothing is cached');
  const { entry, mark } = await d1Entries(db).read(row.key, row.resource);
  const copy = JSON.stringify({ entry, mark, markAt: Date.now(), currentUntil: Date.now() });
  const setup = { operation: 'read', entry: copy, key: row.key, ...(body === undefined ? {} : { body }) } as const;
  return stageFloor(pair, service, setup);
}
