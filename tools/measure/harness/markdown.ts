/** Tables in Markdown. */

/** Undefined and null: empty. */
export type Cell = string | number | null | undefined;

/** The columns of a table: the head of each, and its cell of a row. */
export type Columns<Row> = readonly (readonly [head: string, cellOf: (row: Row) => Cell])[];

/** A table for a terminal: columns are padded, all but the first are aligned to the right; empty without rows. */
export function terminalTable<Row>(rows: readonly Row[], columns: Columns<Row>): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => columns.map(([, cellOf]) => String(cellOf(row) ?? '')));
  const widths = columns.map(([head], at) => Math.max(head.length, ...cells.map((line) => line[at]?.length ?? 0)));
  const pad = (cell: string, at: number) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0));
  const line = (texts: readonly string[]) => `| ${texts.map(pad).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(columns.map(([head]) => head)), rule, ...cells.map(line)].join('\n');
}

const NUMERIC = /^([\d.,/<*% e-]*|never)$/;

/** A table for a page, whose cells may be sentences: not padded, columns of numbers are aligned to the right. */
export function pageTable<Row>(rows: readonly Row[], columns: Columns<Row>): string {
  const cells = rows.map((row) => columns.map(([, cellOf]) => String(cellOf(row) ?? '')));
  const line = (texts: readonly string[]) => `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  const align = columns.map((_column, at) => (cells.every((row) => NUMERIC.test(row[at] ?? '')) ? '--:' : '---'));
  return [line(columns.map(([head]) => head)), line(align), ...cells.map(line)].join('\n');
}

/** `yes` or `no`; empty: there is nothing to be met. */
export function yesOrNo(isMet: boolean | null): string {
  return isMet === null ? '' : isMet ? 'yes' : 'no';
}

/** Joins texts as paragraphs, without the empty ones. */
export function paragraphs(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}

/** A number with three significant digits, or all digits before the point. */
export function digits(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
