/** Memory of processes, read from /proc (Linux, proc(5)). */

import { readFileSync, writeFileSync } from 'node:fs';

/** Begins anew to look for the peak. */
export function forgetPeak(pids: readonly number[]): void {
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Most memory that the processes had since then, and what they have now, bytes. */
export function memoryOf(pids: readonly number[]): { peak: number; now: number } {
  return { peak: sum(pids, 'VmHWM'), now: sum(pids, 'VmRSS') };
}

function sum(pids: readonly number[], member: string): number {
  return pids.reduce((total, pid) => {
    const kib = new RegExp(`^${member}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return total + Number(kib) * 1024;
  }, 0);
}
