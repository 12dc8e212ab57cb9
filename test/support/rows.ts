/** Reads answers as loads do. */

import type { TableDefinition } from '../../src/contract/table-definition.ts';
import { readJson } from '../../src/origin/read-json.ts';
import type { MakeRowReader } from '../../src/ports/rows.ts';

export type Rows = Record<string, string[]>;

/** The row texts of each table by name, in the order in which tables came. `cuts`: where the answer is cut into pieces. */
export function rowsOf(
  answer: string | Uint8Array,
  tables: readonly TableDefinition[],
  cuts: number[] = [],
  read: MakeRowReader = readJson,
): Rows {
  const rows: Rows = {};
  let current: string[] | null = null;
  const reader = read(tables, {
    beginTable: (table) => {
      if (current !== null) throw new Error('a table within a table');
      current = rows[tables[table]?.name ?? ''] = [];
    },
    row: (text) => {
      current?.push(text);
    },
    endTable: () => {
      current = null;
    },
  });
  const bytes = typeof answer === 'string' ? new TextEncoder().encode(answer) : answer;
  const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
  let at = 0;
  for (const end of ends) {
    reader.write(bytes.subarray(at, end));
    at = end;
  }
  reader.end();
  return rows;
}

/** One table that takes a whole answer of lines (NDJSON, CSV). */
export function lines(...columns: string[]): TableDefinition {
  return { name: 't', columns };
}

/** One table at the pointer. */
export function table(name: string, rows: string, ...columns: string[]): TableDefinition {
  return { name, rows, columns };
}

/** A text in a single-byte encoding, by its label. */
export function encoded(text: string, label: string): Uint8Array {
  const all = new TextDecoder(label).decode(Uint8Array.from({ length: 256 }, (_byte, code) => code));
  return Uint8Array.from(text, (character) => {
    const code = all.indexOf(character);
    if (code === -1) throw new Error(`${label} has no ${character}`);
    return code;
  });
}
