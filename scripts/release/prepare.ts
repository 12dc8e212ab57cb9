/** Prepares a version from the current state (`npm run release -- --prepare`). Safe to repeat. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openApiDocument } from '../openapi/document.ts';
import type { OpenApiText } from './api-surface.ts';
import { readChangelog, release, writtenChangelog } from './changelog.ts';
import { compareVersions, recordedVersions, recordOf, recordPath, writtenRecord } from './record.ts';
import { versionsIn, writeVersion } from './versions.ts';

/**
 * Writes the version in all places, its section of CHANGELOG.md, and its record.
 * @param now its day (UTC) becomes the date of the section
 * @returns the written files
 * @throws Error, with nothing written, if the version is invalid or not above the recorded ones
 */
export async function prepareRelease(project: string, version: string, now: Date): Promise<string[]> {
  if (!/^\d+\.\d+\.\d+$/.test(version))
    throw new Error(`A version is three numbers, such as 0.2.0, and not "${version}".`);
  const above = recordedVersions(project).find((one) => compareVersions(one, version) > 0);
  if (above !== undefined) throw new Error(`${above} was released already: choose a version above it.`);
  const path = join(project, 'CHANGELOG.md');
  const changelog = release(readChangelog(readFileSync(path, 'utf8')), version, now.toISOString().slice(0, 10));
  const record = recordOf(project, (await openApiDocument()) as OpenApiText);

  writeVersion(project, version);
  writeFileSync(path, writtenChangelog(changelog));
  const file = join(project, recordPath(version));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, writtenRecord(record));
  return [...Object.keys(versionsIn(project)), 'CHANGELOG.md', recordPath(version)];
}
