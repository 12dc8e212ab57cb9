/** Bundles modules of the project for a page, as a user's app would. */

import { buildFiles } from '../lib/build-files.ts';
import { PROJECT } from '../lib/wrangler.ts';

/**
 * Returns the scripts by their path from the root of a site. Modules that several scripts need become files of their
 * own.
 *
 * @param modules served name -> file of the project: `/<name>.js`
 * @throws Error with esbuild's message if a module has a fault
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
    // Some packages look for Node's name of the global object.
    define: { global: 'globalThis' },
    sourcemap: 'inline',
  });
  return new Map(Array.from(files, ([path, contents]) => [`/${path}`, contents]));
}
