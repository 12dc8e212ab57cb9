/** The result of `npm run bench` as text. */

import { digits, markdownTable } from '../harness/markdown.ts';
import type { Compared } from './compare.ts';
import type { Figure } from './parts/part.ts';

const HEAD = [
  'operation',
  'connections',
  'per s',
  'p50 ms',
  'p99 ms',
  'CPU ms',
  'added CPU ms',
  'floor per s',
  'to floor',
  'quartiles',
  'by CPU',
  'at least',
  'met',
  'wrong',
];

/** A line for each operation and number of connections; empty if there is none. */
export function comparedTable(lines: readonly Compared[]): string {
  return markdownTable(HEAD, lines.map(cells));
}

/** A line for each figure; empty if there is none. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, value, unit, most }) => [
    what,
    `${digits(value)} ${unit}`,
    ...(most === null ? ['', ''] : [`${most} ${unit}`, value <= most ? 'yes' : 'no']),
  ]);
  return markdownTable(['figure', 'measured', 'at most', 'met'], rows);
}

function cells({
  operation,
  connections,
  service,
  floor,
  addedCpuMs,
  ratio,
  cpuRatio,
  target,
  met,
  errors,
  wrong,
}: Compared) {
  return [
    operation,
    String(connections),
    digits(service.perS),
    digits(service.p50Ms),
    digits(service.p99Ms),
    digits(service.cpuMs),
    digits(addedCpuMs),
    digits(floor.perS),
    ratio.median.toFixed(2),
    `${ratio.lower.toFixed(2)}-${ratio.upper.toFixed(2)}`,
    cpuRatio.median.toFixed(2),
    target === null ? '' : target.toFixed(2),
    met === null ? '' : met ? 'yes' : 'no',
    String(errors + wrong),
  ];
}
