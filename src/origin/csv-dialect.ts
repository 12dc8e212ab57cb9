/**
 * Reads dialects of CSV with an RFC 4180 parser: before parsing, the delimiter and the quote swap places with comma and
 * double quote, and in each parsed cell they swap back. Swapping twice changes nothing, so cells keep their text.
 */

import { parse } from '@vanillaes/csv';
import type { CsvDialect } from '../contract/table-definition.ts';

/** How an answer is written. */
export interface Dialect {
  delimiter: string;
  quote: string;
  header: boolean;
}

/** Records with wrong quotes or too many cells; the message says which. */
export class ParseError extends Error {}

/** The first line that Excel writes and reads to name the delimiter, quoted or not. */
const DELIMITER_LINE = /^("?)sep=([\t\x20-\x7e])\1\r?\n/i;

/** A dialect with its defaults filled in. */
export function dialectOf({ delimiter = ',', quote = '"', header = true }: CsvDialect = {}): Dialect {
  return { delimiter, quote, header };
}

/**
 * The dialect with the delimiter that the first line names, and the length of that line (0: there is none). `text`: the
 * first records.
 */
export function withDelimiter(dialect: Dialect, text: string): { dialect: Dialect; length: number } {
  const found = DELIMITER_LINE.exec(text);
  const delimiter = found?.[2] ?? '"';
  if (found === null || delimiter === dialect.quote || delimiter === '"') return { dialect, length: 0 };
  return { dialect: { ...dialect, delimiter }, length: found[0].length };
}

/** Makes a parser of whole records. `maxCells`: most cells of a record. @throws ParseError */
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

/** Splits lines without quotes: their cells contain neither delimiters nor line ends. */
function split(text: string, delimiter: string, maxCells: number): string[][] {
  const lines = text.split('\n');
  // Each record ends in a line end, so the last piece is empty.
  lines.pop();
  return lines.map((line) => {
    const cells = (line.endsWith('\r') ? line.slice(0, -1) : line).split(delimiter);
    if (cells.length > maxCells) throw new ParseError(`a line has more than ${maxCells} cells`);
    return cells;
  });
}

/** Null: the dialect is plain RFC 4180. */
function exchanger(delimiter: string, quote: string): ((text: string) => string) | null {
  if (delimiter === ',' && quote === '"') return null;
  return (text) => exchanged(exchanged(text, delimiter, ','), quote, '"');
}

/** Swaps two characters, with the platform's own split and join. */
function exchanged(text: string, one: string, other: string): string {
  if (one === other) return text;
  if (!text.includes(other)) return text.includes(one) ? text.replaceAll(one, other) : text;
  return text
    .split(one)
    .map((piece) => piece.replaceAll(other, one))
    .join(other);
}
