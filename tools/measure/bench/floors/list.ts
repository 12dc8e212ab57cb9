/** Floor of the list: one query, by the service's own statement. */

import { etagOf } from '../../../../src/core/etag.ts';
import { d1SyncRecords } from '../../../../src/stores/sync-records.ts';
import type { FloorRequest } from './context.ts';

const LIMIT = 1000;

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
