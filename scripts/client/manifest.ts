/** The package.json of the device client. Everything that builds, packs or checks the package uses this module. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../lib/wrangler.ts';

/** Folder of the package. */
export const CLIENT = join(PROJECT, 'client');

/** The members of package.json that are read here. */
export interface Manifest {
  name: string;
  version: string;
  exports: Readonly<Record<string, { types: string; default: string }>>;
  files: readonly string[];
  peerDependencies?: Readonly<Record<string, string>>;
  peerDependenciesMeta?: Readonly<Record<string, { optional?: boolean }>>;
}

/** An entry of the package: `subpath` as in imports (`.`, `./react`), `source` its file. */
export interface Entry {
  subpath: string;
  name: string;
  source: string;
}

/** @throws Error if the package has another version than the service: both are released together */
export function readManifest(): Manifest {
  const manifest = JSON.parse(readFileSync(join(CLIENT, 'package.json'), 'utf8')) as Manifest;
  const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as Manifest;
  if (manifest.version !== version) {
    throw new Error(
      `client/package.json has version ${manifest.version}, package.json has ${version}: give both the same`,
    );
  }
  return manifest;
}

/**
 * Returns what can be imported: `./dist/<name>.js` in `exports` is built from `src/<name>.ts`.
 *
 * @throws Error for other exports
 */
export function entriesOf({ exports }: Manifest): Entry[] {
  return Object.entries(exports).map(([subpath, { types, default: script }]) => {
    const [, name] = /^\.\/dist\/([\w-]+)\.js$/.exec(script) ?? [];
    if (name === undefined || types !== `./dist/${name}.d.ts`) {
      throw new Error(`exports["${subpath}"] must name ./dist/<name>.d.ts as types, then ./dist/<name>.js as default`);
    }
    const source = join(CLIENT, `src/${name}.ts`);
    if (!existsSync(source)) throw new Error(`exports["${subpath}"]: there is no client/src/${name}.ts`);
    return { subpath, name, source };
  });
}
