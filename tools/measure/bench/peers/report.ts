/** The result of `npm run bench:peers` as text. */

import { digits, terminalTable, yesOrNo } from '../../harness/markdown.ts';
import type { Compared } from '../compare.ts';
import { OPERATIONS } from '../operations/index.ts';
import type { BesideLine, SucceededLine } from './beside.ts';

const PEERS = ['django', 'fastify'] as const;

/** A figure, which a stack may not have. */
const shown = (value: number | undefined) => (value === undefined ? '' : digits(value));

/** Rates and CPU of all stacks, and our rate divided by theirs. */
export function besideTable(lines: readonly BesideLine[]): string {
  return terminalTable(lines, [
    ['operation', ({ operation }) => operation],
    ['freshet per s', ({ stacks }) => shown(stacks.freshet?.perS)],
    ['CPU ms', ({ stacks }) => shown(stacks.freshet?.cpuMs)],
    ...PEERS.flatMap((peer) => [
      [`${peer} per s`, ({ stacks }: BesideLine) => shown(stacks[peer]?.perS)] as const,
      ['CPU ms', ({ stacks }: BesideLine) => shown(stacks[peer]?.cpuMs)] as const,
      ['ratio', ({ ratios }: BesideLine) => ratios[peer]?.median.toFixed(2)] as const,
    ]),
    [
      'quartiles to django',
      ({ ratios: { django } }) => django && `${django.lower.toFixed(2)}-${django.upper.toFixed(2)}`,
    ],
    ['at least', ({ timesDjango }) => timesDjango],
    ['met', ({ timesDjango: least, ratios }) => yesOrNo(least === null ? null : (ratios.django?.upper ?? 0) >= least)],
    ['wrong', ({ errors, wrong }) => errors + wrong],
  ]);
}

/** Times until many refreshes are SUCCESS. With a slow origin, ours must not be longer than Django's. */
export function succeededTable(lines: readonly SucceededLine[]): string {
  return terminalTable(lines, [
    ['refreshes', ({ what }) => what],
    ...(['freshet', ...PEERS] as const).flatMap((name) => [
      [`${name} s`, ({ stacks }: SucceededLine) => shown(stacks[name]?.successS)] as const,
      ['CPU ms a task', ({ stacks }: SucceededLine) => shown(stacks[name]?.cpuMs)] as const,
    ]),
    [
      'no slower than django',
      ({ stacks: { freshet, django } }) => yesOrNo(freshet && django ? freshet.successS <= django.successS : null),
    ],
  ]);
}

/**
 * CPU that our code adds to its floor, compared with Fastify's whole CPU per request; and the rate of the floor divided
 * by Django's, which no code with the same calls can exceed here.
 */
export function addedTable(lines: readonly BesideLine[], compared: readonly Compared[]): string {
  const rows = lines.flatMap(({ operation, op, stacks: { django, fastify } }) => {
    const own = compared.find(({ operation: name }) => name === OPERATIONS[op]?.name);
    return own === undefined || fastify === undefined ? [] : [{ ...own, operation, whole: fastify.cpuMs, django }];
  });
  return terminalTable(rows, [
    ['operation', ({ operation }) => operation],
    ['CPU ms', ({ service }) => digits(service.cpuMs)],
    ['floor', ({ floor }) => digits(floor.cpuMs)],
    ['added', ({ addedCpuMs }) => digits(addedCpuMs)],
    ["Fastify's whole", ({ whole }) => digits(whole)],
    ['less', ({ addedCpuMs, whole }) => yesOrNo(addedCpuMs < whole)],
    ['floor per s', ({ floor }) => digits(floor.perS)],
    ['floor to django', ({ floor, django }) => (django ? (floor.perS / django.perS).toFixed(2) : '')],
  ]);
}
