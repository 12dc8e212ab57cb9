/** The measured part of docs/client.md. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../../../scripts/lib/wrangler.ts';
import { digits, markdownTable, paragraphs } from '../../harness/markdown.ts';
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
  const cell = (value: number, own: number, unit: number) => {
    const shown = digits(value / unit);
    return value === own ? shown : `${shown} (${digits(value / own)})`;
  };
  const rows = compared.map((one) => [
    one.title,
    cell(one.storeMs, ours?.storeMs ?? 0, 1),
    cell(one.reopenMs, ours?.reopenMs ?? 0, 1),
    cell(one.deltaMs, ours?.deltaMs ?? 0, 1),
    cell(one.heapBytes, ours?.heapBytes ?? 0, 1e6),
  ]);
  const head = [
    `${size.toLocaleString('en')} rows of 10 cells`,
    'stored, ms',
    'reopened and read, ms',
    '1 % changed, ms',
    'heap, MB',
  ];
  return markdownTable(head, rows);
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
