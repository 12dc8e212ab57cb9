/** All places with the version of the service and of the device client; both are released together. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file, and a pattern `(before)version(after)` that matches once or more. */
interface Place {
  file: string;
  pattern: RegExp;
}

const NUMBER = String.raw`\d+\.\d+\.\d+`;

const PLACES: readonly Place[] = [
  { file: 'package.json', pattern: at('^  "version": "') },
  // The project itself, at the top level and as the package without a path.
  { file: 'package-lock.json', pattern: at(String.raw`^(?:  |      )"name": "freshet",\n +"version": "`) },
  { file: 'client/package.json', pattern: at('^  "version": "') },
  { file: 'src/contract/constants.ts', pattern: at("^export const VERSION = '") },
  { file: 'client/README.md', pattern: at('freshet-client-') },
  { file: 'docs/client.md', pattern: at('freshet-client-') },
];

/** Returns the versions in each file; a file without one has an empty list. */
export function versionsIn(project: string): Record<string, string[]> {
  return Object.fromEntries(
    PLACES.map(({ file, pattern }) => [
      file,
      Array.from(readFileSync(join(project, file), 'utf8').matchAll(pattern), ([, , version = '']) => version),
    ]),
  );
}

/** Writes a version in all places. */
export function writeVersion(project: string, version: string): void {
  for (const { file, pattern } of PLACES) {
    const path = join(project, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(pattern, `$1${version}`));
  }
}

function at(before: string): RegExp {
  return new RegExp(`(${before})(${NUMBER})`, 'gm');
}
