/**
 * Kills the process groups whose numbers it was told, a line each, once its standard input ends without the line `done`: that is
 * when the process that started them was killed outright. Else they would go on, and hold ports and stores.
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
    // It has ended.
  }
}
