import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_KEYED_ROWS } from '../../src/contract/constants.ts';
import { MEMORY_SHARES } from '../../src/ports/memory-shares.ts';

const PROGRAM = join(import.meta.dirname, '../support/fill-heavy-load.ts');

/** What a load held in a process of its own; `most` in bytes. */
function fill(...args: string[]): {
  rows: number;
  changes: number;
  changeBytes: number;
  counted: number;
  most: number;
} {
  const flags = ['--expose-gc', '--disable-warning=ExperimentalWarning'];
  return JSON.parse(execFileSync(process.execPath, [...flags, PROGRAM, ...args], { encoding: 'utf8' }));
}

// docs/storage.md "Isolate memory": garbage is collected before each look, so what is seen is held.
describe('the share of the heavy load is nearly filled, and kept to,', { timeout: 300_000 }, () => {
  it('by a table with a key that has as many rows as there may be, beside its version before', () => {
    const { rows, most } = fill('keys');
    expect(rows).toBe(MAX_KEYED_ROWS);
    expect(most).toBeLessThanOrEqual(MEMORY_SHARES.heavyLoad);
    expect(most).toBeGreaterThan(MEMORY_SHARES.heavyLoad * 0.9);
  });

  it.each(['30', '300'])('by as much as may be held of what changed, in rows of %s characters', (characters) => {
    const { changeBytes, counted, most } = fill('changes', characters);
    // None takes more than it is counted for.
    expect(changeBytes).toBeLessThanOrEqual(counted);
    expect(changeBytes).toBeGreaterThan(counted / 2);
    expect(most).toBeLessThanOrEqual(MEMORY_SHARES.heavyLoad);
    expect(most).toBeGreaterThan(MEMORY_SHARES.heavyLoad * 0.75);
  });
});
