/** Files that esbuild makes in memory, for those who serve, measure or write them themselves. */

import { join } from 'node:path';
import { type BuildOptions, type BuildResult, build, context, type Metafile } from 'esbuild';

/** Path below the folder of the output -> content. */
export type BuiltFiles = ReadonlyMap<string, Uint8Array>;

type Options = Omit<BuildOptions, 'bundle' | 'write' | 'outdir' | 'metafile' | 'logLevel'> & { absWorkingDir: string };

/** Named in maps of the sources, and nowhere on disk. */
const FOLDER = 'dist';
const IN_MEMORY = { bundle: true, write: false, outdir: FOLDER, metafile: true, logLevel: 'silent' } as const;

/**
 * Bundles once.
 *
 * @returns besides the files what esbuild tells of them, whose paths begin with `dist/`
 * @throws Error with esbuild's words where a source has a fault
 */
export async function buildFiles(options: Options): Promise<{ files: BuiltFiles; metafile: Metafile }> {
  const result = await build({ ...options, ...IN_MEMORY });
  return { files: filesOf(result, options), metafile: result.metafile };
}

/** Bundles again and again: each call makes what has changed since the one before. @throws Error as `buildFiles` */
export function rebuilding(options: Options): () => Promise<BuiltFiles> {
  let building: ReturnType<typeof begin> | undefined;
  const begin = () => context({ ...options, ...IN_MEMORY });
  return async () => {
    building ??= begin();
    return filesOf(await (await building).rebuild(), options);
  };
}

/** Path of a built file in what esbuild tells of it. */
export function builtPath(name: string): string {
  return `${FOLDER}/${name}`;
}

function filesOf({ outputFiles = [] }: BuildResult, { absWorkingDir }: Options): BuiltFiles {
  const root = join(absWorkingDir, FOLDER, '/');
  return new Map(outputFiles.map(({ path, contents }) => [path.slice(root.length), contents]));
}
