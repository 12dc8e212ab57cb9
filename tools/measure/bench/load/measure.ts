/** One measurement: load for some seconds, checks of answers meanwhile, and the cost for the server's processes. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../../harness/api.ts';
import { quiet } from '../../harness/machine.ts';
import { cpuSeconds } from '../../harness/processes.ts';
import { type Shot, shoot } from './shot.ts';
import { fire, type Load } from './wrk.ts';

/** What is measured. */
export interface Target {
  url: string;
  pids: readonly number[];
  shot: Shot;
  /** Says what is wrong with an answer; null: nothing. */
  fault(answer: Answer): string | null;
}

/** How it is measured. */
export interface Effort {
  connections: number;
  seconds: number;
  /** How long to wait for a quiet machine, s. */
  patienceS: number;
}

/** The figures. */
export interface Measured extends Load {
  /** User and system time of the server's processes, ms per request. */
  cpuMs: number;
  /** Number of checked answers, and what was wrong with the first wrong one. */
  samples: number;
  wrong: number;
  firstFault: string | null;
  /** Share of the processors that other programs used just before. */
  busyBefore: number;
}

const SAMPLE_EVERY_MS = 500;
/** Size of an answer's head, at most, within the mean size of all. */
const HEAD_BYTES = 2500;

/** Numbers that are never repeated, for requests that must ask for something new each time. */
let nextNumber = 1_000_000;
const NUMBERS_A_RUN = 10_000_000;

/** Measures one target. @throws Error when the first answer is wrong */
export async function measure({ url, pids, shot, fault }: Target, effort: Effort): Promise<Measured> {
  const busyBefore = await quiet(effort.patienceS);
  const first = await shoot(url, numbered(shot));
  const firstFault = fault(first);
  if (firstFault !== null) throw new Error(`${shot.path}: ${firstFault}`);
  const faults: string[] = [];
  const cpuBefore = cpuSeconds(pids);
  const firing = fire(url, numbered(shot), effort);
  const sampled = await samples(url, shot, effort.seconds, (answer) => {
    const found = fault(answer);
    if (found !== null) faults.push(found);
  });
  const load = await firing;
  const cpuS = cpuSeconds(pids) - cpuBefore;
  // Of answers that were cut off at the end, wrk counts only the bytes.
  const cutOff = (effort.connections * first.body.length) / load.requests;
  const tooMany = load.meanBytes - first.body.length;
  if (tooMany < 0 || tooMany > HEAD_BYTES + cutOff) faults.push(`${Math.round(load.meanBytes)} bytes an answer`);
  return {
    ...load,
    cpuMs: (cpuS / (load.requests + sampled)) * 1000,
    samples: sampled,
    wrong: faults.length,
    firstFault: faults[0] ?? null,
    busyBefore,
  };
}

async function samples(url: string, shot: Shot, seconds: number, look: (answer: Answer) => void): Promise<number> {
  const count = Math.max(1, Math.floor((seconds * 1000) / SAMPLE_EVERY_MS) - 1);
  for (let at = 0; at < count; at += 1) {
    await sleep(SAMPLE_EVERY_MS);
    look(await shoot(url, numbered(shot)));
  }
  return count;
}

/** A request that must ask for something new each time continues counting where the last one stopped. */
function numbered(shot: Shot): Shot {
  if (shot.count !== 0) return shot;
  nextNumber += NUMBERS_A_RUN;
  return { ...shot, first: nextNumber };
}
