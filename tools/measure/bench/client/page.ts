/** The measured part of docs/client.md. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../../../scripts/lib/wrangler.ts';
import { digits, paragraphs, terminalTable } from '../../harness/markdown.ts';
import type { Compared } from './compare.ts';

const PAGE = join(PROJECT, 'docs/client.md');
const BEGIN = '<!-- measured: npm run bench:client -->\n';
const END = '<!-- /measured -->\n';

/**
 * The tables; if `isWritten`, they are written between their marks in docs/client.md.
 *
 * @throws Error if the page lacks the marks
 */
export function withTables(
  machine: string,
  compared: readonly Compared[],
  { isWritten }: { isWritten: boolean },
): string {
  const sizes = [...new Set(compared.map(({ rows }) => rows))];
  const tables = sizes.map((size) =>
    tableOf(
      size,
      compared.filter(({ rows }) => rows === size),
    ),
  );
  const text = paragraphs([
    `Measured by \`npm run bench:client\`: ${machine}. A number in brackets is how many times ours.`,
    ...tables,
  ]);
  if (isWritten) write(`${text}\n`);
  return text;
}

function tableOf(size: number, compared: readonly Compared[]): string {
  const [ours] = compared;
  const figure =
    (of: (one: Compared) => number, unit = 1) =>
    (one: Compared) => {
      const [value, own] = [of(one), ours === undefined ? 0 : of(ours)];
      return value === own ? digits(value / unit) : `${digits(value / unit)} (${digits(value / own)})`;
    };
  return terminalTable(compared, [
    [`${size.toLocaleString('en')} rows of 10 cells`, ({ title }) => title],
    ['stored, ms', figure(({ storeMs }) => storeMs)],
    ['reopened and read, ms', figure(({ reopenMs }) => reopenMs)],
    ['1 % changed, ms', figure(({ deltaMs }) => deltaMs)],
    ['heap, MB', figure(({ heapBytes }) => heapBytes, 1e6)],
  ]);
}

function write(text: string): void {
  const { before, after } = readPage();
  writeFileSync(PAGE, `${before}${BEGIN}\n${text}\n${after}`);
}

/**
 * The text around the measured part of docs/client.md.
 *
 * @throws Error if the page lacks the marks
 */
export function readPage(): { before: string; after: string } {
  const page = readFileSync(PAGE, 'utf8');
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error(`${PAGE} lacks the marks of its measured part`);
  return { before: page.slice(0, from), after: page.slice(to) };
}
