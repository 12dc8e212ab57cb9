/** `POST /sync/` about a hundred unchanged caches, none of which the location knows: a device after a deploy. */

import { cacheIdentity } from '../../../../src/core/cache-key.ts';
import { etagOf } from '../../../../src/core/etag.ts';
import type { Entry } from '../../../../src/ports/entry.ts';
import { d1Entries } from '../../../../src/stores/entries.ts';
import { cpuSeconds } from '../../harness/processes.ts';
import { inTurn } from '../../harness/statistics.ts';
import { type Shot, shoot } from '../load/shot.ts';
import { define, stageFloor } from '../operations/stage.ts';
import { allUnchanged, syncShot } from '../operations/sync-caches.ts';
import { type Pair, withPair } from '../setting.ts';
import { bothFigures, bothInTurn, type Part } from './part.ts';

const TITLE = 'weather';
const CACHES = 100;
/** Together they have more caches than an isolate remembers, so that each question is about forgotten ones. */
const QUESTIONS = 30;
const FIRST_YEAR = 10_000;
const DAY_MS = 86_400_000;

export const syncUnknown: Part = (setting, plan) =>
  withPair(setting, { consumes: false }, async (pair) => {
    await define(pair, TITLE);
    await fill(pair);
    const shots = await prepare(pair);
    const measure = (worker: Pair['service'], side: keyof typeof shots) => askAll(worker, shots[side]);
    await inTurn({ floor: pair.floor, service: pair.service }, 1, measure);
    const shown = ({ service }: { service: number }) => `100 unknown caches: ${service.toFixed(1)} ms of CPU`;
    const rounds = await bothInTurn(pair, plan, measure, shown);
    const what = 'sync of 100 caches unknown here: CPU a question';
    return bothFigures(what, rounds, (cpuMs) => cpuMs, { unit: 'ms', most: 20 });
  });

const fault = allUnchanged(CACHES);

/** The requests to each of the two: the questions in turn. */
async function prepare(pair: Pair): Promise<Record<'service' | 'floor', Shot[]>> {
  const headers = { ...(await pair.service.api.authorized()), 'Content-Type': 'application/json' };
  const etag = (year: number) => etagOf(cacheIdentity(TITLE, { year }, null).key, 1);
  const service = Array.from({ length: QUESTIONS }, (_question, n) => syncShot(headers, yearsOf(n), etag));
  const { floor } = await stageFloor(pair, { shot: service[0] as Shot, fault }, { operation: 'syncUnknown' });
  return { service, floor: service.map((shot) => ({ ...shot, headers: floor.shot.headers })) };
}

/**
 * Sends them one after the other, so that no question shares an answer; returns the CPU of the process for each, with
 * its stores, ms.
 */
async function askAll({ url, pids }: Pair['service'], shots: readonly Shot[]): Promise<number> {
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

/** Puts the same number of entries into both databases, under the keys of the questions. */
async function fill({ service, floor }: Pair): Promise<void> {
  const from = await service.binding<D1Database>('DB');
  const titled = from.prepare('SELECT number FROM resources WHERE title = ?').bind(TITLE);
  const number = (await titled.first<number>('number')) ?? 0;
  const years = Array.from({ length: QUESTIONS }, (_question, n) => yearsOf(n)).flat();
  const [first, ...others] = years.map((year) => entryOf(year, number)) as [Entry, ...Entry[]];
  const rows = JSON.stringify(others.map(({ key, parameters }) => ({ key, parameters })));
  for (const to of [from, await floor.binding<D1Database>('DB')]) {
    await d1Entries(to).put(first);
    const { results } = await to.prepare("SELECT name FROM pragma_table_info('entries')").all<{ name: string }>();
    const columns = results.map(({ name }) => name);
    const copied = columns.map((name) =>
      name === 'key' || name === 'parameters' ? `other.value ->> '${name}'` : `entries.${name}`,
    );
    const sql = `INSERT INTO entries (${columns}) SELECT ${copied} FROM entries, json_each(?) AS other WHERE entries.key = ?`;
    await to.prepare(sql).bind(rows, first.key).run();
  }
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
