/** Conditions for a start (CONTRACT 7). Each fault is one line that says what to do. */

import { accessSync, constants, mkdirSync } from 'node:fs';
import { relative } from 'node:path';
import type { LocalSettings } from './local-settings.ts';
import { otherPort, portFault } from './ports.ts';
import { lockState } from './state-lock.ts';

/**
 * Checks that the folder is writable and that no other service uses it, and locks it until this process ends. Returns
 * null if so, otherwise a sentence.
 */
export function stateFault({ stateDir, port }: LocalSettings, service: string): string | null {
  try {
    mkdirSync(stateDir, { recursive: true });
    accessSync(stateDir, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `STATE_DIR ${stateDir} cannot be written to (${code}). Choose another: STATE_DIR=… npm start`;
  }
  const taken = lockState(stateDir, service);
  if (taken === null) return null;
  const { url = 'another address', pid = 'unknown' } = taken.heldBy;
  const other = otherPort(port);
  const here = relative(process.cwd(), stateDir);
  const another = `PORT=${other} STATE_DIR=${here.startsWith('..') ? stateDir : here}-${other} npm start`;
  return `${stateDir} is already served at ${url} (process ${pid}). Use that one, or start another with its own stores: ${another}`;
}

/** Returns a sentence for each port that is not available. */
export async function portFaults({ port, originPort }: LocalSettings, withOrigin: boolean): Promise<string[]> {
  const faults = [await portFault(port, 'PORT'), withOrigin ? await portFault(originPort, 'ORIGIN_PORT') : null];
  return faults.filter((fault) => fault !== null);
}
