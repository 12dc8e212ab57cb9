/** The result of `npm run bench` as text. */

import { digits, terminalTable, yesOrNo } from '../harness/markdown.ts';
import type { Compared } from './compare.ts';
import type { Figure } from './parts/part.ts';

/** A line for each operation and number of connections; empty if there is none. */
export function comparedTable(lines: readonly Compared[]): string {
  return terminalTable(lines, [
    ['operation', ({ operation }) => operation],
    ['connections', ({ connections }) => connections],
    ['per s', ({ service }) => digits(service.perS)],
    ['p50 ms', ({ service }) => digits(service.p50Ms)],
    ['p99 ms', ({ service }) => digits(service.p99Ms)],
    ['CPU ms', ({ service }) => digits(service.cpuMs)],
    ['added CPU ms', ({ addedCpuMs }) => digits(addedCpuMs)],
    ['floor per s', ({ floor }) => digits(floor.perS)],
    ['to floor', ({ ratio }) => ratio.median.toFixed(2)],
    ['quartiles', ({ ratio }) => `${ratio.lower.toFixed(2)}-${ratio.upper.toFixed(2)}`],
    ['by CPU', ({ cpuRatio }) => cpuRatio.median.toFixed(2)],
    ['at least', ({ target }) => target?.toFixed(2)],
    ['met', ({ met }) => yesOrNo(met)],
    ['wrong', ({ errors, wrong }) => errors + wrong],
  ]);
}

/** A line for each figure; empty if there is none. */
export function figureTable(figures: readonly Figure[]): string {
  return terminalTable(figures, [
    ['figure', ({ what }) => what],
    ['measured', ({ value, unit }) => `${digits(value)} ${unit}`],
    ['at most', ({ most, unit }) => (most === null ? '' : `${most} ${unit}`)],
    ['met', ({ value, most }) => yesOrNo(most === null ? null : value <= most)],
  ]);
}
