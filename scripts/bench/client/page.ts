/** The measured part of docs/client.md. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../lib/wrangler.ts';
import { digits, markdownTable, paragraphs } from '../markdown.ts';
import type { Compared } from './compare.ts';

const PAGE = join(PROJECT, 'docs/client.md');
const BEGIN = '<!-- measured: npm run bench:client -->\n';
const END = '<!-- /measured -->\n';

/**
 * The tables, written between their marks in docs/client.md if `isWritten`; the page is begun where there is none.
 *
 * @throws Error where the page lacks the marks
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
  const page = existsSync(PAGE)
    ? readFileSync(PAGE, 'utf8')
    : `# The device client\n\n## Beside other stores\n\n${BEGIN}${END}`;
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error(`${PAGE} lacks the marks of its measured part`);
  writeFileSync(PAGE, `${page.slice(0, from)}${BEGIN}\n${text}\n${page.slice(to)}`);
}
