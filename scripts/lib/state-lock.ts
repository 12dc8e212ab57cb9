/**
 * One service a STATE_DIR: two would corrupt each other's stores. The lock is one of the operating system, which SQLite takes on
 * a file: it ends with the process, however that ends, so nothing stale can stand in the way, whoever has the number of
 * the process by then.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Who holds a STATE_DIR: written beside the lock, for people and for the next start. */
export interface Holder {
  pid: number;
  /** Where its service answers. */
  url: string;
}

const SQLITE_BUSY = 5;

/** A lock is held for as long as its handle is referred to. */
const held: DatabaseSync[] = [];

/** Takes the lock until this process ends. Null: it is taken; else who holds it, as far as that is known. */
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
    // It took the lock a moment ago and has not written yet.
    return {};
  }
}

function holderPath(stateDir: string): string {
  return join(stateDir, 'served.json');
}
