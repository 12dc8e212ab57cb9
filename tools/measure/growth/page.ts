/** Writes docs/growth.md from the reports; all its tables are computed. */

import { terminalTable } from '../harness/markdown.ts';
import { writePage } from '../harness/reports.ts';
import { drawRecords, drawRows, drawVersions } from './pictures.ts';
import { MAX_RATIO, type OperationReport } from './records.ts';
import { GROWTH, type Report } from './reports.ts';
import type { Load, RowsPoint } from './rows.ts';
import type { VersionsPoint } from './versions.ts';

export function writeGrowth(): void {
  const text = `# Growth

How time, rows read and sizes grow. \`npm run bench:growth\` measures this on the built Worker in workerd with the local stores,
whose times are those of the emulation, not of the platform: the shape of a curve counts here, not its height. Both axes of each
picture are logarithmic: a value that does not grow is a level line.

${part('records', recordsPart, drawRecords)}${part('versions', versionsPart, drawVersions)}${part('rows', rowsPart, drawRows)}`;
  writePage('docs/growth.md', text.trimEnd().concat('\n'));
}

/** A part of the page, with its picture; left out if its measurement never ran. */
function part<Result>(
  name: string,
  textOf: (results: readonly Result[]) => string,
  draw: (results: readonly Result[]) => void,
): string {
  const report = GROWTH.read<Report<Result>>(name);
  if (report === null) return '';
  const { at, processors, seconds, loadBefore, results } = report;
  draw(results);
  const when = `Measured on ${at.slice(0, 10)} in ${seconds} s on ${processors}`;
  return `${textOf(results)}\n\n${when}; the machine's load before the run was ${loadBefore}.\n\n`;
}

/** What the page says of fleets of growing size. */
export function recordsPart(operations: readonly OperationReport[]): string {
  const sizes = operations[0]?.points.map(({ size }) => count(size)) ?? [];
  const table = terminalTable(operations, [
    ['operation', ({ group, name }) => `${group}: ${name}`],
    ...sizes.map((size, at) => [`ms at ${size}`, ({ points }: OperationReport) => fixed(points[at]?.ms, 1)] as const),
    ['ratio', ({ ratio: { median, lower, upper } }) => `${fixed(median)} (${fixed(lower)} to ${fixed(upper)})`],
    [`at most ${MAX_RATIO}`, ({ ratio }) => verdict(ratio.upper <= MAX_RATIO)],
    ...sizes.map(
      (size, at) => [`rows read at ${size}`, ({ points }: OperationReport) => count(points[at]?.read)] as const,
    ),
    ['limit', ({ maxRead }) => count(maxRead ?? undefined)],
    ['within it', ({ maxRead, points }) => (maxRead ? verdict(points.every(({ read }) => read <= maxRead)) : '')],
    ['rows written', ({ points }) => count(points.at(-1)?.written)],
  ]);
  return `## Records and entries in D1

![Time and rows read of each operation, by the number of records and entries](growth/records.svg)

A user has 4 devices and 100 caches at every size of the fleet; the 25 records of a device are one row. The number of users, and the number of caches
of each of the 100 resources, grow with the fleet. Each look-up asks D1. Three Workers, one for each size, run side by side and take turns. Time is
the median of the rounds' medians. The ratio compares the largest size with the smallest in the same round: its median, and its quartiles. The target
is met if the upper quartile is at most ${MAX_RATIO}. Rows are those that D1 reports in \`meta\`; the limit is what a page, or a step of a walk, may read.

The walks of each minute count, evict and migrate in steps of at most 10,000 rows each. The smallest fleet fits into one step and then rests for minutes;
the largest takes a full step of each walk each minute. So their ratio does not tell how they grow: the limit does, which holds at every size.

${table}`;
}

/** What the page says of caches with more and more kept versions. */
export function versionsPart(points: readonly VersionsPoint[]): string {
  const table = terminalTable(points, [
    ['kept versions', ({ versions }) => count(versions)],
    ['refresh, ms', ({ refreshMs }) => fixed(refreshMs, 1)],
    ['304, ms', ({ notModifiedMs }) => fixed(notModifiedMs)],
    ['CPU of a 304, ms', ({ notModifiedCpuMs }) => fixed(notModifiedCpuMs)],
    ['delta, ms', ({ deltaMs }) => fixed(deltaMs, 1)],
    ['answered with', ({ isWhole }) => (isWhole ? 'the table' : 'the delta')],
    ['bytes', ({ deltaBytes }) => count(deltaBytes)],
    ["bytes of D1's row", ({ rowBytes }) => count(rowBytes)],
  ]);
  return `## Kept versions of a cache

![Time, CPU and sizes, by the number of kept versions](growth/versions.svg)

A table of 2,000 rows, one of which changes in each load. The 304 is that of a hot cache; its CPU is that of all of workerd, local
stores included. A delta is requested for the first time, from the oldest kept version to the last.

${table}`;
}

/** What the page says of tables of growing size. */
export function rowsPart(points: readonly RowsPoint[]): string {
  const loadOf = (name: string, of: (point: RowsPoint) => Load) =>
    [
      [`${name}, s`, (point: RowsPoint) => fixed(of(point).seconds)],
      ['CPU, s', (point: RowsPoint) => fixed(of(point).cpuSeconds)],
      ['memory, MB', (point: RowsPoint) => fixed(of(point).memoryBytes / 1e6, 0)],
    ] as const;
  const table = terminalTable(points, [
    ['rows', ({ rows }) => count(rows)],
    ...loadOf('first load', ({ first }) => first),
    ...loadOf('load with 1 % changed', ({ churned }) => churned),
    ["origin's answer, kB", ({ originBytes }) => fixed(originBytes / 1000, 1)],
    ['body, kB', ({ bodyBytes }) => fixed(bodyBytes / 1000, 1)],
    ['id map, kB', ({ mapBytes }) => fixed(mapBytes / 1000, 1)],
    ['delta, kB', ({ deltaBytes }) => fixed(deltaBytes / 1000, 1)],
  ]);
  return `## Rows of a table

![Time, memory and sizes of a load, by the rows of the table](growth/rows.svg)

Time is measured from the refresh to the answer that says \`SUCCESS\`. CPU and memory are those of workerd, local stores included; memory is counted
above that after a load of one row. The second load of each table changes 1 % of the rows.

${table}`;
}

function verdict(isMet: boolean): string {
  return isMet ? 'met' : '**not met**';
}

function count(value?: number): string {
  return value?.toLocaleString('en-GB') ?? '';
}

function fixed(value = Number.NaN, decimals = 2): string {
  return value.toFixed(decimals);
}
