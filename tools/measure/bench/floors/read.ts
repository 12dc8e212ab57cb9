/**
 * Floors of reads.
 *
 * - A hot read: the entry, and the body if there is one, from the edge cache; a device's record after the answer.
 *   Records that come close together leave in one message and are written by one statement.
 * - The list of records: one query, with the service's own statement.
 */

import { etagOf } from '../../../../src/core/etag.ts';
import type { SyncMessage, SyncRecord } from '../../../../src/ports/messages.ts';
import { d1SyncRecords } from '../../../../src/stores/sync-records.ts';
import type { FloorRequest, FloorSetup } from './setup.ts';

const ENTRY = 'https://freshet.internal/floor/entry';
const BODY = 'https://freshet.internal/floor/body';
/** The time for which the service lets a record wait for others, ms. */
const WAIT_MS = 200;
const LIMIT = 1000;

let waiting = new Map<string, SyncRecord>();

export async function prepareRead({ entry, body }: FloorSetup): Promise<void> {
  const cache = await caches.open('freshet');
  const headers = { 'Cache-Control': 'public, max-age=86400' };
  await cache.put(ENTRY, new Response(entry, { headers }));
  if (body !== undefined) await cache.put(BODY, new Response(body, { headers }));
}

export async function read({ request, env, ctx, user, setup }: FloorRequest): Promise<Response> {
  const cache = await caches.open('freshet');
  await (await cache.match(ENTRY))?.text();
  const body = setup.body === undefined ? null : ((await cache.match(BODY))?.body ?? null);
  const device = request.headers.get('X-Device-Id');
  if (device !== null) ctx.waitUntil(addRecord(env, { user, device, key: setup.key ?? '' }));
  return new Response(body, setup);
}

async function addRecord(env: Env, who: Pick<SyncRecord, 'user' | 'device' | 'key'>): Promise<void> {
  waiting.set(who.device, { ...who, resource: 'weather', syncedAt: Date.now(), version: 1, changed: 1 });
  await scheduler.wait(WAIT_MS);
  if (waiting.size === 0) return;
  const records = [...waiting.values()];
  waiting = new Map();
  await env.SYNC_QUEUE.send({ records, read: [] });
}

export async function writeRecords(env: Env, messages: readonly SyncMessage[]): Promise<void> {
  await d1SyncRecords(env.DB).put(messages.flatMap(({ records }) => records));
}

export async function list({ env, user, setup }: FloorRequest): Promise<Response> {
  const { records } = await d1SyncRecords(env.DB).list({ user }, null, LIMIT);
  const answer = records.map(({ user, device, key, syncedAt, version, changed }) => ({
    user,
    device,
    sync_datetime: new Date(syncedAt).toISOString(),
    version,
    etag: etagOf(key, changed),
  }));
  return new Response(JSON.stringify(answer), setup);
}
