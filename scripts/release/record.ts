/**
 * The record of a release, `releases/<version>.txt`: what it offers and what it requires, a line each, so that the next
 * release can be compared with it. Written by `npm run release -- --prepare`, and never changed after the release.
 */

import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { accountLines } from './account.ts';
import { apiSurface, type OpenApiText } from './api-surface.ts';

/** Lines of each kind, sorted. */
export interface ReleaseRecord {
  /** What clients may rely on (api-surface.ts). */
  api: string[];
  /** What the account must have (account.ts). */
  account: string[];
  /** `<number> <SHA-256>` of each section of docs/contract.md; empty for a release without a contract. */
  contract: string[];
}

const KINDS = ['api', 'account', 'contract'] as const;

/** The record of the project as it is now. @param openApi the text of its routes */
export function recordOf(project: string, openApi: OpenApiText): ReleaseRecord {
  return {
    api: apiSurface(openApi),
    account: accountLines(project),
    contract: contractLines(readFileSync(join(project, 'docs/contract.md'), 'utf8')),
  };
}

/** White space does not count. */
export function contractLines(contract: string): string[] {
  return contract
    .split(/^## (?=\d+\. )/m)
    .slice(1)
    .map((section) => {
      const text = section.replaceAll(/\s+/g, ' ').trim();
      return `${Number.parseInt(section, 10)} ${createHash('sha256').update(text).digest('hex')}`;
    });
}

/** The text of a record's file. */
export function writtenRecord(record: ReleaseRecord): string {
  const lines = KINDS.flatMap((kind) => record[kind].map((line) => `${kind} ${line}`));
  return `${lines.join('\n')}\n`;
}

/** Parses such a text. @throws Error that names an invalid line */
export function readRecord(text: string): ReleaseRecord {
  const record: ReleaseRecord = { api: [], account: [], contract: [] };
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const kind = KINDS.find((name) => line.startsWith(`${name} `));
    if (kind === undefined) throw new Error(`This line of a release's record is invalid: ${line}`);
    record[kind].push(line.slice(kind.length + 1));
  }
  return record;
}

/** Versions with a record, oldest first. */
export function recordedVersions(project: string): string[] {
  return globSync('releases/*.txt', { cwd: project })
    .map((file) => basename(file, '.txt'))
    .toSorted(compareVersions);
}

/** Path of a version's record, from the project's folder. */
export function recordPath(version: string): string {
  return `releases/${version}.txt`;
}

/** Negative if the first version is earlier. Both are `major.minor.patch`. */
export function compareVersions(first: string, second: string): number {
  const [a, b] = [first, second].map((version) => version.split('.').map(Number)) as [number[], number[]];
  return a.map((number, at) => number - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
