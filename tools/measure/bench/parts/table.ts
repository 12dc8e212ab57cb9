/**
 * A public table of 100,000 rows (flights of vega-datasets), in which one row in a hundred changes from load to load.
 */

import type { Answer, Api } from '../../harness/api.ts';
import { quiet } from '../../harness/machine.ts';
import { median, medians } from '../../harness/statistics.ts';
import { define } from '../operations/stage.ts';
import type { OriginProcess } from '../origin-process.ts';
import { onService } from './part.ts';

/** Members of a resource of the origin's `/flights`. */
export const FLIGHTS = { tables: [{ name: 'flights', rows: '/rows', columns: ['delay', 'distance', 'time'] }] };

/** Number of caches of the table: each has one delta that was never requested before. */
const CACHES = 3;
const VERSIONS = 11;

/** The figures of one cache. */
interface CacheTimes {
  /** From the origin's last byte to SUCCESS: for the first load, and for those after it. */
  firstMs: number;
  laterMs: number;
  /** Size of the full body, and of a delta in percent of it. */
  bytes: number;
  share: number;
  /** Until the delta over ten versions had arrived. */
  foldedMs: number;
}

export const table = onService(async (service, { origin }, { patienceS, tell }) => {
  await define({ service, originUrl: origin.url }, 'flights', FLIGHTS);
  const caches: CacheTimes[] = [];
  for (let year = 1; year <= CACHES; year += 1) {
    const times = await measureCache(service.api, year, origin, patienceS);
    tell(`table, cache ${year}: ${Math.round(times.laterMs)} ms a load, ${times.foldedMs.toFixed(1)} ms the delta`);
    caches.push(times);
  }
  const { bytes, share, firstMs, laterMs, foldedMs } = medians(caches);
  const what = '100,000 rows';
  return [
    { what: `${what}: full body`, value: bytes / 1e6, unit: 'MB', most: null },
    { what: `${what}, 1 % changed: delta of the full body`, value: share, unit: '%', most: 2 },
    { what: `${what}: last byte of the origin to SUCCESS, first load`, value: firstMs, unit: 'ms', most: 1000 },
    { what: `${what}: the same, 1 % changed`, value: laterMs, unit: 'ms', most: 1000 },
    { what: `${what}: delta over 10 versions, asked for first`, value: foldedMs, unit: 'ms', most: 20 },
  ];
});

async function measureCache(api: Api, year: number, origin: OriginProcess, patienceS: number): Promise<CacheTimes> {
  const loadedMs: number[] = [];
  await quiet(patienceS);
  for (let version = 1; version <= VERSIONS; version += 1) {
    await api.load('flights', { year });
    loadedMs.push(Date.now() - origin.sentAt());
  }
  const read = (headers = {}) => api.ask(`rpc/flights/?year=${year}`, { headers });
  await quiet(patienceS);
  // The first read of a cache also looks up its entry, and afterwards the edge cache stores its body.
  const full = await read();
  await quiet(patienceS);
  const folded = demandDelta(await read({ 'X-Delta': `v1-v${VERSIONS}` }));
  const small = demandDelta(await read({ 'X-Delta': `v${VERSIONS - 1}-v${VERSIONS}` }));
  const [firstMs = 0, ...laterMs] = loadedMs;
  const share = (small.body.length / full.body.length) * 100;
  return { firstMs, laterMs: median(laterMs), share, foldedMs: folded.ms, bytes: full.body.length };
}

function demandDelta(answer: Answer): Answer {
  const version = String(answer.headers['content-version']);
  if (version.startsWith('"delta ')) return answer;
  throw new Error(`a delta was asked for, ${version} came`);
}
