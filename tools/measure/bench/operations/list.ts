/** `GET /cache/`: the 20 records of a user. */

import { createHash } from 'node:crypto';
import type { SyncRecord } from '../../../../src/ports/messages.ts';
import { d1SyncRecords } from '../../../../src/stores/sync-records.ts';
import { type Answer, jsonOf } from '../../harness/api.ts';
import type { LocalWorker } from '../../harness/local-worker.ts';
import { statusFault } from '../load/shot.ts';
import type { Operation } from './operation.ts';
import { stageFloor } from './stage.ts';

const RECORDS = 20;
const MEMBERS = ['user', 'device', 'sync_datetime', 'version', 'etag'];

export const list: Operation = {
  name: 'list',
  target: 0.85,
  consumes: true,
  async prepare(pair) {
    await fill(pair.service);
    await fill(pair.floor);
    const shot = { path: '/api/v1/cache/', headers: await pair.service.api.authorized() };
    return stageFloor(pair, { shot, fault }, { operation: 'list' });
  },
};

async function fill(worker: LocalWorker): Promise<void> {
  const records = Array.from({ length: RECORDS }, (_, at): SyncRecord => {
    const key = createHash('sha256').update(String(at)).digest('hex');
    const device = `device-${String(at).padStart(2, '0')}`;
    return { user: 'bench', device, resource: 'weather', key, syncedAt: Date.now(), version: 1, changed: 1 };
  });
  await d1SyncRecords(await worker.binding<D1Database>('DB')).put(records);
}

function fault(answer: Answer): string | null {
  const wrong = statusFault(answer, 200);
  if (wrong !== null) return wrong;
  const records = jsonOf<object[]>(answer);
  const whole = records.every((record) => Object.keys(record).join() === MEMBERS.join());
  return records.length === RECORDS && whole ? null : `not the ${RECORDS} records: ${answer.body}`;
}
