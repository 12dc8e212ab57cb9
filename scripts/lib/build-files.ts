/** Builds files with esbuild in memory, for callers that serve, measure or write them themselves. */

import { join } from 'node:path';
import { type BuildOptions, type BuildResult, build, context, type Metafile } from 'esbuild';

/** Path below the output folder -> content. */
export type BuiltFiles = ReadonlyMap<string, Uint8Array>;

type Options = Omit<BuildOptions, 'bundle' | 'write' | 'outdir' | 'metafile' | 'logLevel'> & { absWorkingDir: string };

/** A name for source maps; the folder does not exist on disk. */
const FOLDER = 'dist';
const IN_MEMORY = { bundle: true, write: false, outdir: FOLDER, metafile: true, logLevel: 'silent' } as const;

/**
 * Bundles once.
 *
 * @returns the files, and esbuild's metafile with paths that start with `dist/`
 * @throws Error with esbuild's message if a source has a fault
 */
export async function buildFiles(options: Options): Promise<{ files: BuiltFiles; metafile: Metafile }> {
  const result = await build({ ...options, ...IN_MEMORY });
  return { files: filesOf(result, options), metafile: result.metafile };
}

/** Bundles repeatedly: each call builds what has changed since the call before. @throws Error as `buildFiles` */
export function rebuilding(options: Options): () => Promise<BuiltFiles> {
  let building: ReturnType<typeof begin> | undefined;
  const begin = () => context({ ...options, ...IN_MEMORY });
  return async () => {
    building ??= begin();
    return filesOf(await (await building).rebuild(), options);
  };
}

/** Path of a built file in esbuild's metafile. */
export function builtPath(name: string): string {
  return `${FOLDER}/${name}`;
}

function filesOf({ outputFiles = [] }: BuildResult, { absWorkingDir }: Options): BuiltFiles {
  const root = join(absWorkingDir, FOLDER, '/');
  return new Map(outputFiles.map(({ path, contents }) => [path.slice(root.length), contents]));
}
