/** Freshet beside its peers: the same load on each in turn, round by round. */

import { median, type Quartiles, quartiles } from '../../harness/statistics.ts';
import type { Plan } from '../compare.ts';
import { demand } from '../load/call.ts';
import { type Measured, measure } from '../load/measure.ts';
import type { Server } from '../operations/operation.ts';
import { refreshShot, taskIdOf, untilSuccess } from '../operations/stage.ts';
import { type Succeeded, succeed } from '../success.ts';
import { type OpName, type PeerOperation, stagePeer } from './operations.ts';

/** Name -> what runs there; the first is ours. */
export type Stacks = ReadonlyMap<string, Server>;

/** An operation on all stacks. */
export interface BesideLine {
  operation: string;
  op: OpName;
  /** By stack: medians. */
  stacks: Record<string, { perS: number; p50Ms: number; p99Ms: number; cpuMs: number }>;
  /** By peer: our rate to theirs, round by round. */
  ratios: Record<string, Quartiles>;
  timesDjango: number | null;
  errors: number;
  wrong: number;
}

/** Many refreshes on all stacks. */
export interface SucceededLine {
  what: string;
  /** By stack: s until all are SUCCESS, and CPU a task; medians. */
  stacks: Record<string, Succeeded>;
}

const TASKS = 500;
/** What was accepted in some seconds is loaded before anything else is measured. */
const DRAIN_MS = 900_000;

/** Measures the operations `ops` on all stacks. */
export async function measureBeside(stacks: Stacks, ops: ReadonlySet<string>, plan: Plan): Promise<BesideLine[]> {
  const staged = new Map<string, PeerOperation[]>();
  for (const [name, server] of stacks) staged.set(name, await stagePeer(server));
  const lines: BesideLine[] = [];
  for (const [at, operation] of (staged.get('freshet') ?? []).entries()) {
    if (!ops.has(operation.op)) continue;
    const measured: Record<string, Measured[]> = {};
    for (let round = 0; round <= plan.rounds; round += 1) {
      for (const [name, server] of stacks) {
        const prepared = staged.get(name)?.[at]?.prepared ?? operation.prepared;
        // The first round warms up.
        const effort = round === 0 ? { seconds: plan.warmupS, patienceS: 0 } : plan;
        const one = await measure(
          { url: server.url, pids: server.pids, ...prepared },
          { ...effort, connections: plan.connections[0] },
        );
        if (prepared.shot.count === 0) await drain(server);
        if (round === 0) continue;
        measured[name] = [...(measured[name] ?? []), one];
        const fault = one.firstFault === null ? '' : `, WRONG: ${one.firstFault}`;
        plan.tell(`${operation.name}, round ${round}, ${name}: ${Math.round(one.perS)}/s${fault}`);
      }
    }
    lines.push(summary(operation, measured));
  }
  return lines;
}

/** 500 refreshes until SUCCESS, of an origin that answers at once and of a slow one. */
export async function succeedBeside(stacks: Stacks, { rounds, patienceS, tell }: Plan): Promise<SucceededLine[]> {
  const lines: SucceededLine[] = [];
  for (const [title, what] of [
    ['weather', `${TASKS} refreshes to SUCCESS`],
    ['slow', `${TASKS} refreshes to SUCCESS, the origin takes 100 ms`],
  ] as const) {
    const runs: Record<string, Succeeded[]> = {};
    for (let round = 1; round <= rounds; round += 1) {
      for (const [name, server] of stacks) {
        const run = await succeed(server, title, TASKS, patienceS);
        runs[name] = [...(runs[name] ?? []), run];
        tell(`${what}, round ${round}, ${name}: ${run.successS.toFixed(2)} s`);
      }
    }
    const medians = Object.entries(runs).map(([name, all]) => {
      const of = (member: keyof Succeeded) => median(all.map((run) => run[member]));
      return [name, { acceptedS: of('acceptedS'), successS: of('successS'), cpuMs: of('cpuMs') }] as const;
    });
    lines.push({ what, stacks: Object.fromEntries(medians) });
  }
  return lines;
}

function summary({ name, op, timesDjango }: PeerOperation, measured: Record<string, Measured[]>): BesideLine {
  const stacks = Object.entries(measured).map(([stack, all]) => {
    const of = (member: 'perS' | 'p50Ms' | 'p99Ms' | 'cpuMs') => median(all.map((one) => one[member]));
    return [stack, { perS: of('perS'), p50Ms: of('p50Ms'), p99Ms: of('p99Ms'), cpuMs: of('cpuMs') }] as const;
  });
  const { freshet: ours = [], ...peers } = measured;
  const ratios = Object.entries(peers).map(
    ([peer, all]) => [peer, quartiles(ours.map(({ perS }, at) => perS / (all[at]?.perS ?? Number.NaN)))] as const,
  );
  const sum = (member: 'errors' | 'wrong') =>
    Object.values(measured)
      .flat()
      .reduce((total, one) => total + one[member], 0);
  return {
    operation: name,
    op,
    stacks: Object.fromEntries(stacks),
    ratios: Object.fromEntries(ratios),
    timesDjango,
    errors: sum('errors'),
    wrong: sum('wrong'),
  };
}

/** Waits until what was asked for before has been loaded. */
async function drain(server: Server): Promise<void> {
  const accepted = await demand(200, server.url, await refreshShot(server, 'small', '1'));
  await untilSuccess(server, taskIdOf(accepted), DRAIN_MS);
}
