/** Makes the stores of a stopped service older, as if it had been off for that time. */

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Values that are times, in ms, of the years around now: in a separate column, or as a number in JSON. */
const LEAST_MS = 1_600_000_000_000n;
const MOST_MS = 2_200_000_000_000n;
const NS_PER_MS = 1_000_000n;
/** Fences and revisions also start from the time, but are used as names: they are not changed. */
const NAMES: readonly string[] = ['fence', 'loadFence', 'revision'];
const NUMBER_IN_JSON = new RegExp(`(?<!"(?:${NAMES.join('|')})":)(?<=[:,[])[0-9]{13}(?=[,\\]}])`, 'g');

/** Moves all times in the rows of objects and D1, including alarms, back by `ms`; deletes what the edge cache kept. */
export function ageStores(stateDir: string, ms: number): void {
  const v3 = join(stateDir, 'v3');
  for (const directory of ['do/freshet-CacheObject', 'do/freshet-SourceGate', 'd1/miniflare-D1DatabaseObject']) {
    // No gate before a source with a limit is asked.
    if (!existsSync(join(v3, directory))) continue;
    for (const name of readdirSync(join(v3, directory))) {
      if (name.endsWith('.sqlite')) ageDatabase(join(v3, directory, name), BigInt(Math.round(ms)));
    }
  }
  rmSync(join(v3, 'cache'), { recursive: true, force: true });
}

function ageDatabase(path: string, ms: bigint): void {
  const db = new DatabaseSync(path);
  try {
    db.function('aged', { useBigIntArguments: true }, (value) => aged(value, ms));
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").all();
    db.exec('BEGIN');
    for (const { name } of tables) {
      const columns = db.prepare('SELECT name FROM pragma_table_info(?)').all(String(name));
      const sets = columns
        .filter(({ name: column }) => !NAMES.includes(String(column)))
        .map(({ name: column }) => `"${column}" = aged("${column}")`);
      db.exec(`UPDATE "${name}" SET ${sets.join(', ')}`);
    }
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}

/** A value of a column; the platform stores alarms in ns. */
function aged<T>(value: T, ms: bigint): T | bigint | string {
  if (typeof value === 'bigint') {
    if (isTime(value)) return value - ms;
    return isTime(value / NS_PER_MS) ? value - ms * NS_PER_MS : value;
  }
  if (typeof value !== 'string') return value;
  return value.replace(NUMBER_IN_JSON, (digits) => (isTime(BigInt(digits)) ? String(BigInt(digits) - ms) : digits));
}

function isTime(ms: bigint): boolean {
  return ms > LEAST_MS && ms < MOST_MS;
}
