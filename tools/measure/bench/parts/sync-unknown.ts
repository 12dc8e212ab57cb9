/** `POST /sync/` about a hundred caches of which the location knows none, and nothing has changed: a device after a deploy. */

import type { Entry } from '../../../../src/contract/entry.ts';
import { cacheIdentity } from '../../../../src/core/cache-key.ts';
import { etagOf } from '../../../../src/core/etag.ts';
import { d1Entries } from '../../../../src/stores/entries.ts';
import type { LocalWorker } from '../../harness/local-worker.ts';
import { cpuSeconds } from '../../harness/processes.ts';
import { median } from '../../harness/statistics.ts';
import { type Answer, call } from '../load/call.ts';
import type { Shot } from '../load/wrk.ts';
import type { Pair, Prepared } from '../operations/operation.ts';
import { authorized, define, stageFloor, statusFault } from '../operations/stage.ts';
import { startPair, stopPair } from '../pair.ts';
import type { Part } from './part.ts';

const TITLE = 'weather';
const CACHES = 100;
/** All of them together are more than an isolate remembers, so that each question is about forgotten ones. */
const QUESTIONS = 30;
const FIRST_YEAR = 10_000;
const DAY_MS = 86_400_000;

export const syncUnknown: Part = async (setting, { rounds, tell }) => {
  const pair = await startPair(setting, false);
  try {
    await define(pair, TITLE);
    await fill(pair);
    const { service, floor } = await prepare(pair);
    const cpuMs: { service: number[]; floor: number[] } = { service: [], floor: [] };
    await askAll(pair.service, service);
    await askAll(pair.floor, floor);
    for (let round = 1; round <= rounds; round += 1) {
      cpuMs.floor.push(await askAll(pair.floor, floor));
      cpuMs.service.push(await askAll(pair.service, service));
      tell(`100 unknown caches, round ${round}: ${cpuMs.service.at(-1)?.toFixed(1)} ms of CPU`);
    }
    const what = 'sync of 100 caches unknown here: CPU a question';
    return [
      { what, value: median(cpuMs.service), unit: 'ms', most: 20 },
      { what: `${what}, floor`, value: median(cpuMs.floor), unit: 'ms', most: null },
    ];
  } finally {
    await stopPair(pair);
  }
};

/** What each of the two is asked: the questions in turn. */
interface Asked {
  shots: Shot[];
  fault: Prepared['fault'];
}

async function prepare(pair: Pair): Promise<{ service: Asked; floor: Asked }> {
  const headers = { ...(await authorized(pair.service)), 'Content-Type': 'application/json' };
  const shots = Array.from({ length: QUESTIONS }, (_question, n) => ({
    method: 'POST' as const,
    path: '/api/v1/sync/',
    headers,
    body: questionOf(n),
  }));
  const fault = (answer: Answer) => statusFault(answer, 200) ?? itemFault(answer);
  const first = { shot: shots[0] as Shot, fault };
  const floor = await stageFloor(pair, first, { operation: 'syncUnknown' });
  return {
    service: { shots, fault },
    floor: { shots: shots.map((shot) => ({ ...shot, headers: floor.shot.headers })), fault },
  };
}

/** One after the other, so that no question shares an answer; CPU of the process for each, its stores included, ms. */
async function askAll({ url, pids }: LocalWorker, { shots, fault }: Asked): Promise<number> {
  const before = cpuSeconds(pids);
  for (const shot of shots) {
    const wrong = fault(await call(url, shot));
    if (wrong !== null) throw new Error(wrong);
  }
  return ((cpuSeconds(pids) - before) * 1000) / shots.length;
}

function yearsOf(question: number): number[] {
  return Array.from({ length: CACHES }, (_cache, n) => FIRST_YEAR + question * CACHES + n);
}

function questionOf(number: number): string {
  const caches = yearsOf(number).map((year) => ({
    id: String(year),
    resource_title: TITLE,
    parameters: { year },
    etag: etagOf(cacheIdentity(TITLE, { year }, null).key, 1),
  }));
  return JSON.stringify({ inline_bytes: 0, caches });
}

/** Puts as many entries into both databases, under the keys that are asked for. */
async function fill({ service, floor }: Pair): Promise<void> {
  const from = await service.binding<D1Database>('DB');
  const resource = await from
    .prepare('SELECT number FROM resources WHERE title = ?')
    .bind(TITLE)
    .first<{ number: number }>();
  const years = Array.from({ length: QUESTIONS }, (_question, n) => yearsOf(n)).flat();
  const [first, ...others] = years.map((year) => entryOf(year, resource?.number ?? 0)) as [Entry, ...Entry[]];
  const rows = JSON.stringify(others.map(({ key, parameters }) => ({ key, parameters })));
  for (const to of [from, await floor.binding<D1Database>('DB')]) {
    await d1Entries(to).put(first);
    const { results } = await to.prepare("SELECT name FROM pragma_table_info('entries')").all<{ name: string }>();
    const columns = results.map(({ name }) => name);
    const copied = columns.map((name) =>
      name === 'key' || name === 'parameters' ? `other.value ->> '${name}'` : name,
    );
    await to
      .prepare(
        `INSERT INTO entries (${columns.join(', ')})
         SELECT ${copied.map((column, at) => (column === columns[at] ? `entries.${column}` : column)).join(', ')}
         FROM entries, json_each(?) AS other WHERE entries.key = ?`,
      )
      .bind(rows, first.key)
      .run();
  }
}

/** As an object writes it; nothing is read of its body. */
function entryOf(year: number, number: number): Entry {
  const now = Date.now();
  const hash = 'f'.repeat(64);
  return {
    ...cacheIdentity(TITLE, { year }, null),
    number,
    revision: now,
    loaded: {
      ...{
        version: 1,
        changed: 1,
        fence: 1,
        contentType: 'application/json',
        bytes: 1000,
        mapBytes: 22,
        rows: 1,
        hash,
      },
      ...{ loadedAt: now, changedAt: now, expiresAt: now + DAY_MS },
    },
    chain: [{ version: 1, fence: 1, deltaBytes: null, hash }],
    retryAt: null,
    lastError: null,
    lastTaskId: null,
  };
}

function itemFault({ body }: Answer): string | null {
  const { caches } = JSON.parse(body.toString()) as { caches: { status: number }[] };
  const same = caches.filter(({ status }) => status === 304).length;
  return same === CACHES ? null : `${same} of ${CACHES} items are 304: ${body.toString().slice(0, 200)}`;
}
