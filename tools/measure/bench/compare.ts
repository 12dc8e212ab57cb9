/** An operation beside its floor: rounds in turn, so that whatever else changes with time touches both alike. */

import { median, type Quartiles, quartiles } from '../harness/statistics.ts';
import { type Effort, type Measured, measure } from './load/measure.ts';
import type { Operation } from './operations/operation.ts';
import { startPair, stopPair } from './pair.ts';

/** Paths of the two built scripts, and where the origin answers. */
export interface Setting {
  service: string;
  floor: string;
  originUrl: string;
}

/** How an operation is measured. */
export interface Plan extends Omit<Effort, 'connections'> {
  connections: readonly [number, ...number[]];
  rounds: number;
  warmupS: number;
  /** Is told of each step. */
  tell(line: string): void;
}

/** Medians of what was measured of one side. */
export interface Side {
  perS: number;
  p50Ms: number;
  p99Ms: number;
  cpuMs: number;
}

/** One line of the result. */
export interface Compared {
  operation: string;
  connections: number;
  service: Side;
  floor: Side;
  /** CPU that the service's own code takes beyond its floor, ms a request. */
  addedCpuMs: number;
  /** Rate of the service to that of its floor, round by round. */
  ratio: Quartiles;
  /** The same of what a second of CPU serves: what else the machine does blurs it less. */
  cpuRatio: Quartiles;
  target: number | null;
  /** Null: nothing is demanded. */
  met: boolean | null;
  /** Failed requests, and looked-at answers that were wrong, of both sides. */
  errors: number;
  wrong: number;
  /** Most of the processors that others used before a measurement. */
  busy: number;
}

interface Round {
  floor: Measured;
  service: Measured;
}

/** Measures an operation with each number of connections, on a pair of Workers of its own, or a new one for each round. */
export async function compare(operation: Operation, setting: Setting, plan: Plan): Promise<Compared[]> {
  const lines: Compared[] = [];
  for (const connections of plan.connections) {
    const rounds: Round[] = [];
    const roundsOfPair = operation.leavesAlarms ? 1 : plan.rounds;
    while (rounds.length < plan.rounds) {
      for await (const round of onePair(operation, setting, plan, connections, roundsOfPair)) {
        rounds.push(round);
        plan.tell(`${operation.name}, ${connections} connections, round ${rounds.length}: ${inShort(round)}`);
      }
    }
    lines.push(summary(operation, connections, rounds));
  }
  return lines;
}

/** Rounds on a new pair of Workers, after a warm-up. */
async function* onePair(
  operation: Operation,
  setting: Setting,
  plan: Plan,
  connections: number,
  rounds: number,
): AsyncGenerator<Round, void, void> {
  const pair = await startPair(setting, operation.consumes);
  try {
    const prepared = await operation.prepare(pair);
    const service = { url: pair.service.url, pids: pair.service.pids, ...prepared.service };
    const floor = { url: pair.floor.url, pids: pair.floor.pids, ...prepared.floor };
    const warmup = { connections, seconds: plan.warmupS, patienceS: 0 };
    await measure(floor, warmup);
    await measure(service, warmup);
    const effort = { connections, seconds: plan.seconds, patienceS: plan.patienceS };
    for (let round = 1; round <= rounds; round += 1) {
      yield { floor: await measure(floor, effort), service: await measure(service, effort) };
    }
  } finally {
    await stopPair(pair);
  }
}

function summary({ name, target }: Operation, connections: number, rounds: readonly Round[]): Compared {
  const all = rounds.flatMap(({ floor, service }) => [floor, service]);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const ratio = quartiles(rounds.map(({ floor, service }) => service.perS / floor.perS));
  const service = medians(rounds.map((round) => round.service));
  const floor = medians(rounds.map((round) => round.floor));
  return {
    operation: name,
    connections,
    service,
    floor,
    addedCpuMs: service.cpuMs - floor.cpuMs,
    ratio,
    cpuRatio: quartiles(rounds.map(({ floor, service }) => floor.cpuMs / service.cpuMs)),
    target,
    met: target === null ? null : ratio.upper >= target,
    errors: sum(all.map(({ errors }) => errors)),
    wrong: sum(all.map(({ wrong }) => wrong)),
    busy: Math.max(...all.map(({ busyBefore }) => busyBefore)),
  };
}

function medians(measured: readonly Measured[]): Side {
  const of = (name: keyof Side) => median(measured.map((one) => one[name]));
  return { perS: of('perS'), p50Ms: of('p50Ms'), p99Ms: of('p99Ms'), cpuMs: of('cpuMs') };
}

function inShort({ floor, service }: Round): string {
  const fault = service.firstFault ?? floor.firstFault;
  const rates = `${Math.round(service.perS)}/s, its floor ${Math.round(floor.perS)}/s`;
  return `${rates}, ${(service.perS / floor.perS).toFixed(2)}${fault === null ? '' : `, WRONG: ${fault}`}`;
}
