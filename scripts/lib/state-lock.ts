/**
 * Allows one service per STATE_DIR: two would corrupt each other's stores. The lock is an operating-system lock that
 * SQLite takes on a file. It ends with the process, however that ends, so a lock can never be stale, even if another
 * process has the same id by then.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The process that holds a STATE_DIR. Written beside the lock, for people and for the next start. */
export interface Holder {
  pid: number;
  /** URL of its service. */
  url: string;
}

const SQLITE_BUSY = 5;

/** A lock is held as long as its handle is referenced. */
const held: DatabaseSync[] = [];

/** Takes the lock until this process ends. Returns null then; otherwise what is known of the holder. */
export function lockState(stateDir: string, url: string): { heldBy: Partial<Holder> } | null {
  const db = new DatabaseSync(join(stateDir, 'lock.sqlite'));
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    return { heldBy: readHolder(stateDir) };
  }
  held.push(db);
  writeFileSync(holderPath(stateDir), JSON.stringify({ pid: process.pid, url } satisfies Holder));
  return null;
}

function readHolder(stateDir: string): Partial<Holder> {
  try {
    return JSON.parse(readFileSync(holderPath(stateDir), 'utf8')) as Holder;
  } catch {
    // The holder took the lock a moment ago and has not written its data yet.
    return {};
  }
}

function holderPath(stateDir: string): string {
  return join(stateDir, 'served.json');
}
