/** What slow readers and large loads may hold and take, each measured on its own service. */

import { buildWorker } from '../../harness/build-worker.ts';
import { pageTable } from '../../harness/markdown.ts';
import { RELIABILITY } from '../reports.ts';
import type { Bound, Figures } from './bound.ts';
import { hangingNeighbour, largeLoads } from './loads.ts';
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

/** By the names that `npm run soak -- bounds` takes. */
export const BOUNDS: Readonly<Record<string, Bound>> = {
  'slow-deltas': slowDeltas,
  'every-row': everyRow,
  'slow-tables': slowTables,
  'slow-new-tables': slowNewTables,
  'first-readers': firstReaders,
  'first-readers-of-small': firstReadersOfSmall,
  'held-requests': heldRequests,
  'large-loads': largeLoads,
  'hanging-neighbour': hangingNeighbour,
  'xml-beside-loads': xmlBesideLoads,
};

/** Figures by the names of `BOUNDS`. */
type Measured = Record<string, Figures>;

/** Measures the named ones, or all. */
export async function measureBounds(names: readonly string[], tell: (line: string) => void): Promise<Measured> {
  const script = await buildWorker();
  const measured: Measured = {};
  for (const [name, { title, measure }] of Object.entries(BOUNDS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const figures = await measure(script);
    tell(`${title}: ${JSON.stringify(figures)}`);
    measured[name] = figures;
  }
  return measured;
}

/** Figures from before the bounds were set, which no code measures any more. */
interface Before {
  /** Date of the runs. */
  at: string;
  /** By the names of `BOUNDS`. */
  measured: Measured;
  /** Bounds that a test holds now, so that they are not measured any more. */
  tested: { title: string; test: string; before: Figures; after: Figures }[];
}

interface Row {
  title: string;
  test?: string;
  before?: Figures | undefined;
  after: Figures;
}

/** The section of docs/reliability.md, with its heading. */
export function boundsSection(): string {
  const measured = RELIABILITY.read<Measured>('bounds') ?? {};
  const { at, measured: before, tested } = RELIABILITY.read<Before>('bounds-before') as Before;
  const now = Object.entries(BOUNDS).flatMap(([name, { title }]) => {
    const after = measured[name];
    return after === undefined ? [] : [{ title, before: before[name], after }];
  });
  return `## What one request may hold, and one user may use

Each case is measured on a service of its own, built as a deploy would upload it, in workerd (\`npm run soak -- bounds\`).
The figures before the bounds were set are of ${at}. Memory is what the whole process, local stores included, took in addition; readers
take 4 KB a second. Seconds and CPU are from a machine that did other work as well.

${figuresTable(now, 'now')}

A test holds each of the following bounds and fails without it. The figures are of ${at}, from before and after the bound was set.

${figuresTable(tested, 'after')}`;
}

/** A line for each figure; the title, and the test if there is one, stand in the first line of each case. */
function figuresTable(cases: readonly Row[], now: string): string {
  const rows = cases.flatMap(({ title, test, before = {}, after }) => {
    const what = test === undefined ? title : `${title} (\`${test}\`)`;
    return Object.keys(after).map((name, at) => ({
      what: at === 0 ? what : '',
      name,
      was: before[name],
      is: after[name],
    }));
  });
  return pageTable(rows, [
    ['what is done', ({ what }) => what],
    ['what is counted', ({ name }) => name],
    ['before', ({ was }) => was],
    [now, ({ is }) => is],
  ]);
}
