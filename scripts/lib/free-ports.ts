/** Ports of the loopback interface that nobody listens on, each given out once on this machine: what takes one listens on it only seconds later. */

import { randomInt } from 'node:crypto';
import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portFault } from './ports.ts';

/** Below those that systems give to outgoing connections (Linux: from 32768), which could take one before it is used. */
const PORTS = { from: 20_000, to: 32_000 };
/** A file here, named by a port, says that it was given out. */
const GIVEN_OUT = join(tmpdir(), 'freshet-ports');
/** By then whoever was given a port listens on it, or is gone. */
const FORGOTTEN_MS = 10 * 60_000;

/** Two ports that nobody listens on. */
export async function freePorts(): Promise<[number, number]> {
  return [await freePort(), await freePort()];
}

/** One port. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (isMine(port) && (await portFault(port, 'PORT')) === null) return port;
  }
}

/** Whether no other process was given this port in the last ten minutes. */
function isMine(port: number): boolean {
  const note = join(GIVEN_OUT, String(port));
  mkdirSync(GIVEN_OUT, { recursive: true });
  try {
    if (Date.now() - statSync(note).mtimeMs < FORGOTTEN_MS) return false;
    rmSync(note, { force: true });
  } catch {
    // Nobody was given it yet.
  }
  try {
    closeSync(openSync(note, 'wx'));
    return true;
  } catch {
    return false;
  }
}
