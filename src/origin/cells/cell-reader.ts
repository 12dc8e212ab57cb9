/** Makes cells of the origin's values, according to the column's definition (CONTRACT 4 "Cells"). */

import { type CellType, type Column, columnDefinition } from '../../contract/column.ts';
import { numberReader } from './number-cell.ts';
import { dateReader, timeReader } from './time-cells.ts';

/** Makes the cells of one column. Each method returns JSON text, or undefined if the value does not fit. */
export interface CellReader {
  /** Reads a JSON string, or a cell of CSV. */
  text(value: string): string | undefined;
  /** Reads a number (with its original digits), `true`, `false` or `null`. */
  literal(text: string): string | undefined;
  /** Reads an object or array, as JSON. */
  nested(json: string): string | undefined;
  /** Describes a value that does not fit: "no number". */
  readonly misfit: string;
}

/** The readers of a table's columns; null: the cells are used unchanged. */
export function cellReaders(columns: readonly Column[]): (CellReader | null)[] {
  return columns.map(cellReader);
}

const MISFITS: Readonly<Record<CellType, string>> = {
  text: 'not a text, number or boolean',
  number: 'not a number in the form that its column in tables[].columns describes (decimal, group)',
  boolean: 'neither true nor false',
  date: 'not a date in the form that its column in tables[].columns describes (pattern)',
  time: 'not a time in the form that its column in tables[].columns describes (pattern), or has no zone',
  json: '',
};

function cellReader(column: Column): CellReader | null {
  const { as = 'json', null: nulls, ...definition } = columnDefinition(column);
  if (as === 'json' && nulls === undefined) return null;
  const meansNull = new Set(nulls);
  const { text, literal } = FORMS[as](definition);
  // Exports with a fixed width pad cells with spaces. Only texts keep them.
  const trimmed = as === 'json' || as === 'text' ? (value: string) => value : (value: string) => value.trim();
  return {
    text: (value) => {
      const given = trimmed(value);
      return meansNull.has(given) || meansNull.has(value) ? 'null' : text(given);
    },
    literal: (value) => (value === 'null' ? value : literal(value)),
    nested: (json) => (as === 'json' ? json : undefined),
    misfit: MISFITS[as],
  };
}

/** How texts and other scalars except null become cells. */
interface Form {
  text(value: string): string | undefined;
  literal(text: string): string | undefined;
}

type Definition = Omit<ReturnType<typeof columnDefinition>, 'as' | 'null'>;

const FORMS: Readonly<Record<CellType, (definition: Definition) => Form>> = {
  json: () => ({ text: JSON.stringify, literal: (value) => value }),
  text: () => ({ text: JSON.stringify, literal: (value) => `"${value}"` }),
  number: (definition) => ({
    text: numberReader(definition),
    literal: (value) => (isNumber(value) ? value : undefined),
  }),
  boolean: () => ({ text: (value) => BOOLEANS.get(value.toLowerCase()), literal: (value) => BOOLEANS.get(value) }),
  date: (definition) => ofTexts(dateReader(definition)),
  time: (definition) => ofTexts(timeReader(definition)),
};

const BOOLEANS = new Map([
  ['true', 'true'],
  ['1', 'true'],
  ['false', 'false'],
  ['0', 'false'],
]);

/** Reads numbers as if they were texts: 20261128, or a count since 1970. */
function ofTexts(read: (text: string) => string | undefined): Form {
  const quoted = (value: string) => {
    const text = read(value);
    return text === undefined ? undefined : `"${text}"`;
  };
  return { text: quoted, literal: (value) => (isNumber(value) ? quoted(value) : undefined) };
}

function isNumber(literal: string): boolean {
  return literal !== 'true' && literal !== 'false';
}
