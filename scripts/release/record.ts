/**
 * The record of a release, `releases/<version>.txt`: what it offers and what it asks for, a line each, so that the next release can
 * be held against it. Made by `npm run release -- --prepare`, and never changed once the release is out.
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
  /** `<number> <SHA-256>` of each section of docs/contract.md; none of a release that had no contract. */
  contract: string[];
}

const KINDS = ['api', 'account', 'contract'] as const;

/** The record of the project as it stands. @param openApi the text that its routes make */
export function recordOf(project: string, openApi: OpenApiText): ReleaseRecord {
  return {
    api: apiSurface(openApi),
    account: accountLines(project),
    contract: contractLines(readFileSync(join(project, 'docs/contract.md'), 'utf8')),
  };
}

/** White space counts for nothing. */
export function contractLines(contract: string): string[] {
  return contract
    .split(/^## (?=\d+\. )/m)
    .slice(1)
    .map((section) => {
      const text = section.replaceAll(/\s+/g, ' ').trim();
      return `${Number.parseInt(section, 10)} ${createHash('sha256').update(text).digest('hex')}`;
    });
}

/** The text of a record, as its file has it. */
export function writtenRecord(record: ReleaseRecord): string {
  const lines = KINDS.flatMap((kind) => record[kind].map((line) => `${kind} ${line}`));
  return `${lines.join('\n')}\n`;
}

/** What such a text says. @throws Error that names the line which says nothing */
export function readRecord(text: string): ReleaseRecord {
  const record: ReleaseRecord = { api: [], account: [], contract: [] };
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const kind = KINDS.find((name) => line.startsWith(`${name} `));
    if (kind === undefined) throw new Error(`This line of a release's record says nothing: ${line}`);
    record[kind].push(line.slice(kind.length + 1));
  }
  return record;
}

/** Versions that have a record, oldest first. */
export function recordedVersions(project: string): string[] {
  return globSync('releases/*.txt', { cwd: project })
    .map((file) => basename(file, '.txt'))
    .toSorted(compareVersions);
}

/** Where the record of a version stands, from the project's folder. */
export function recordPath(version: string): string {
  return `releases/${version}.txt`;
}

/** Below 0: the first is the earlier one. Both are `major.minor.patch`. */
export function compareVersions(first: string, second: string): number {
  const [a, b] = [first, second].map((version) => version.split('.').map(Number)) as [number[], number[]];
  return a.map((number, at) => number - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
