/** The places in which the version of the service and of the device client stands, for both are released as one. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file, and what stands round the version in it; it is `(before)version(after)`, once or more often. */
interface Place {
  file: string;
  pattern: RegExp;
}

const NUMBER = String.raw`\d+\.\d+\.\d+`;

const PLACES: readonly Place[] = [
  { file: 'package.json', pattern: at('^  "version": "') },
  // The project itself, at the top and as the package without a path.
  { file: 'package-lock.json', pattern: at(String.raw`^(?:  |      )"name": "freshet",\n +"version": "`) },
  { file: 'client/package.json', pattern: at('^  "version": "') },
  { file: 'src/contract/constants.ts', pattern: at("^export const VERSION = '") },
  { file: 'client/README.md', pattern: at('freshet-client-') },
  { file: 'docs/client.md', pattern: at('freshet-client-') },
];

/** What stands in each place, by file; a file in which there is none has the empty list. */
export function versionsIn(project: string): Record<string, string[]> {
  return Object.fromEntries(
    PLACES.map(({ file, pattern }) => [
      file,
      Array.from(readFileSync(join(project, file), 'utf8').matchAll(pattern), ([, , version = '']) => version),
    ]),
  );
}

/** Puts a version into each place. */
export function writeVersion(project: string, version: string): void {
  for (const { file, pattern } of PLACES) {
    const path = join(project, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(pattern, `$1${version}`));
  }
}

function at(before: string): RegExp {
  return new RegExp(`(${before})(${NUMBER})`, 'gm');
}
