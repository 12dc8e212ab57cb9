/** Processes on one SQLite file: a rare case on devices (an app and its extension), and the way to be killed in earnest. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeSqlite } from '../../examples/drivers/node-sqlite.ts';
import { sqlite } from '../../src/sqlite.ts';
import type { Stored } from '../../src/store/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'freshet-processes-'));
afterAll(() => rmSync(folder, { recursive: true }));
const PROGRAM = join(import.meta.dirname, '../support/sqlite-process.ts');
const PATIENCE_MS = 120_000;

interface Committer {
  child: ChildProcess;
  lines: Interface;
  ended: Promise<unknown>;
}

async function start(name: string, label: string, commits: number): Promise<Committer> {
  const child = spawn(process.execPath, ['--no-warnings', PROGRAM, folder, name, label, `${commits}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  await once(lines, 'line');
  return { child, lines, ended };
}

const go = ({ child }: Committer) => child.stdin?.write('go\n');
const told = (lines: Interface) => {
  const all: (number | string)[] = [];
  lines.on('line', (line) => all.push(/^\d+$/.test(line) ? Number(line) : line));
  return all;
};

/** The only thing that revision `rev` can be. */
function expected(rev: number): Pick<Stored, 'chunks' | 'entries'> {
  const body = rev - (rev % 8) || 1;
  const chunks = [`${body}, 1`, `${body}, 2`].map((data) => ({ table: 0, data }));
  return { chunks, entries: Array.from({ length: rev - body }, (_, i) => `${body + i + 1}`) };
}

describe('processes on one file', () => {
  it(
    'commit each revision once, whatever the other one does (invariants 5, 6)',
    async () => {
      const name = 'freshet:two';
      const both = await Promise.all([start(name, 'one', 60), start(name, 'two', 60)]);
      const seen = both.map(({ lines }) => told(lines));
      both.forEach(go);
      expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([
        [0, null],
        [0, null],
      ]);
      // A writer waits for the other one: it does not fail and start again.
      expect(seen.map((lines) => lines.pop())).toEqual(['openings 1', 'openings 1']);
      const revisions = seen.flat().map(Number);
      expect(revisions.sort((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
      const handle = await sqlite(nodeSqlite(folder)).open(name);
      const kept = await handle.read('a');
      await handle.close();
      expect(kept?.meta.rev).toBe(120);
      expect(kept).toMatchObject(expected(120));
    },
    PATIENCE_MS,
  );

  it(
    'leave exactly one version, the last one told or the next, when they are killed while they commit (invariant 2)',
    async () => {
      const store = sqlite(nodeSqlite(folder));
      let last = 0;
      for (const after of fc.sample(fc.integer({ min: 1, max: 40 }), 8)) {
        const committer = await start('freshet:killed', 'one', 1_000_000);
        const seen = told(committer.lines);
        committer.lines.on('line', () => {
          if (seen.length === after) committer.child.kill('SIGKILL');
        });
        go(committer);
        expect(await committer.ended).toEqual([null, 'SIGKILL']);
        const handle = await store.open('freshet:killed');
        const kept = await handle.read('a');
        await handle.close();
        const rev = kept?.meta.rev ?? 0;
        expect(kept).toMatchObject(expected(rev));
        expect(rev).toBeGreaterThanOrEqual(last + after);
        last = rev;
      }
    },
    PATIENCE_MS,
  );
});
