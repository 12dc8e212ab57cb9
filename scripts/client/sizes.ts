/**
 * How many bytes the device client adds to an app, minified and compressed. Sizes of parts can be added: each is the
 * growth of the bundle if an app uses the part in addition to the core, so nothing counts twice.
 */

import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import limits from '../limits.json' with { type: 'json' };
import { CLIENT } from './manifest.ts';

/** The members of scripts/limits.json that limit a part, in bytes. */
export type PartName = keyof typeof limits.clientGzippedBytes;

/** A part of the client. */
export interface Part {
  name: PartName;
  /** The entry with this part, from client/src. */
  entry: string;
  /** The part's own files, if the entry has more; without them, everything that the entry adds to the core. */
  files?: string;
}

const SOURCES = join(CLIENT, 'src');
const CORE: Part = { name: 'core', entry: 'index.ts' };

/** All parts with a limit. */
export const PARTS: readonly Part[] = [
  CORE,
  { name: 'indexedDb', entry: 'index.ts', files: 'store/indexed-db*.ts' },
  { name: 'socket', entry: 'index.ts', files: 'network/socket*.ts' },
  { name: 'react', entry: 'react.ts' },
  { name: 'tanstackDb', entry: 'tanstack-db.ts' },
  { name: 'sqlite', entry: 'sqlite.ts' },
];
const ASIDE = PARTS.flatMap(({ files }) => files ?? []);

/** Bytes that a part adds, gzipped. */
export async function partBytes({ name, entry, files }: Part): Promise<number> {
  const core = await gzippedBytes([CORE.entry], ASIDE);
  if (name === CORE.name) return core;
  const without = ASIDE.filter((aside) => aside !== files);
  return (await gzippedBytes([CORE.entry, entry], without)) - core;
}

/** Bytes of an app that uses all these parts, gzipped. */
export function togetherBytes(parts: readonly Part[]): Promise<number> {
  const used = new Set(parts.map(({ files }) => files));
  return gzippedBytes(
    parts.map(({ entry }) => entry),
    ASIDE.filter((aside) => !used.has(aside)),
  );
}

/** Whether the source files of a part exist. */
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

/**
 * Replaces files with empty ones. Imports from them are then undefined; for a file without exports esbuild only warns.
 */
function emptied(files: ReadonlySet<string>): Plugin {
  return {
    name: 'emptied',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.ts$/ }, ({ path }) => (files.has(relative(SOURCES, path)) ? { contents: '' } : undefined)),
  };
}
