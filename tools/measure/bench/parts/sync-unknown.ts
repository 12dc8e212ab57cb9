/** `POST /sync/` about a hundred unchanged caches, none of which the location knows: a device after a deploy. */

import { cacheIdentity } from '../../../../src/core/cache-key.ts';
import { etagOf } from '../../../../src/core/etag.ts';
import type { Entry } from '../../../../src/ports/entry.ts';
import { d1Entries } from '../../../../src/stores/entries.ts';
import type { Server } from '../../harness/api.ts';
import { cpuSeconds } from '../../harness/processes.ts';
import { median } from '../../harness/statistics.ts';
import { type Shot, shoot } from '../load/shot.ts';
import { define } from '../operations/stage.ts';
import { allUnchanged, syncShot } from '../operations/sync-caches.ts';
import { onService } from './part.ts';

const TITLE = 'weather';
const CACHES = 100;
/** Together they have more caches than an isolate remembers, so that each question is about forgotten ones. */
const QUESTIONS = 30;
const FIRST_YEAR = 10_000;
const DAY_MS = 86_400_000;

export const syncUnknown = onService(async (service, { origin }, { rounds, tell }) => {
  await define({ service, originUrl: origin.url }, TITLE);
  await fill(await service.binding<D1Database>('DB'));
  const headers = { ...(await service.api.authorized()), 'Content-Type': 'application/json' };
  const etag = (year: number) => etagOf(cacheIdentity(TITLE, { year }, null).key, 1);
  const shots = Array.from({ length: QUESTIONS }, (_question, n) => syncShot(headers, yearsOf(n), etag));
  const all: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const cpuMs = await askAll(service, shots);
    tell(`100 unknown caches: ${cpuMs.toFixed(1)} ms of CPU`);
    // The first round warms up.
    if (round > 0) all.push(cpuMs);
  }
  return [{ what: 'sync of 100 caches unknown here: CPU a question', value: median(all), unit: 'ms', most: 20 }];
});

const fault = allUnchanged(CACHES);

/**
 * Sends them one after the other, so that no question shares an answer; returns the CPU of the process for each, with
 * its stores, ms.
 */
async function askAll({ url, pids }: Server, shots: readonly Shot[]): Promise<number> {
  const before = cpuSeconds(pids);
  for (const shot of shots) {
    const wrong = fault(await shoot(url, shot));
    if (wrong !== null) throw new Error(wrong);
  }
  return ((cpuSeconds(pids) - before) * 1000) / shots.length;
}

function yearsOf(question: number): number[] {
  return Array.from({ length: CACHES }, (_cache, n) => FIRST_YEAR + question * CACHES + n);
}

/** Puts entries into the database under the keys of the questions. */
async function fill(db: D1Database): Promise<void> {
  const titled = db.prepare('SELECT number FROM resources WHERE title = ?').bind(TITLE);
  const number = (await titled.first<number>('number')) ?? 0;
  const years = Array.from({ length: QUESTIONS }, (_question, n) => yearsOf(n)).flat();
  const [first, ...others] = years.map((year) => entryOf(year, number)) as [Entry, ...Entry[]];
  const rows = JSON.stringify(others.map(({ key, parameters }) => ({ key, parameters })));
  await d1Entries(db).put(first);
  const { results } = await db.prepare("SELECT name FROM pragma_table_info('entries')").all<{ name: string }>();
  const columns = results.map(({ name }) => name);
  const copied = columns.map((name) =>
    name === 'key' || name === 'parameters' ? `other.value ->> '${name}'` : `entries.${name}`,
  );
  const sql = `INSERT INTO entries (${columns}) SELECT ${copied} FROM entries, json_each(?) AS other WHERE entries.key = ?`;
  await db.prepare(sql).bind(rows, first.key).run();
}

/** As an object writes it; its body is never read. */
function entryOf(year: number, number: number): Entry {
  const now = Date.now();
  const hash = 'f'.repeat(64);
  const sizes = { bytes: 1000, mapBytes: 22, rows: 1, hash };
  const times = { loadedAt: now, changedAt: now, expiresAt: now + DAY_MS };
  return {
    ...cacheIdentity(TITLE, { year }, null),
    number,
    revision: now,
    loaded: { version: 1, changed: 1, fence: 1, contentType: 'application/json', ...sizes, ...times },
    chain: [{ version: 1, fence: 1, deltaBytes: null, hash }],
    retryAt: null,
    lastError: null,
    lastTaskId: null,
  };
}
