/**
 * Reads the numbers of process groups from standard input, one per line. If the input ends without the line `done`, the
 * process that started the groups was killed with SIGKILL. Then kills the groups, which would otherwise keep running
 * and block ports and stores.
 */

import { createInterface } from 'node:readline';

const groups: number[] = [];
for await (const line of createInterface(process.stdin)) {
  if (line === 'done') process.exit(0);
  groups.push(Number(line));
}
for (const group of groups) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // The group has already ended.
  }
}
