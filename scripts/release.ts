/** `npm run release`: prepares a release, and says whether it can go out. CONTRIBUTING.md "A release" describes all steps. */

import { readCommandLine } from './lib/command-line.ts';
import { PROJECT } from './lib/wrangler.ts';
import { faultsOfRelease } from './release/faults.ts';
import { prepareRelease } from './release/prepare.ts';
import { releaseState } from './release/state.ts';

const USAGE = `Usage: npm run release [-- --prepare <version>]
  (no option)          says whether the version in package.json can be released, and prints the commands for that
                       without running them
  --prepare <version>  writes that version, such as 0.3.0, in all places, moves the unreleased part of CHANGELOG.md
                       into its section, and writes its record in releases/
  --help               prints this text
CONTRIBUTING.md "A release" describes all steps.`;

const { values } = readCommandLine(USAGE, { options: { prepare: { type: 'string' } } });
try {
  process.exitCode = values.prepare === undefined ? await check() : await prepare(values.prepare);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Returns the exit code. */
async function check(): Promise<number> {
  const state = await releaseState(PROJECT);
  const faults = faultsOfRelease(state);
  const { version } = state;
  if (faults.length > 0) {
    console.error(`${version} cannot be released:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
    return 1;
  }
  console.log(`${version} can be released. Nothing was tagged or sent. When npm run test:all has passed:

git tag -a v${version} -m 'Freshet ${version}'
git push origin HEAD v${version}
npm run deploy
npm run build:client && npm publish dist/freshet-client-${version}.tgz --access public`);
  return 0;
}

async function prepare(version: string): Promise<number> {
  const files = await prepareRelease(PROJECT, version, new Date());
  console.log(`Wrote ${version} to ${files.join(', ')}.
Read the section of CHANGELOG.md once more, commit, and run: npm run release`);
  return 0;
}
