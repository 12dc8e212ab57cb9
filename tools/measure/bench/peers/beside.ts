/** Compares Freshet with its peers: the same load on each in turn, round by round. */

import { Api, type Server } from '../../harness/api.ts';
import { inTurn, medians, type Quartiles, quartiles } from '../../harness/statistics.ts';
import { faultsOf, type Plan, type Side, sideOf } from '../compare.ts';
import { type Measured, measure } from '../load/measure.ts';
import { type Succeeded, succeed, TASKS, TITLES } from '../success.ts';
import { type OpName, type PeerOperation, stagePeer } from './operations.ts';

/** By name; the first is ours, `freshet`. */
export type Stacks = Readonly<Record<string, Server>>;

/** An operation on all stacks. */
export interface BesideLine {
  operation: string;
  op: OpName;
  /** Medians by stack. */
  stacks: Record<string, Side>;
  /** Our rate divided by theirs, by peer, round by round. */
  ratios: Record<string, Quartiles>;
  timesDjango: number | null;
  errors: number;
  wrong: number;
}

/** Many refreshes on all stacks. */
export interface SucceededLine {
  what: string;
  /** By stack: seconds until all are SUCCESS, and CPU per task; medians. */
  stacks: Record<string, Succeeded>;
}

/** Time in which the accepted refreshes of some seconds are loaded before anything else is measured. */
const DRAIN_MS = 900_000;

/** Measures the operations `ops` on all stacks. */
export async function measureBeside(stacks: Stacks, ops: ReadonlySet<string>, plan: Plan): Promise<BesideLine[]> {
  const staged: Record<string, PeerOperation[]> = {};
  for (const [name, server] of Object.entries(stacks)) staged[name] = await stagePeer(server);
  const lines: BesideLine[] = [];
  for (const [at, operation] of (staged.freshet ?? []).entries()) {
    if (!ops.has(operation.op)) continue;
    const run = async (server: Server, name: string, seconds: number, patienceS: number) => {
      const { shot, fault } = staged[name]?.[at] ?? operation;
      const effort = { seconds, patienceS, connections: plan.connections[0] };
      const one = await measure({ url: server.url, pids: server.pids, shot, fault }, effort);
      if (shot.count === 0) await drain(server);
      return one;
    };
    await inTurn(stacks, 1, (server, name) => run(server, name, plan.warmupS, 0));
    const rounds = await inTurn(
      stacks,
      plan.rounds,
      (server, name) => run(server, name, plan.seconds, plan.patienceS),
      (round, number) => plan.tell(`${operation.name}, round ${number}: ${inShort(round)}`),
    );
    lines.push(summary(operation, rounds));
  }
  return lines;
}

function inShort(round: Record<string, Measured>): string {
  const rates = Object.entries(round).map(
    ([name, { perS, firstFault }]) =>
      `${name} ${Math.round(perS)}/s${firstFault === null ? '' : `, WRONG: ${firstFault}`}`,
  );
  return rates.join(', ');
}

/** 500 refreshes until SUCCESS, from an origin that answers at once and from a slow one. */
export async function succeedBeside(stacks: Stacks, { rounds, patienceS, tell }: Plan): Promise<SucceededLine[]> {
  const lines: SucceededLine[] = [];
  for (const [title, remark] of Object.entries(TITLES)) {
    const what = `${TASKS} refreshes to SUCCESS${remark}`;
    const runs = await inTurn(stacks, rounds, async (server, name) => {
      const run = await succeed(server, title, patienceS);
      tell(`${what}, ${name}: ${run.successS.toFixed(2)} s`);
      return run;
    });
    lines.push({ what, stacks: byStack(stacks, (name) => medians(runs.flatMap((round) => round[name] ?? []))) });
  }
  return lines;
}

function summary({ name, op, timesDjango }: PeerOperation, rounds: readonly Record<string, Measured>[]): BesideLine {
  const of = (stack: string) => rounds.flatMap((round) => round[stack] ?? []);
  const { freshet: _ours, ...peers } = rounds[0] ?? {};
  const ratio = (peer: string) =>
    quartiles(rounds.map((round) => (round.freshet?.perS ?? Number.NaN) / (round[peer]?.perS ?? Number.NaN)));
  return {
    operation: name,
    op,
    stacks: byStack(rounds[0] ?? {}, (stack) => sideOf(of(stack))),
    ratios: byStack(peers, ratio),
    timesDjango,
    ...faultsOf(rounds.flatMap((round) => Object.values(round))),
  };
}

function byStack<Result>(stacks: object, of: (name: string) => Result): Record<string, Result> {
  return Object.fromEntries(Object.keys(stacks).map((name) => [name, of(name)]));
}

/** Waits until earlier refreshes have been loaded. */
async function drain(server: Server): Promise<void> {
  const api = new Api(server);
  const { taskId } = await api.refresh('small', { year: 1 });
  const state = await api.ended(taskId, { patienceMs: DRAIN_MS, waitS: 0 });
  if (state !== 'SUCCESS') throw new Error(`the last of the refreshes ended in ${state}`);
}
