/** What slow readers and large loads may hold and take, each measured on its own service. */

import { buildWorker } from '../../harness/build-worker.ts';
import { type Cell, pageTable } from '../../harness/markdown.ts';
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

/** The section of docs/reliability.md, with its heading. */
export function boundsSection(): string {
  const measured = RELIABILITY.read<Measured>('bounds') ?? {};
  const rows = Object.entries(BOUNDS).flatMap(([name, { title }]) =>
    Object.entries(measured[name] ?? {}).map(([what, value], at) => ({ title: at === 0 ? title : '', what, value })),
  );
  const set = RELIABILITY.read<Record<'title' | 'what' | 'before' | 'then', Cell>[]>('bounds-set') ?? [];
  return `## What slow readers and large loads hold

Each case is measured on a service of its own, built as a deploy would upload it, in workerd (\`npm run soak -- bounds\`).
Memory is what the whole process, local stores included, took in addition; readers take 4 KB a second. Seconds and CPU are from a
machine that did other work as well.

${pageTable(rows, [
  ['what is done', ({ title }) => title],
  ['what is counted', ({ what }) => what],
  ['measured', ({ value }) => value],
])}

What the bounds changed when they were set (2026-11-28). Most of these cases are tests now. The soak, which was then limited by the memory
of the whole process, ended after 1.1 of 20 minutes before that, and after all 20 since.

${pageTable(set, [
  ['what is done', ({ title }) => title],
  ['what is counted', ({ what }) => what],
  ['before', ({ before }) => before],
  ['then', ({ then }) => then],
])}`;
}
