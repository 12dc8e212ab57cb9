/** The processes on this machine below a given one. */

import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './run.ts';

const POLL_MS = 50;

/** Process ids of all descendants of a process. */
export async function descendants(root: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=']);
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [root];
  for (const parent of found) for (const [pid = 0, ppid] of pairs) if (ppid === parent) found.push(pid);
  return found.slice(1);
}

/** Whether the process still runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when none of the processes runs: what they held, such as locks of files, is free then, be they waited for or not. */
export async function areGone(pids: readonly number[]): Promise<void> {
  for (;;) {
    const { stdout } = await run('ps', ['-o', 'stat=', '-p', pids.join(',')]);
    const states = stdout.split('\n').filter((state) => state.trim() !== '');
    // One that is defunct has ended, and nobody has asked how.
    if (states.every((state) => state.trim().startsWith('Z'))) return;
    await sleep(POLL_MS);
  }
}

/** Whether something listens on the port of the loopback interface. */
export async function listens(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}
