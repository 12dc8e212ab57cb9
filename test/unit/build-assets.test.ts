import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cleanEnv } from '../../scripts/lib/started-service.ts';

const PROJECT = join(import.meta.dirname, '../..');
const ASSETS = join(PROJECT, 'assets');

function build(): void {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: PROJECT, env: cleanEnv() });
}

/** Path of each asset -> which file it is: another one in its place has another number. */
function assets(): Record<string, number> {
  const names = readdirSync(ASSETS, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(names.map((name) => [name, statSync(join(ASSETS, name)).ino]));
}

it('a build leaves alone what has not changed, and nothing half-made beside it: services that start meanwhile read this folder', () => {
  build();
  const before = assets();
  build();
  expect(assets()).toEqual(before);
});
