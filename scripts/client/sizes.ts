/**
 * What the device client adds to an app, minified and compressed. Parts add up: each is what the bundle grows by when an app
 * uses that part besides the core, so that nothing is counted twice.
 */

import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import limits from '../limits.json' with { type: 'json' };
import { CLIENT } from './manifest.ts';

/** The members of scripts/limits.json that bound a part, in bytes. */
export type PartName = keyof typeof limits.clientGzippedBytes;

/** A part of the client. */
export interface Part {
  name: PartName;
  /** The entry that has it, from client/src. */
  entry: string;
  /** Its own files, where an entry has more than it; without: all that the entry adds to the core. */
  files?: string;
}

const SOURCES = join(CLIENT, 'src');
const CORE: Part = { name: 'core', entry: 'index.ts' };

/** All that has a limit. */
export const PARTS: readonly Part[] = [
  CORE,
  { name: 'indexedDb', entry: 'index.ts', files: 'store/indexed-db*.ts' },
  { name: 'socket', entry: 'index.ts', files: 'network/socket*.ts' },
  { name: 'react', entry: 'react.ts' },
  { name: 'tanstackDb', entry: 'tanstack-db.ts' },
  { name: 'sqlite', entry: 'sqlite.ts' },
];
const ASIDE = PARTS.flatMap(({ files }) => files ?? []);

/** Bytes, gzipped, that a part adds. */
export async function partBytes({ name, entry, files }: Part): Promise<number> {
  const core = await gzippedBytes([CORE.entry], ASIDE);
  if (name === CORE.name) return core;
  const without = ASIDE.filter((aside) => aside !== files);
  return (await gzippedBytes([CORE.entry, entry], without)) - core;
}

/** Bytes, gzipped, of an app that uses all of these parts. */
export function togetherBytes(parts: readonly Part[]): Promise<number> {
  const used = new Set(parts.map(({ files }) => files));
  return gzippedBytes(
    parts.map(({ entry }) => entry),
    ASIDE.filter((aside) => !used.has(aside)),
  );
}

/** Whether the sources of a part are there. */
export function hasSources({ entry, files }: Part): boolean {
  return globSync(files ?? entry, { cwd: SOURCES }).length > 0;
}

async function gzippedBytes(entries: readonly string[], without: readonly string[]): Promise<number> {
  const lines = [...new Set(entries)].map((entry) => `export * from './${entry}';`);
  const { outputFiles } = await build({
    stdin: { contents: lines.join('\n'), resolveDir: SOURCES },
    plugins: [emptied(new Set(without.flatMap((files) => globSync(files, { cwd: SOURCES }))))],
    bundle: true,
    minify: true,
    packages: 'external',
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

/** Makes files empty. What others import of them is undefined then: of a file without exports esbuild only warns. */
function emptied(files: ReadonlySet<string>): Plugin {
  return {
    name: 'emptied',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.ts$/ }, ({ path }) => (files.has(relative(SOURCES, path)) ? { contents: '' } : undefined)),
  };
}
