import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../../../support/read-large-xml.ts');

// What a tree of it would take does not fit: V8 ends a process that needs more.
it('complaint 15: reads 32 MiB of XML as events, in a heap that could not hold it: no tree runs out of memory', () => {
  const flags = ['--max-old-space-size=24', '--max-semi-space-size=2', '--disable-warning=ExperimentalWarning'];
  const { rows, bytes } = JSON.parse(execFileSync(process.execPath, [...flags, PROGRAM, '32'], { encoding: 'utf8' }));
  expect(bytes).toBeGreaterThanOrEqual(32 * 1_048_576);
  expect(rows).toBeGreaterThan(150_000);
}, 120_000);
