/** Growth with the kept versions of a cache: how its chain affects refreshes and reads. */

import { buildWorker } from '../harness/build-worker.ts';
import { answering } from '../harness/origin.ts';
import { cpuSeconds } from '../harness/processes.ts';
import { onSite, type Site } from '../harness/site.ts';
import { inTurn, median, medians } from '../harness/statistics.ts';
import { TABLE } from './fleet-site.ts';

const LENGTHS = [1, 10, 100, 1000] as const;
const REFRESHES = 3;
/** Reads per round: CPU is only known in hundredths of a second. */
const READS = 800;
const AT_ONCE = 8;
const ROWS = 2000;

export interface VersionsPoint {
  /** Number of kept versions that changed the body. */
  versions: number;
  refreshMs: number;
  /** rpc 304 of a hot cache, one after the other; and workerd's CPU for each of 8 in parallel, ms. */
  notModifiedMs: number;
  notModifiedCpuMs: number;
  /** The delta from the oldest kept version to the last, requested for the first time. */
  deltaMs: number;
  deltaBytes: number;
  /** Whether the answer was the whole table. */
  isWhole: boolean;
  /** Size of the entry in D1. */
  rowBytes: number;
  chainBytes: number;
}

type Seen = Pick<VersionsPoint, 'refreshMs' | 'notModifiedMs' | 'notModifiedCpuMs' | 'deltaMs' | 'deltaBytes'> & {
  /** Share of the deltas that were answered with the whole table. */
  whole: number;
};

/** Measures caches with 1 to 1,000 kept versions. */
export async function measureVersions(rounds: number, tell: (line: string) => void): Promise<VersionsPoint[]> {
  let answers = 0;
  // One row is different each time.
  const origin = answering(() => {
    answers += 1;
    return JSON.stringify(
      Array.from({ length: ROWS }, (_, row) => [row, `row ${row}`, row === answers % ROWS ? answers : 0]),
    );
  });
  return onSite({ script: await buildWorker(), vars: { REFRESH_WAIT_MS: '30000' }, origin }, async (site) => {
    for (const versions of LENGTHS) {
      await site.define(titleOf(versions), { tables: [TABLE], retain_versions: versions });
      for (let load = 0; load < versions; load++) await site.api.load(titleOf(versions));
      tell(`a cache with ${versions} kept versions is there`);
    }
    const caches = Object.fromEntries(LENGTHS.map((versions) => [versions, versions]));
    const [, ...all] = await inTurn(
      caches,
      // The first round warms up.
      rounds + 1,
      (versions) => roundOf(site, titleOf(versions)),
      (_round, number) => tell(`versions: round ${number - 1} of ${rounds}`),
    );
    return Promise.all(
      LENGTHS.map((versions) =>
        pointOf(
          site,
          versions,
          all.flatMap((seen) => seen[versions] ?? []),
        ),
      ),
    );
  });
}

function titleOf(versions: number): string {
  return `keeps-${versions}`;
}

async function roundOf(site: Site, title: string): Promise<Seen> {
  const refreshes: number[] = [];
  const deltas: Pick<Seen, 'deltaMs' | 'deltaBytes' | 'whole'>[] = [];
  for (let time = 0; time < REFRESHES; time++) {
    refreshes.push(await site.api.load(title));
    const [oldest] = JSON.parse(String((await rowOf(site, title)).chain)) as { version: number }[];
    const asked = { headers: { 'X-Delta': `v${oldest?.version}-last` } };
    const { ms, body, headers } = await site.api.ask(`rpc/${title}/`, asked);
    const whole = String(headers['content-version']).includes('delta') ? 0 : 1;
    deltas.push({ deltaMs: ms, deltaBytes: body.length, whole });
  }
  return { refreshMs: median(refreshes), ...(await readsOf(site, title)), ...medians(deltas) };
}

async function readsOf({ api, pids }: Site, title: string): Promise<Pick<Seen, 'notModifiedMs' | 'notModifiedCpuMs'>> {
  const path = `rpc/${title}/`;
  const etag = String((await api.ask(path)).headers.etag);
  const read = () => api.ask(path, { headers: { 'If-None-Match': etag }, expected: 304 });
  const alone: number[] = [];
  for (let time = 0; time < READS / AT_ONCE; time++) alone.push((await read()).ms);
  const before = cpuSeconds(pids);
  const client = async () => {
    for (let time = 0; time < READS / AT_ONCE; time++) await read();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return { notModifiedMs: median(alone), notModifiedCpuMs: ((cpuSeconds(pids) - before) * 1000) / READS };
}

async function rowOf(site: Site, title: string): Promise<Record<string, unknown>> {
  const db = await site.binding<D1Database>('DB');
  const row = await db.prepare('SELECT * FROM entries WHERE resource = ?1').bind(title).first();
  if (row === null) throw new Error(`D1 has no entry of ${title}.`);
  return row;
}

async function pointOf(site: Site, versions: number, seen: readonly Seen[]): Promise<VersionsPoint> {
  const row = await rowOf(site, titleOf(versions));
  const { whole: _, ...figures } = medians(seen);
  return {
    versions,
    ...figures,
    isWhole: seen.some(({ whole }) => whole > 0),
    rowBytes: Object.values(row).reduce<number>((sum, value) => sum + String(value ?? '').length, 0),
    chainBytes: String(row.chain).length,
  };
}
