/** Growth with the records and entries in D1: each operation at three sizes in turn. */

import { buildWorker } from '../harness/build-worker.ts';
import { inTurn, median, medians, type Quartiles, quartiles } from '../harness/statistics.ts';
import { FleetSite } from './fleet-site.ts';
import { type Group, OPERATIONS, type Operation } from './operations.ts';

/** Largest acceptable ratio of the time at the largest size to that at the smallest. */
export const MAX_RATIO = 1.5;
/** Runs of an operation per round and size; the first runs of all are not counted. */
const TIMES = 12;
const WARM_UP = 5;

/** An operation at one size. */
export interface Point {
  size: number;
  /** Median of the rounds' medians, ms. */
  ms: number;
  /** Rows read and written per run, median. */
  read: number;
  written: number;
}

export interface OperationReport {
  group: Group;
  name: string;
  points: Point[];
  /** Time at the largest size divided by that at the smallest, of each round. */
  ratio: Quartiles;
  maxRead: number | null;
}

/** The result of one round for an operation at one size. */
interface Seen {
  ms: number;
  read: number;
  written: number;
}

/** Measures fleets of these sizes. */
export async function measureRecords(
  sizes: readonly number[],
  rounds: number,
  tell: (line: string) => void,
): Promise<OperationReport[]> {
  const script = await buildWorker('tools/measure/growth/counting-entry.ts');
  const sites: FleetSite[] = [];
  try {
    for (const size of sizes) {
      sites.push(await FleetSite.start(script, size));
      tell(`${size} records and entries are there`);
    }
    const reports: OperationReport[] = [];
    for (const operation of OPERATIONS) {
      reports.push(await measure(operation, sites, rounds));
      const shown = reports.at(-1)?.points.map(({ ms, read }) => `${ms.toFixed(2)} ms ${read} rows`);
      tell(`${operation.group}, ${operation.name}: ${shown?.join(', ')}`);
    }
    return reports;
  } finally {
    for (const site of sites) await site.stop();
  }
}

async function measure(operation: Operation, sites: readonly FleetSite[], rounds: number): Promise<OperationReport> {
  await round(operation, sites, WARM_UP);
  const all: Seen[][] = [];
  for (let at = 0; at < rounds; at++) all.push(await round(operation, sites, TIMES));
  const ratios = all.map((seen) => (seen.at(-1)?.ms ?? Number.NaN) / (seen[0]?.ms ?? Number.NaN));
  return {
    group: operation.group,
    name: operation.name,
    points: sites.map(({ size }, site) => ({ size, ...medians(all.flatMap((seen) => seen[site] ?? [])) })),
    ratio: quartiles(ratios),
    maxRead: operation.maxRead ?? null,
  };
}

/** The times of the sites, in their order. */
async function round({ run }: Operation, sites: readonly FleetSite[], times: number): Promise<Seen[]> {
  for (const site of sites) await site.takeCounted();
  const taken = await inTurn(Object.fromEntries(sites.map((site) => [site.size, site])), times, run);
  const each = (rows: number) => Math.round((10 * rows) / times) / 10;
  return Promise.all(
    sites.map(async (site) => {
      const { read, written } = await site.takeCounted();
      const ms = median(taken.map((round) => round[site.size] ?? Number.NaN));
      return { ms, read: each(read), written: each(written) };
    }),
  );
}
