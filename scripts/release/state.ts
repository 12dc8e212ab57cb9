/** The state of a release, read from the project and from git. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONSOLE_TYPES, makeConsoleTypes } from '../console/types.ts';
import { offlineEnv, runWrangler } from '../lib/wrangler.ts';
import { openApiDocument } from '../openapi/document.ts';
import { isThere, remedyFor } from '../test/needs.ts';
import type { OpenApiText } from './api-surface.ts';
import { readChangelog } from './changelog.ts';
import type { ReleaseState } from './faults.ts';
import { compareVersions, readRecord, recordedVersions, recordOf, recordPath } from './record.ts';
import { versionsIn } from './versions.ts';

/**
 * Reads all of it.
 *
 * @throws Error if the project is not a git clone, or the generator of the console's types is not installed
 */
export async function releaseState(project: string): Promise<ReleaseState> {
  const openApi = (await openApiDocument()) as OpenApiText & { info: { version: string } };
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };
  return {
    version,
    versions: { ...versionsIn(project), 'the OpenAPI text': [openApi.info.version] },
    changelog: readChangelog(readFileSync(join(project, 'CHANGELOG.md'), 'utf8')),
    last: lastRecord(project, version),
    kept: readIfThere(join(project, recordPath(version))),
    now: recordOf(project, openApi),
    ...gitState(project),
    outdated: await outdatedTypes(),
  };
}

/** The newest record of a version below this one. */
export function lastRecord(project: string, version: string): ReleaseState['last'] {
  const last = recordedVersions(project).findLast((one) => compareVersions(one, version) < 0);
  if (last === undefined) return null;
  return { version: last, record: readRecord(readFileSync(join(project, recordPath(last)), 'utf8')) };
}

/** The state of a folder in git. @throws Error if it is not a clone */
export function gitState(project: string): Pick<ReleaseState, 'changedFiles' | 'tags'> {
  const git = (...args: string[]) => {
    try {
      return execFileSync('git', args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      throw new Error(`git cannot tell what has changed in ${project}: a release is made in a clone of the project.`);
    }
  };
  return {
    changedFiles: git('status', '--porcelain', '-z')
      .split('\0')
      .filter((entry) => entry !== '')
      .map((entry) => entry.slice(3)),
    tags: git('tag', '--list').split('\n'),
  };
}

async function outdatedTypes(): Promise<ReleaseState['outdated']> {
  if (!isThere('tools/openapi')) {
    throw new Error(`The generator of the console's types is not installed: ${remedyFor('tools/openapi')}`);
  }
  const bindings = await runWrangler(['types', 'src/worker-env.d.ts', '--check'], { env: offlineEnv(), show: false });
  return [
    ...(bindings.code === 0 ? [] : [{ file: 'src/worker-env.d.ts', command: 'npm run types' }]),
    ...((await makeConsoleTypes()) === readFileSync(CONSOLE_TYPES, 'utf8')
      ? []
      : [{ file: 'console/api.d.ts', command: 'npm run console:types' }]),
  ];
}

function readIfThere(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
