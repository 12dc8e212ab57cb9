/** A public table of 100,000 rows (flights of vega-datasets) of which a hundredth changes from load to load. */

import { LocalWorker } from '../../harness/local-worker.ts';
import { quiet } from '../../harness/machine.ts';
import { median } from '../../harness/statistics.ts';
import { type Answer, demand } from '../load/call.ts';
import { authorized, define, refreshShot } from '../operations/stage.ts';
import type { OriginProcess } from '../origin-process.ts';
import { TABLES } from './flights.ts';
import type { Part } from './part.ts';

/** Caches of the table: each gives one delta that nobody has asked for before. */
const CACHES = 3;
const VERSIONS = 11;
/** The answer to a refresh comes as soon as its task has ended. */
const HELD_MS = '30000';

/** What was measured of one cache. */
interface CacheTimes {
  /** From the origin's last byte to SUCCESS: of the first load, and of those after it. */
  firstMs: number;
  laterMs: number;
  /** Size of the full body, and of a delta in percent of it. */
  bytes: number;
  share: number;
  /** Until the delta over ten versions was there. */
  foldedMs: number;
}

export const table: Part = async ({ service: script, originUrl }, { patienceS, tell }, origin) => {
  const service = await LocalWorker.start({ script, vars: { REFRESH_WAIT_MS: HELD_MS } });
  try {
    await define({ service, originUrl }, 'flights', { tables: TABLES });
    const headers = await authorized(service);
    const caches: CacheTimes[] = [];
    for (let year = 1; year <= CACHES; year += 1) {
      const loadedMs: number[] = [];
      await quiet(patienceS);
      for (let version = 1; version <= VERSIONS; version += 1) loadedMs.push(await timeLoad(service, year, origin));
      const read = (delta: object) =>
        timed(() =>
          demand(200, service.url, { path: `/api/v1/rpc/flights/?year=${year}`, headers: { ...headers, ...delta } }),
        );
      await quiet(patienceS);
      // The first read of a cache also looks up its entry, and the edge cache goes on to take its body.
      const full = await read({});
      await quiet(patienceS);
      const folded = await read({ 'X-Delta': `v1-v${VERSIONS}` });
      const small = await read({ 'X-Delta': `v${VERSIONS - 1}-v${VERSIONS}` });
      demandDelta(folded.answer);
      demandDelta(small.answer);
      const [firstMs = 0, ...laterMs] = loadedMs;
      const share = (small.answer.body.byteLength / full.answer.body.byteLength) * 100;
      caches.push({
        firstMs,
        laterMs: median(laterMs),
        share,
        foldedMs: folded.ms,
        bytes: full.answer.body.byteLength,
      });
      tell(`table, cache ${year}: ${Math.round(median(laterMs))} ms a load, ${folded.ms.toFixed(1)} ms the delta`);
    }
    const of = (name: keyof CacheTimes) => median(caches.map((cache) => cache[name]));
    return [
      { what: '100,000 rows: full body', value: of('bytes') / 1e6, unit: 'MB', most: null },
      { what: '100,000 rows, 1 % changed: delta of the full body', value: of('share'), unit: '%', most: 2 },
      {
        what: '100,000 rows: last byte of the origin to SUCCESS, first load',
        value: of('firstMs'),
        unit: 'ms',
        most: 1000,
      },
      { what: '100,000 rows: the same, 1 % changed', value: of('laterMs'), unit: 'ms', most: 1000 },
      { what: '100,000 rows: delta over 10 versions, asked for first', value: of('foldedMs'), unit: 'ms', most: 20 },
    ];
  } finally {
    await service.stop();
  }
};

/** From the origin's last byte to the answer SUCCESS, ms. */
async function timeLoad(service: LocalWorker, year: number, origin: OriginProcess): Promise<number> {
  const shot = await refreshShot(service, 'flights', String(year));
  const { body } = await demand(200, service.url, { ...shot, headers: { ...shot.headers, Prefer: 'wait=30' } });
  const { task_state: state } = JSON.parse(body.toString()) as { task_state: string };
  if (state !== 'SUCCESS') throw new Error(`the table was not loaded: ${body}`);
  return Date.now() - origin.sentAt();
}

async function timed(ask: () => Promise<Answer>): Promise<{ answer: Answer; ms: number }> {
  const startedAt = performance.now();
  return { answer: await ask(), ms: performance.now() - startedAt };
}

function demandDelta({ headers }: Answer): void {
  const version = headers.get('Content-Version') ?? '';
  if (!version.startsWith('"delta ')) throw new Error(`a delta was asked for, ${version} came`);
}
