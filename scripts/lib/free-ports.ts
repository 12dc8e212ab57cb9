/**
 * Finds free ports of the loopback interface. Each port is given out once on this machine, because the process that
 * gets it listens only seconds later.
 */

import { randomInt } from 'node:crypto';
import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portFault } from './ports.ts';

/**
 * Below the ports that systems use for outgoing connections (Linux: from 32768), which could take one before it is
 * used.
 */
const PORTS = { from: 20_000, to: 32_000 };
/** After this time the process that got the port listens on it, or has ended. */
const FORGOTTEN_MS = 10 * 60_000;

/**
 * A file in this folder, named by a port, marks the port as given out. All processes of the machine share it, also those
 * that `npm test` gives another TMPDIR; it then tells them in PORTS_DIR.
 */
export function portsFolder(): string {
  return process.env.PORTS_DIR ?? join(tmpdir(), 'freshet-ports');
}

/** Returns two free ports. */
export async function freePorts(): Promise<[number, number]> {
  return [await freePort(), await freePort()];
}

/** Returns one free port. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (isMine(port) && (await portFault(port, 'PORT')) === null) return port;
  }
}

/** Whether no other process was given this port in the last ten minutes. */
function isMine(port: number): boolean {
  const folder = portsFolder();
  const note = join(folder, String(port));
  mkdirSync(folder, { recursive: true });
  try {
    if (Date.now() - statSync(note).mtimeMs < FORGOTTEN_MS) return false;
    rmSync(note, { force: true });
  } catch {
    // The port was not given out yet.
  }
  try {
    closeSync(openSync(note, 'wx'));
    return true;
  } catch {
    return false;
  }
}
