/** How busy the machine is (Linux, proc(5)): a measurement next to other work means little. */

import { readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 500;
/** Share of all processors below which the machine counts as quiet. */
const QUIET_SHARE = 0.1;

/** `f_type` of a file system in memory (statfs(2)). */
const TMPFS_MAGIC = 0x01021994;

/** The machine in one line, for the interpretation of figures. */
export function describeMachine(): string {
  const stores = statfsSync(tmpdir()).type === TMPFS_MAGIC ? 'in memory' : 'on disk';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const processors = `${availableParallelism()} x ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
  return `${new Date().toISOString().slice(0, 10)}, ${processors}, ${memory}, Node.js ${process.version}, stores ${stores}`;
}

/**
 * Waits at most so long until the machine is quiet; returns the share of its processors that was busy at the last
 * check.
 */
export async function quiet(patienceS: number): Promise<number> {
  const until = Date.now() + patienceS * 1000;
  let share = 1;
  do share = await busyShare();
  while (share > QUIET_SHARE && Date.now() < until);
  return share;
}

async function busyShare(): Promise<number> {
  const before = ticks();
  await sleep(LOOK_MS);
  const after = ticks();
  const all = after.all - before.all;
  return all === 0 ? 0 : 1 - (after.idle - before.idle) / all;
}

function ticks(): { all: number; idle: number } {
  // "cpu  user nice system idle iowait irq softirq steal guest guest_nice"; user and nice include the guests' times.
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  const fields = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle = 0, iowait = 0] = fields;
  return { all: fields.reduce((sum, field) => sum + field, 0), idle: idle + iowait };
}
