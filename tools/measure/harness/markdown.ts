/** Tables in Markdown. */

/** A table for a terminal: columns are padded, all but the first are aligned to the right; empty without rows. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

export type Cell = string | number;

const NUMERIC = /^([\d.,/<*% e-]*|never)$/;

/** A table for a page, whose cells may be sentences: not padded, columns of numbers are aligned to the right. */
export function pageTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  const align = (at: number) => (rows.every((row) => NUMERIC.test(String(row[at]))) ? '--:' : '---');
  return [line(head), line(head.map((_cell, at) => align(at))), ...rows.map(line)].join('\n');
}

/** Joins texts as paragraphs, without the empty ones. */
export function paragraphs(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}

/** A number with three significant digits, or all digits before the point. */
export function digits(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
