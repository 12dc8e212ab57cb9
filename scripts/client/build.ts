/** Builds the device client: a script for each entry, what they share in chunks, and their types. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { PROJECT } from '../lib/wrangler.ts';
import { CLIENT, type Entry } from './manifest.ts';

/**
 * Writes `<name>.js`, `<name>.js.map`, `<name>.d.ts` and what they import. Not minified: an app's own build does that, and
 * what stands in a stack trace can be read.
 *
 * @param folder made anew
 * @returns what esbuild tells of its outputs: paths from the package's folder
 * @throws Error with the words of esbuild or of the compiler
 */
export async function buildClient(entries: readonly Entry[], folder: string): Promise<Metafile> {
  rmSync(folder, { recursive: true, force: true });
  const { metafile, outputFiles } = await build({
    absWorkingDir: CLIENT,
    entryPoints: entries.map(({ name, source }) => ({ in: source, out: name })),
    // Wherever it is written to: maps name the sources from here.
    outdir: 'dist',
    write: false,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[hash]',
    packages: 'external',
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    sourcemap: true,
    metafile: true,
    logLevel: 'silent',
  });
  for (const { path, contents } of outputFiles) {
    const file = join(folder, relative(join(CLIENT, 'dist'), path));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
  writeTypes(entries, folder);
  return metafile;
}

function writeTypes(entries: readonly Entry[], folder: string): void {
  const settings = mkdtempSync(join(tmpdir(), 'freshet-types-'));
  try {
    const project = join(settings, 'tsconfig.json');
    // Only what an entry reaches, not all of the sources.
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
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.d.ts')) importScripts(join(folder, file));
  }
}

/** The compiler rewrites `./x.ts` to `./x.js` in scripts, and leaves it in declarations, where not every reader follows it. */
function importScripts(file: string): void {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/(\bfrom |\bimport\()(['"])(\.[^'"]*)\.tsx?\2/g, '$1$2$3.js$2'));
}
