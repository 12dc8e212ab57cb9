/** All bounds that are measured, and the report of what they were before and are after. */

import { buildWorker } from '../../harness/build-worker.ts';
import { readReport, writeReport } from '../reports.ts';
import type { Bound, Figures } from './bound.ts';
import { eventStreams } from './event-streams.ts';
import { coldKeySet } from './key-set.ts';
import { hangingNeighbour, largeLoads } from './loads.ts';
import { parameterSets, urlFormat } from './parameters.ts';
import { rangeKeys } from './ranges.ts';
import { guardedPrices, lostObjects } from './rows.ts';
import { firstReaders, slowDeltas, slowNewTables, slowTables } from './slow-readers.ts';

/** By the names that `npm run soak -- bounds` takes. */
export const BOUNDS: Readonly<Record<string, Bound>> = {
  'slow-deltas': slowDeltas,
  'slow-tables': slowTables,
  'slow-new-tables': slowNewTables,
  'first-readers': firstReaders,
  'range-keys': rangeKeys,
  'parameter-sets': parameterSets,
  'event-streams': eventStreams,
  'url-format': urlFormat,
  'large-loads': largeLoads,
  'hanging-neighbour': hangingNeighbour,
  'cold-key-set': coldKeySet,
  'lost-objects': lostObjects,
  'guarded-prices': guardedPrices,
};

/** One measurement's runs. */
export interface BoundReport {
  title: string;
  before?: Figures;
  after?: Figures;
}

/** Measures those named, or all, and keeps what they found as `before` or `after`. */
export async function measureBounds(
  names: readonly string[],
  as: 'before' | 'after',
  tell: (line: string) => void,
): Promise<void> {
  const unknown = names.find((name) => !(name in BOUNDS));
  if (unknown !== undefined)
    throw new Error(`There is no bound "${unknown}"; there are ${Object.keys(BOUNDS).join(', ')}.`);
  const script = await buildWorker();
  for (const [name, { title, measure }] of Object.entries(BOUNDS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const figures = await measure(script);
    tell(`${title}: ${JSON.stringify(figures)}`);
    const reports = readReport<Record<string, BoundReport>>('bounds') ?? {};
    const report = { ...reports[name], title, [as]: figures };
    // In the order above, whichever was measured first.
    const known = Object.keys(BOUNDS).filter((each) => each === name || each in reports);
    writeReport('bounds', Object.fromEntries(known.map((each) => [each, each === name ? report : reports[each]])));
  }
}
