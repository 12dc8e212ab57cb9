/** Compares an operation with its floor, measured in turn. */

import { inTurn, medians, type Quartiles, quartiles } from '../harness/statistics.ts';
import { type Effort, type Measured, measure } from './load/measure.ts';
import type { Operation } from './operations/operation.ts';
import { type Setting, withPair } from './setting.ts';

/** How an operation is measured. */
export interface Plan extends Omit<Effort, 'connections'> {
  connections: readonly [number, ...number[]];
  rounds: number;
  warmupS: number;
  /** Called for each step. */
  tell(line: string): void;
}

/** Medians of one side's measurements. */
export type Side = Pick<Measured, 'perS' | 'p50Ms' | 'p99Ms' | 'cpuMs'>;

/** One line of the result. */
export interface Compared {
  operation: string;
  connections: number;
  service: Side;
  floor: Side;
  /** CPU of the service's own code beyond its floor, ms per request. */
  addedCpuMs: number;
  /** Rate of the service divided by that of its floor, round by round. */
  ratio: Quartiles;
  /** The same for requests per second of CPU, on which other work of the machine has less effect. */
  cpuRatio: Quartiles;
  target: number | null;
  /** Null: there is no target. */
  met: boolean | null;
  /** Failed requests, and checked answers that were wrong, of both sides. */
  errors: number;
  wrong: number;
  /** Largest share of the processors that other programs used before a measurement. */
  busy: number;
}

type Round = Record<'floor' | 'service', Measured>;

/** Measures an operation with each number of connections, on its own pair of Workers, or on a new pair for each round. */
export async function compare(operation: Operation, setting: Setting, plan: Plan): Promise<Compared[]> {
  const lines: Compared[] = [];
  for (const connections of plan.connections) {
    const rounds: Round[] = [];
    const tell = (round: Round, number: number) =>
      plan.tell(`${operation.name}, ${connections} connections, round ${rounds.length + number}: ${inShort(round)}`);
    while (rounds.length < plan.rounds) {
      const ofPair = operation.leavesAlarms ? 1 : plan.rounds;
      rounds.push(...(await onePair(operation, setting, { ...plan, rounds: ofPair }, connections, tell)));
    }
    lines.push(summary(operation, connections, rounds));
  }
  return lines;
}

/** Measures the rounds on a new pair of Workers, after a warm-up. */
function onePair(
  operation: Operation,
  setting: Setting,
  { rounds, warmupS, seconds, patienceS }: Plan,
  connections: number,
  tell: (round: Round, number: number) => void,
): Promise<Round[]> {
  return withPair(setting, operation, async (pair) => {
    const { floor, service } = await operation.prepare(pair);
    const targets = {
      floor: { ...addressOf(pair.floor), ...floor },
      service: { ...addressOf(pair.service), ...service },
    };
    await inTurn(targets, 1, (target) => measure(target, { connections, seconds: warmupS, patienceS: 0 }));
    return inTurn(targets, rounds, (target) => measure(target, { connections, seconds, patienceS }), tell);
  });
}

function addressOf({ url, pids }: { url: string; pids: readonly number[] }) {
  return { url, pids };
}

function summary({ name, target }: Operation, connections: number, rounds: readonly Round[]): Compared {
  const all = rounds.flatMap(({ floor, service }) => [floor, service]);
  const ratio = quartiles(rounds.map(({ floor, service }) => service.perS / floor.perS));
  const service = sideOf(rounds.map((round) => round.service));
  const floor = sideOf(rounds.map((round) => round.floor));
  return {
    operation: name,
    connections,
    service,
    floor,
    addedCpuMs: service.cpuMs - floor.cpuMs,
    ratio,
    cpuRatio: quartiles(rounds.map((round) => round.floor.cpuMs / round.service.cpuMs)),
    target,
    met: target === null ? null : ratio.upper >= target,
    ...faultsOf(all),
    busy: Math.max(...all.map(({ busyBefore }) => busyBefore)),
  };
}

/** Medians of one side's measurements. */
export function sideOf(measured: readonly Measured[]): Side {
  return medians(measured.map(({ perS, p50Ms, p99Ms, cpuMs }) => ({ perS, p50Ms, p99Ms, cpuMs })));
}

/** Sums over measurements. */
export function faultsOf(measured: readonly Measured[]): Pick<Compared, 'errors' | 'wrong'> {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return { errors: sum(measured.map(({ errors }) => errors)), wrong: sum(measured.map(({ wrong }) => wrong)) };
}

function inShort({ floor, service }: Round): string {
  const fault = service.firstFault ?? floor.firstFault;
  const rates = `${Math.round(service.perS)}/s, its floor ${Math.round(floor.perS)}/s`;
  return `${rates}, ${(service.perS / floor.perS).toFixed(2)}${fault === null ? '' : `, WRONG: ${fault}`}`;
}
