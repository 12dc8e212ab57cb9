/** Writes the declarations of the device client with the TypeScript compiler. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROJECT } from '../lib/wrangler.ts';
import { CLIENT, type Entry } from './manifest.ts';

/**
 * Writes `<name>.d.ts` of each entry, and the declarations that these import.
 *
 * @throws Error with the compiler's message
 */
export function writeDeclarations(entries: readonly Entry[], folder: string): void {
  compile(entries, folder);
  const reached = new Set(entries.map(({ name }) => join(folder, `${name}.d.ts`)));
  // The loop also visits items that are added to the set during it.
  for (const file of reached) for (const imported of importScripts(file)) reached.add(imported);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, name);
    if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file);
  }
}

function compile(entries: readonly Entry[], folder: string): void {
  const settings = mkdtempSync(join(tmpdir(), 'freshet-types-'));
  try {
    const project = join(settings, 'tsconfig.json');
    const files = entries.map(({ source }) => source);
    const compilerOptions = { outDir: folder, rootDir: join(CLIENT, 'src') };
    writeFileSync(
      project,
      JSON.stringify({ extends: join(CLIENT, 'tsconfig.build.json'), compilerOptions, files, include: [] }),
    );
    const compiler = join(PROJECT, 'node_modules/.bin/tsc');
    const { status, stdout } = spawnSync(compiler, ['-p', project], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`The types of the client cannot be made:\n${stdout}`);
  } finally {
    rmSync(settings, { recursive: true });
  }
}

/**
 * Rewrites `./x.ts` to `./x.js`. The compiler does that in scripts but not in declarations, where not every tool
 * resolves it.
 *
 * @returns the declarations that this one imports
 */
function importScripts(file: string): string[] {
  const imported: string[] = [];
  const text = readFileSync(file, 'utf8').replace(
    /(\bfrom |\bimport\()(['"])(\.[^'"]*)\.tsx?\2/g,
    (_all, before: string, quote: string, path: string) => {
      imported.push(join(dirname(file), `${path}.d.ts`));
      return `${before}${quote}${path}.js${quote}`;
    },
  );
  writeFileSync(file, text);
  return imported;
}
