/**
 * Dialects of CSV, read by a parser of RFC 4180: delimiter and quote change places with comma and double quote before it, and in each cell behind
 * it. An exchange of characters is undone by itself, so no cell is told other than it was written.
 */

import { parse } from '@vanillaes/csv';
import type { CsvDialect } from '../contract/table-definition.ts';

/** How an answer is written. */
export interface Dialect {
  delimiter: string;
  quote: string;
  header: boolean;
}

/** Records that break the rules of quotes, or have too many cells; the message says which. */
export class ParseError extends Error {}

/** What Excel writes and reads as the first line, quoted or not. */
const DELIMITER_LINE = /^("?)sep=([\t\x20-\x7e])\1\r?\n/i;

/** With its defaults. */
export function dialectOf({ delimiter = ',', quote = '"', header = true }: CsvDialect = {}): Dialect {
  return { delimiter, quote, header };
}

/** The dialect by the line that says the delimiter, and that line's length; 0: there is none. `text` is the answer's first records. */
export function withDelimiter(dialect: Dialect, text: string): { dialect: Dialect; length: number } {
  const found = DELIMITER_LINE.exec(text);
  const delimiter = found?.[2] ?? '"';
  if (found === null || delimiter === dialect.quote || delimiter === '"') return { dialect, length: 0 };
  return { dialect: { ...dialect, delimiter }, length: found[0].length };
}

/** Parses whole records. @throws ParseError; `maxCells`: most cells of a record */
export function parserOf({ delimiter, quote }: Dialect, maxCells: number): (text: string) => string[][] {
  if (quote === '') return (text) => split(text, delimiter, maxCells);
  const exchange = exchanger(delimiter, quote);
  const take = (cell: string, _row: number, column: number) => {
    if (column > maxCells) throw new ParseError(`a line has more than ${maxCells} cells`);
    return exchange === null ? cell : exchange(cell);
  };
  return (text) => {
    try {
      return parse(exchange === null ? text : exchange(text), {}, take);
    } catch (cause) {
      throw cause instanceof ParseError ? cause : new ParseError('the quotes of a cell are not valid CSV', { cause });
    }
  };
}

/** Lines without quotes: a cell holds neither delimiter nor line end. */
function split(text: string, delimiter: string, maxCells: number): string[][] {
  const lines = text.split('\n');
  // Records end in a line end.
  lines.pop();
  return lines.map((line) => {
    const cells = (line.endsWith('\r') ? line.slice(0, -1) : line).split(delimiter);
    if (cells.length > maxCells) throw new ParseError(`a line has more than ${maxCells} cells`);
    return cells;
  });
}

/** Null: it is RFC 4180 as it is. */
function exchanger(delimiter: string, quote: string): ((text: string) => string) | null {
  if (delimiter === ',' && quote === '"') return null;
  return (text) => exchanged(exchanged(text, delimiter, ','), quote, '"');
}

/** Each of two characters for the other: in pieces without the one, by the platform's own search. */
function exchanged(text: string, one: string, other: string): string {
  if (one === other) return text;
  if (!text.includes(other)) return text.includes(one) ? text.replaceAll(one, other) : text;
  return text
    .split(one)
    .map((piece) => piece.replaceAll(other, one))
    .join(other);
}
