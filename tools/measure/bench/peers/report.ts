/** The result of `npm run bench:peers` as text. */

import { digits, markdownTable } from '../../harness/markdown.ts';
import type { Compared } from '../compare.ts';
import { OPERATIONS } from '../operations/index.ts';
import type { BesideLine, SucceededLine } from './beside.ts';

const PEERS = ['django', 'fastify'] as const;

/** Rates and CPU of all stacks, and our rate divided by theirs. */
export function besideTable(lines: readonly BesideLine[]): string {
  const head = [
    'operation',
    'freshet per s',
    'CPU ms',
    ...PEERS.flatMap((peer) => [`${peer} per s`, 'CPU ms', 'ratio']),
  ];
  const rows = lines.map(({ operation, stacks, ratios, timesDjango, errors, wrong }) => [
    operation,
    ...cellsOf(stacks.freshet),
    ...PEERS.flatMap((peer) => [...cellsOf(stacks[peer]), ratios[peer]?.median.toFixed(2) ?? '']),
    ratios.django === undefined ? '' : `${ratios.django.lower.toFixed(2)}-${ratios.django.upper.toFixed(2)}`,
    timesDjango === null ? '' : String(timesDjango),
    timesDjango === null || ratios.django === undefined ? '' : yesOrNo(ratios.django.upper >= timesDjango),
    String(errors + wrong),
  ]);
  return markdownTable([...head, 'quartiles to django', 'at least', 'met', 'wrong'], rows);
}

/** Times until many refreshes are SUCCESS. With a slow origin, ours must not be longer than Django's. */
export function succeededTable(lines: readonly SucceededLine[]): string {
  const head = [
    'refreshes',
    ...['freshet', ...PEERS].flatMap((name) => [`${name} s`, 'CPU ms a task']),
    'no slower than django',
  ];
  const rows = lines.map(({ what, stacks }) => [
    what,
    ...['freshet', ...PEERS].flatMap((name) => {
      const run = stacks[name];
      return run === undefined ? ['', ''] : [digits(run.successS), digits(run.cpuMs)];
    }),
    stacks.freshet === undefined || stacks.django === undefined
      ? ''
      : yesOrNo(stacks.freshet.successS <= stacks.django.successS),
  ]);
  return markdownTable(head, rows);
}

/**
 * CPU that our code adds to its floor, compared with Fastify's whole CPU per request; and the rate of the floor divided
 * by Django's,
 * which no code with the same calls can exceed here.
 */
export function addedTable(lines: readonly BesideLine[], compared: readonly Compared[]): string {
  const rows = lines.flatMap(({ operation, op, stacks }) => {
    const beside = compared.find(({ operation: name }) => name === OPERATIONS[op]?.name);
    const whole = stacks.fastify?.cpuMs;
    if (beside === undefined || whole === undefined) return [];
    const { service, floor, addedCpuMs } = beside;
    const atMost = stacks.django === undefined ? '' : (floor.perS / stacks.django.perS).toFixed(2);
    const cpu = [service.cpuMs, floor.cpuMs, addedCpuMs, whole].map(digits);
    return [[operation, ...cpu, yesOrNo(addedCpuMs < whole), digits(floor.perS), atMost]];
  });
  const head = ['operation', 'CPU ms', 'floor', 'added', "Fastify's whole", 'less', 'floor per s', 'floor to django'];
  return markdownTable(head, rows);
}

function cellsOf(stack: { perS: number; cpuMs: number } | undefined): string[] {
  return stack === undefined ? ['', ''] : [digits(stack.perS), digits(stack.cpuMs)];
}

function yesOrNo(met: boolean): string {
  return met ? 'yes' : 'no';
}
