/** Writes docs/growth.md from the reports; all its tables are computed. */

import { markdownTable } from '../harness/markdown.ts';
import { writePage } from '../harness/reports.ts';
import { drawRecords, drawRows, drawVersions } from './pictures.ts';
import { MAX_RATIO, type OperationReport } from './records.ts';
import { GROWTH, type Report } from './reports.ts';
import type { RowsPoint } from './rows.ts';
import type { VersionsPoint } from './versions.ts';

/** Writes the page, and the pictures that it shows. */
export function writeGrowth(): void {
  const parts = [
    part<OperationReport>('records', recordsPart, drawRecords),
    part<VersionsPoint>('versions', versionsPart, drawVersions),
    part<RowsPoint>('rows', rowsPart, drawRows),
  ].filter((text) => text !== '');
  const text = `# Growth

How time, rows read and sizes grow. \`npm run bench:growth\` measures this on the built Worker in workerd with the local stores,
whose times are those of the emulation, not of the platform: the shape of a curve counts here, not its height. Both axes of each
picture are logarithmic: a value that does not grow is a level line.

${parts.join('\n')}`;
  writePage('docs/growth.md', text);
}

/** A part of the page with its picture; left out if its measurement never ran. */
function part<Result>(
  name: string,
  textOf: (results: readonly Result[]) => string,
  draw: (results: readonly Result[]) => void,
): string {
  const report = GROWTH.read<Report<Result>>(name);
  if (report === null) return '';
  draw(report.results);
  return `${textOf(report.results)}\n${about(report)}\n`;
}

function recordsPart(operations: readonly OperationReport[]): string {
  const sizes = operations[0]?.points.map(({ size }) => count(size)) ?? [];
  return `## Records and entries in D1

![Time and rows read of each operation, by the number of records and entries](growth/records.svg)

A user has 4 devices and 100 caches at every size of the fleet; the 25 records of a device are one row. The number of users, and the number of caches
of each of the 100 resources, grow with the fleet. Each look-up asks D1. Three Workers, one for each size, run side by side and take turns. Time is
the median of the rounds' medians. The ratio compares the largest size with the smallest in the same round: its median, and its quartiles. The target
is met if the upper quartile is at most ${MAX_RATIO}. Rows are those that D1 reports in \`meta\`; the limit is what a page may read.

${markdownTable(
  [
    'operation',
    ...sizes.map((size) => `ms at ${size}`),
    'ratio',
    `at most ${MAX_RATIO}`,
    ...sizes.map((size) => `rows read at ${size}`),
    'limit',
    'within it',
    'rows written',
  ],
  operations.map(({ group, name, points, ratio, maxRead }) => [
    `${group}: ${name}`,
    ...points.map(({ ms }) => ms.toFixed(1)),
    `${ratio.median.toFixed(2)} (${ratio.lower.toFixed(2)} to ${ratio.upper.toFixed(2)})`,
    verdict(ratio.upper <= MAX_RATIO),
    ...points.map(({ read }) => count(read)),
    maxRead === null ? '' : count(maxRead),
    maxRead === null ? '' : verdict(points.every(({ read }) => read <= maxRead)),
    count(points.at(-1)?.written ?? 0),
  ]),
)}
`;
}

function versionsPart(points: readonly VersionsPoint[]): string {
  return `## Kept versions of a cache

![Time, CPU and sizes, by the number of kept versions](growth/versions.svg)

A table of 2,000 rows, one of which changes in each load. The 304 is that of a hot cache; its CPU is that of all of workerd, local
stores included. A delta is requested for the first time, from the oldest kept version to the last.

${markdownTable(
  [
    'kept versions',
    'refresh, ms',
    '304, ms',
    'CPU of a 304, ms',
    'delta, ms',
    'answered with',
    'bytes',
    "bytes of D1's row",
  ],
  points.map((point) => [
    count(point.versions),
    point.refreshMs.toFixed(1),
    point.notModifiedMs.toFixed(2),
    point.notModifiedCpuMs.toFixed(2),
    point.deltaMs.toFixed(1),
    point.isWhole ? 'the table' : 'the delta',
    count(point.deltaBytes),
    count(point.rowBytes),
  ]),
)}
`;
}

function rowsPart(points: readonly RowsPoint[]): string {
  return `## Rows of a table

![Time, memory and sizes of a load, by the rows of the table](growth/rows.svg)

Time is measured from the refresh to the answer that says \`SUCCESS\`. CPU and memory are those of workerd, local stores included; memory is counted
above that after a load of one row. The second load of each table changes 1 % of the rows.

${markdownTable(
  [
    'rows',
    'first load, s',
    'CPU, s',
    'memory, MB',
    'load with 1 % changed, s',
    'CPU, s',
    'memory, MB',
    "origin's answer, kB",
    'body, kB',
    'id map, kB',
    'delta, kB',
  ],
  points.map((point) => [
    count(point.rows),
    ...[point.first, point.churned].flatMap(({ seconds, cpuSeconds, memoryBytes }) => [
      seconds.toFixed(2),
      cpuSeconds.toFixed(2),
      (memoryBytes / 1e6).toFixed(0),
    ]),
    ...[point.originBytes, point.bodyBytes, point.mapBytes, point.deltaBytes].map((bytes) => (bytes / 1000).toFixed(1)),
  ]),
)}
`;
}

function about({ at, processors, seconds, loadBefore }: Report<unknown>): string {
  return `Measured on ${at.slice(0, 10)} in ${seconds} s on ${processors}; the machine's load before the run was ${loadBefore}.`;
}

function verdict(isMet: boolean): string {
  return isMet ? 'met' : '**not met**';
}

function count(value: number): string {
  return value.toLocaleString('en-GB');
}
