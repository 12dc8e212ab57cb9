/** Bundles modules of the project for a page, as the app of a user would. */

import { buildFiles } from '../lib/build-files.ts';
import { PROJECT } from '../lib/wrangler.ts';

/**
 * The scripts by their path from the root of a site. Modules that several of them need stand in files of their own.
 *
 * @param modules file of the project by the name that it is served under: `/<name>.js`
 * @throws Error with esbuild's words when a module has a fault
 */
export async function bundle(modules: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, Uint8Array>> {
  if (Object.keys(modules).length === 0) return new Map();
  const { files } = await buildFiles({
    absWorkingDir: PROJECT,
    entryPoints: Object.entries(modules).map(([name, file]) => ({ in: file, out: name })),
    splitting: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    // Some packages look for Node's name of it.
    define: { global: 'globalThis' },
    sourcemap: 'inline',
  });
  return new Map(Array.from(files, ([path, contents]) => [`/${path}`, contents]));
}
