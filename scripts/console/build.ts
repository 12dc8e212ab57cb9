/** Builds the console: its script in pieces, and its style sheet. */

import { basename } from 'node:path';
import type { Metafile } from 'esbuild';
import { type BuiltFiles, buildFiles, builtPath } from '../lib/build-files.ts';
import { PROJECT } from '../lib/wrangler.ts';

/** The console's files by name, and those that the first screen needs. */
export interface ConsoleFiles {
  files: BuiltFiles;
  /** `app.js` and what it imports before anything is shown. */
  first: readonly string[];
}

/** @throws Error with esbuild's message if a module has a fault */
export async function buildConsole(): Promise<ConsoleFiles> {
  const { files, metafile } = await buildFiles({
    absWorkingDir: PROJECT,
    entryPoints: [
      { in: 'console/src/main.tsx', out: 'app' },
      { in: 'console/style/app.css', out: 'app' },
    ],
    splitting: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome123', 'firefox121', 'safari17.5'],
    platform: 'browser',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    chunkNames: '[name]-[hash]',
  });
  return { files, first: [...neededBy(builtPath('app.js'), metafile)].map((path) => basename(path)) };
}

function neededBy(path: string, metafile: Metafile, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const piece of metafile.outputs[path]?.imports ?? []) {
    if (piece.kind === 'import-statement' && !piece.external) neededBy(piece.path, metafile, seen);
  }
  return seen;
}
