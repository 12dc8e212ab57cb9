import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { memoryFolder } from '../../scripts/test/memory-folder.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'freshet-parent-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

it('is empty, and lets other users through to folders of theirs', () => {
  const folder = memoryFolder(parent, 1) ?? '';
  expect(readdirSync(folder)).toEqual([]);
  expect((statSync(folder).mode & 0o777).toString(8)).toBe('711');
});

it.each<[string, () => string | null]>([
  ['there is too little room', () => memoryFolder(parent, Number.MAX_SAFE_INTEGER)],
  ['the system has no such place', () => memoryFolder(join(parent, 'none'), 1)],
  ['it cannot be made there', () => memoryFolder('/proc', 0)],
])('is not made where %s', (_why, make) => {
  expect(make()).toBeNull();
  expect(readdirSync(parent)).toEqual([]);
});
