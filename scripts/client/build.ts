/** Builds the device client: a script for each entry, shared chunks, and declarations. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { buildFiles } from '../lib/build-files.ts';
import { writeDeclarations } from './declarations.ts';
import { CLIENT, type Entry } from './manifest.ts';

/**
 * Writes `<name>.js`, `<name>.js.map`, `<name>.d.ts` and what they import. Not minified: an app's own build does that,
 * and stack traces stay readable.
 *
 * @param folder emptied and written again
 * @returns esbuild's metafile, with paths from the package's folder
 * @throws Error with the message of esbuild or the compiler
 */
export async function buildClient(entries: readonly Entry[], folder: string): Promise<Metafile> {
  rmSync(folder, { recursive: true, force: true });
  const { metafile, files } = await buildFiles({
    absWorkingDir: CLIENT,
    entryPoints: entries.map(({ name, source }) => ({ in: source, out: name })),
    splitting: true,
    chunkNames: 'chunks/[hash]',
    packages: 'external',
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    sourcemap: true,
  });
  for (const [path, contents] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
  writeDeclarations(entries, folder);
  return metafile;
}
