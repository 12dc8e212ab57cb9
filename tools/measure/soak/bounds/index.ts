/** Limits on what a request may hold or a user may use, each measured on its own service, before the limit was set and now. */

import { buildWorker } from '../../harness/build-worker.ts';
import { pageTable } from '../../harness/markdown.ts';
import { RELIABILITY } from '../reports.ts';
import { eventStreams } from './event-streams.ts';
import { coldKeySet } from './key-set.ts';
import { hangingNeighbour, largeLoads } from './loads.ts';
import { parameterSets, rangeKeys, urlFormat } from './parameters.ts';
import { guardedPrices, lostObjects } from './rows.ts';
import {
  everyRow,
  firstReaders,
  firstReadersOfSmall,
  heldRequests,
  slowDeltas,
  slowNewTables,
  slowTables,
} from './slow-readers.ts';
import { xmlBesideLoads } from './xml.ts';

/** The figures of a run; each name contains the unit. */
export type Figures = Record<string, number>;

/** One measurement. */
export interface Bound {
  /** What is done, for the table's heading. */
  title: string;
  /** Measures it on its own service, built as `script`. */
  measure(script: string): Promise<Figures>;
}

/** By the names that `npm run soak -- bounds` takes. */
export const BOUNDS: Readonly<Record<string, Bound>> = {
  'slow-deltas': slowDeltas,
  'every-row': everyRow,
  'slow-tables': slowTables,
  'slow-new-tables': slowNewTables,
  'first-readers': firstReaders,
  'first-readers-of-small': firstReadersOfSmall,
  'held-requests': heldRequests,
  'range-keys': rangeKeys,
  'parameter-sets': parameterSets,
  'event-streams': eventStreams,
  'url-format': urlFormat,
  'large-loads': largeLoads,
  'hanging-neighbour': hangingNeighbour,
  'xml-beside-loads': xmlBesideLoads,
  'cold-key-set': coldKeySet,
  'lost-objects': lostObjects,
  'guarded-prices': guardedPrices,
};

/** The runs of one measurement. */
interface BoundReport {
  title: string;
  before?: Figures;
  after?: Figures;
}

/** Measures the named ones, or all, and stores their figures as `before` or `after`. */
export async function measureBounds(
  names: readonly string[],
  as: 'before' | 'after',
  tell: (line: string) => void,
): Promise<void> {
  const script = await buildWorker();
  for (const [name, { title, measure }] of Object.entries(BOUNDS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const figures = await measure(script);
    tell(`${title}: ${JSON.stringify(figures)}`);
    const reports = RELIABILITY.read<Record<string, BoundReport>>('bounds') ?? {};
    const report = { ...reports[name], title, [as]: figures };
    // In the order above, whichever was measured first.
    const known = Object.keys(BOUNDS).filter((each) => each === name || each in reports);
    RELIABILITY.write(
      'bounds',
      Object.fromEntries(known.map((each) => [each, each === name ? report : reports[each]])),
    );
  }
}

/** The section of docs/reliability.md, with its heading. */
export function boundsSection(): string {
  const reports = Object.values(RELIABILITY.read<Record<string, BoundReport>>('bounds') ?? {});
  const rows = reports.flatMap(({ title, before = {}, after = {} }) => {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.map((name, at) => [at === 0 ? title : '', name, before[name] ?? '', after[name] ?? '']);
  });
  return `## What one request may hold, and one user may use

Each case is measured on a service of its own, built as a deploy would upload it, in workerd (\`npm run soak -- bounds\`): before
the bounds were set, and now. Memory is what the whole process, local stores included, took in addition; readers take 4 KB a
second. Seconds and CPU are from a machine that did other work as well.

${pageTable(['what is done', 'what is counted', 'before', 'now'], rows)}`;
}
