/** CPU and memory of processes, read from /proc (Linux, proc(5)). */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Clock ticks per second: 100 on every Linux that Node runs on. */
const TICKS_PER_S = 100;

interface Stat {
  pid: number;
  parent: number;
  ticks: number;
}

/** Ids of all processes below one. */
export function descendantsOf(root: number): number[] {
  const stats = allStats();
  const found = new Set([root]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent } of stats) if (found.has(parent)) found.add(pid);
  }
  found.delete(root);
  return [...found];
}

/** User and system time that the processes have used so far, seconds. */
export function cpuSeconds(pids: readonly number[]): number {
  const wanted = new Set(pids);
  return allStats().reduce((sum, { pid, ticks }) => sum + (wanted.has(pid) ? ticks : 0), 0) / TICKS_PER_S;
}

function allStats(): Stat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // The name of the program may contain spaces and parentheses; the third field begins after it.
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        return [{ pid: Number(pid), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
      } catch {
        // The process has ended meanwhile.
        return [];
      }
    });
}

/** Resets the recorded peak of memory. */
export function forgetPeak(pids: readonly number[]): void {
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/**
 * Memory of the processes, bytes: the peak since `forgetPeak`, and now. NaN: one has ended but still exists as a
 * zombie. @throws Error if one is gone
 */
export function memoryOf(pids: readonly number[]): { peak: number; now: number } {
  return { peak: sumOf(pids, 'VmHWM'), now: sumOf(pids, 'VmRSS') };
}

function sumOf(pids: readonly number[], member: string): number {
  return pids.reduce((total, pid) => {
    const kib = new RegExp(`^${member}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return total + Number(kib) * 1024;
  }, 0);
}
