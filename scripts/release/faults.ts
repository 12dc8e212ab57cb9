/** What prevents a release: a sentence each, with what to do. */

import { type Changelog, dateOf, type Section, sectionOf, textOf } from './changelog.ts';
import { accountDifferences, apiDifferences, type Difference, type Differences } from './differences.ts';
import { type ReleaseRecord, recordPath, writtenRecord } from './record.ts';

/** The heading in the changelog for what people must know before they upgrade. */
export const BEFORE_UPGRADE = 'Before you upgrade';

/** Everything that is checked. */
export interface ReleaseState {
  /** The version in package.json. */
  version: string;
  /** File -> the versions in it (versions.ts); also the version of the OpenAPI text. */
  versions: Readonly<Record<string, readonly string[]>>;
  changelog: Changelog;
  /** The newest record of an earlier version; null: this is the first release. */
  last: { version: string; record: ReleaseRecord } | null;
  /** The text of this version's record file; null if there is none. */
  kept: string | null;
  /** The record of the project as it is now. */
  now: ReleaseRecord;
  /** Names of files that are changed or new in git. */
  changedFiles: readonly string[];
  /** Tags of git. */
  tags: readonly string[];
  /** Generated files that are out of date, each with the command that writes it. */
  outdated: readonly { file: string; command: string }[];
}

/** Returns the faults of a release; empty if it can be released. */
export function faultsOfRelease(state: ReleaseState): string[] {
  return [
    ...faultsOfTree(state),
    ...faultsOfVersions(state),
    ...faultsOfChangelog(state),
    ...faultsOfRecord(state),
    ...state.outdated.map(({ file, command }) => `${file} is out of date. Run: ${command}, and commit it.`),
  ];
}

function* faultsOfTree({ changedFiles, tags, version }: ReleaseState): Generator<string> {
  if (changedFiles.length > 0) {
    const more = changedFiles.length > 5 ? ` and ${changedFiles.length - 5} more` : '';
    yield `The working tree is not clean: ${changedFiles.slice(0, 5).join(', ')}${more}. Commit or remove what has changed.`;
  }
  if (tags.includes(tagOf(version))) {
    yield `${tagOf(version)} is released already. Begin the next: npm run release -- --prepare <version>.`;
  }
}

function* faultsOfVersions({ version, versions }: ReleaseState): Generator<string> {
  for (const [file, found] of Object.entries(versions)) {
    if (found.length > 0 && found.every((one) => one === version)) continue;
    const says = found.length === 0 ? 'names no version' : `says ${[...new Set(found)].join(' and ')}`;
    yield `${file} ${says}, and package.json says ${version}. Run: npm run release -- --prepare ${version}.`;
  }
}

function* faultsOfChangelog({ version, changelog, last, now }: ReleaseState): Generator<string> {
  const section = sectionOf(changelog, version);
  if (section === undefined) {
    yield `CHANGELOG.md has no section [${version}]. Run: npm run release -- --prepare ${version}.`;
    return;
  }
  if (dateOf(section) === null)
    yield `The section [${version}] of CHANGELOG.md has no date: "## [${version}] - YYYY-MM-DD".`;
  if (textOf(section) === '')
    yield `The section [${version}] of CHANGELOG.md is empty. Say there what changes for users.`;
  if (textOf(changelog.unreleased) !== '') {
    yield `CHANGELOG.md has lines under Unreleased. ${howToPrepare(version)}`;
  }
  if (last === null) return;
  yield* faultsOfNotes(section, last, now);
  for (const line of now.contract) {
    const [number = ''] = line.split(' ');
    if (last.record.contract.length === 0 || last.record.contract.includes(line) || namesClause(section, number))
      continue;
    yield `Section ${number} of docs/contract.md differs from that of ${last.version}. Say how in [${version}] of CHANGELOG.md, under "### Contract": "- ${number}: …".`;
  }
}

/** Differences from an earlier release that this section of the changelog does not mention. */
export function* faultsOfNotes(
  section: Section,
  last: { version: string; record: ReleaseRecord },
  now: ReleaseRecord,
): Generator<string> {
  const { record, version } = last;
  const kinds: [what: string, differences: Differences][] = [
    ['the API', apiDifferences(record.api, now.api)],
    ['what the account must have', accountDifferences(record.account, now.account)],
  ];
  const notes = (part?: string) => (difference: Difference) => !isNamed(textOf(section, part), difference.word);
  for (const [what, { added, breaking }] of kinds) {
    for (const { line, word } of breaking.filter(notes(BEFORE_UPGRADE))) {
      yield `"${line}" differs from ${version} in ${what}, and may break who relies on it. Name ${word} under "### ${BEFORE_UPGRADE}" in CHANGELOG.md.`;
    }
    for (const { line, word } of added.filter(notes())) {
      yield `"${line}" is new in ${what} since ${version}. Name ${word} in CHANGELOG.md.`;
    }
  }
}

function* faultsOfRecord({ version, kept, now }: ReleaseState): Generator<string> {
  if (kept === writtenRecord(now)) return;
  const what = kept === null ? 'is missing' : 'is not what the project is now';
  yield `${recordPath(version)} ${what}. ${howToPrepare(version)}`;
}

/** Whether a text contains a whole word. A name such as `JWT_SCOPE_…` stands for all names with that start. */
function isNamed(text: string, word: string): boolean {
  const literal = word.replaceAll(/[.*+?^$(){}|[\]\\]/g, String.raw`\$&`);
  // A word that starts with a slash is the end of a path, whatever comes before it.
  const whole = new RegExp(String.raw`${word.startsWith('/') ? '' : String.raw`(?<![\w-])`}${literal}(?![\w-])`);
  const families = Array.from(text.matchAll(/\b([A-Z_]+_)…/g), ([, start = '']) => start);
  return whole.test(text) || families.some((start) => word.startsWith(start));
}

function namesClause(section: Section, number: string): boolean {
  const lines = textOf(section, 'Contract').split('\n');
  return lines.some((line) => /^- ([\d, ]+):/.exec(line)?.[1]?.split(/, */).includes(number));
}

function howToPrepare(version: string): string {
  return `While ${version} is not out, run: npm run release -- --prepare ${version}, and commit. Once it is out, prepare the next version.`;
}

/** The tag of a version. */
export function tagOf(version: string): string {
  return `v${version}`;
}
