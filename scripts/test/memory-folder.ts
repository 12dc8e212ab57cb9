/**
 * A temporary folder in memory. The local runtime writes each commit of D1 and of an object through to the disk, and
 * the tests mostly wait for that. A killed process loses nothing either way; only a machine without power would.
 */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Linux has a file system in memory. Other systems have none, and containers often a small one. */
const PARENT = '/dev/shm';
/** Room that a run of `npm test` has to find: several times what its stores and browsers hold at once. */
const ROOM_BYTES = 2 * 1024 ** 3;

/** The folder's path; null if there is no such place with enough room, or if programs cannot run from it. */
export function memoryFolder(parent = PARENT, roomBytes = ROOM_BYTES): string | null {
  if (!existsSync(parent)) return null;
  const { bavail, bsize } = statfsSync(parent);
  // Room in it is a limit; the machine may have less memory.
  if (Math.min(bavail * bsize, process.availableMemory()) < roomBytes) return null;
  const folder = makeFolder(parent);
  if (folder === null) return null;
  const program = join(folder, 'program');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  if (spawnSync(program).status === 0) {
    rmSync(program);
    // PostgreSQL runs as another user, below this folder.
    chmodSync(folder, 0o711);
    return folder;
  }
  rmSync(folder, { recursive: true });
  return null;
}

function makeFolder(parent: string): string | null {
  try {
    return mkdtempSync(join(parent, 'freshet-'));
  } catch {
    return null;
  }
}
