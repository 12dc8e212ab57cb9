/** The package of the device client: what its package.json says of it. All that builds, packs and checks it goes by this. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../lib/wrangler.ts';

/** Folder of the package. */
export const CLIENT = join(PROJECT, 'client');

/** The members of its package.json that are read here. */
export interface Manifest {
  name: string;
  version: string;
  exports: Readonly<Record<string, { types: string; default: string }>>;
  files: readonly string[];
  peerDependencies?: Readonly<Record<string, string>>;
  peerDependenciesMeta?: Readonly<Record<string, { optional?: boolean }>>;
}

/** An entry of the package: `subpath` as one imports it (`.`, `./react`), `source` its file. */
export interface Entry {
  subpath: string;
  name: string;
  source: string;
}

/** @throws Error where the package has another version than the service: they are released together */
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

/** What can be imported: `./dist/<name>.js` in `exports` is built from `src/<name>.ts`. @throws Error where that is not so */
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
