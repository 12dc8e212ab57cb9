/** Tables and deltas as the service could write them, for properties; rows are their JSON texts, so that digits count. */

import fc from 'fast-check';

/** A table of a body: rows by their ids, in the body's order. */
export interface ModelTable {
  name: string;
  columns: string[];
  rows: Map<number, string>;
}

const NUMBERS = [
  '0',
  '-0',
  '1',
  '1.50',
  '-7e2',
  '0.1',
  '9007199254740993',
  '12345678901234567890.10',
  '1E+2',
  '1e-400',
  '3.141592653589793238',
];
const STRINGS = [
  '',
  '"',
  '\\',
  '\\"',
  '],[',
  '[{"name":"x","data":[[1',
  '\u2028',
  'ü€😀',
  '\ud800',
  '12345678901234567890',
  '\n\t\u0000',
];
/** Of any UTF-16 units, halves of characters among them. */
export const anyText = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) });
const cells = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 4, arbitrary: fc.constantFrom(...STRINGS).map((text) => JSON.stringify(text)) },
  { weight: 2, arbitrary: anyText.map((text) => JSON.stringify(text)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'null',
      'true',
      'false',
      '[]',
      '{}',
      '{"b":[1.50,"]"],"a":{"__proto__":1}}',
      '[ [ ] ,1 ]',
    ),
  },
);
export const names = fc.oneof(
  fc.constantFrom('cars', '__proto__', 'constructor', 'toString', '', 't"\\', 'ü'),
  fc.string({ maxLength: 5 }),
);

/** A row's cells. */
export const rowOfWidth = (width: number) =>
  fc.array(cells, { minLength: width, maxLength: width }).map((row) => row.join(','));

const shapes = fc.uniqueArray(fc.record({ name: names, columns: fc.uniqueArray(names, { maxLength: 4 }) }), {
  selector: ({ name }) => name,
  minLength: 1,
  maxLength: 3,
});

/** Tables whose row ids differ, in any order. */
export const modelTables = shapes
  .chain((tables) =>
    fc.tuple(
      ...tables.map(({ name, columns }) =>
        fc.array(rowOfWidth(columns.length), { maxLength: 12 }).map((rows) => ({ name, columns, rows })),
      ),
    ),
  )
  .chain((tables) => {
    const count = tables.reduce((sum, { rows }) => sum + rows.length, 0);
    return fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: count, maxLength: count }).map((ids) => {
      let at = 0;
      return tables.map(
        ({ name, columns, rows }): ModelTable => ({
          name,
          columns,
          rows: new Map(rows.map((row) => [ids[at++] ?? 0, row])),
        }),
      );
    });
  });

/** JSON with this white space between all tokens, members in this order. */
export interface Layout {
  space: string;
  isReversed: boolean;
}
export const layouts: fc.Arbitrary<Layout> = fc.record({
  space: fc.constantFrom('', '', ' ', '\n\t \r'),
  isReversed: fc.boolean(),
});
export const PLAIN: Layout = { space: '', isReversed: false };

const list = (members: readonly string[], { space }: Layout) =>
  `[${space}${members.join(`${space},${space}`)}${space}]`;
const object = (members: readonly (readonly [string, string])[], { space, isReversed }: Layout) => {
  const written = members.map(([name, value]) => `"${name}"${space}:${space}${value}`);
  return `{${space}${(isReversed ? written.reverse() : written).join(`${space},${space}`)}${space}}`;
};
const rowText = ([id, cells]: readonly [number, string], { space }: Layout) =>
  `[${space}${id}${space}${cells === '' ? '' : `,${cells}`}${space}]`;

/** The whole body. */
export function bodyText(tables: readonly ModelTable[], layout = PLAIN): string {
  const written = tables.map(({ name, columns, rows }) =>
    object(
      [
        ['name', JSON.stringify(name)],
        ['columns', JSON.stringify(columns)],
        [
          'data',
          list(
            [...rows].map((row) => rowText(row, layout)),
            layout,
          ),
        ],
      ],
      layout,
    ),
  );
  return `${layout.space}${list(written, layout)}${layout.space}`;
}

/** What a delta does to a table. */
export interface ModelChange {
  name: string;
  inserts: Map<number, string>;
  deletes: number[];
}

export function deltaText(changes: readonly ModelChange[], layout = PLAIN): string {
  const written = changes.map(({ name, inserts, deletes }) =>
    object(
      [
        ['name', JSON.stringify(name)],
        [
          'insert_rows',
          list(
            [...inserts].map((row) => rowText(row, layout)),
            layout,
          ),
        ],
        ['delete_ids', list(deletes.map(String), layout)],
      ],
      layout,
    ),
  );
  return list(written, layout);
}

/** A delta, drawn by these numbers: about a third of the rows go, some come. */
export interface Draw {
  gone: boolean[];
  rows: string[][];
  layout: Layout;
}
export const draws: fc.Arbitrary<Draw> = fc.record({
  gone: fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
  rows: fc.array(fc.array(cells, { minLength: 4, maxLength: 4 }), { maxLength: 6 }),
  layout: layouts,
});

/** The delta that a draw means for these tables, and the tables after it. Ids go on from `nextId`. */
export function drawn(
  tables: readonly ModelTable[],
  { gone, rows }: Draw,
  nextId: number,
): { changes: ModelChange[]; after: ModelTable[]; nextId: number } {
  let id = nextId;
  let turn = 0;
  const changes = tables.map(({ name, columns, rows: held }, at): ModelChange => {
    const deletes = [...held.keys()].filter(() => gone[turn++ % gone.length]);
    const own = rows.filter((_row, index) => index % tables.length === at);
    return { name, deletes, inserts: new Map(own.map((row) => [id++, row.slice(0, columns.length).join(',')])) };
  });
  const after = tables.map(({ name, columns, rows: held }, at): ModelTable => {
    const { inserts, deletes } = changes[at] as ModelChange;
    const kept = [...held].filter(([row]) => !deletes.includes(row));
    return { name, columns, rows: new Map([...kept, ...inserts]) };
  });
  return { changes, after, nextId: id };
}

/** Rows as an app sees them, by id. */
export function objectsOf({ columns, rows }: ModelTable): Map<number, Record<string, unknown>> {
  return new Map(
    [...rows].map(([id, cells]) => {
      const values = JSON.parse(`[${cells}]`) as unknown[];
      return [id, Object.fromEntries(columns.map((column, at) => [column, values[at]]))];
    }),
  );
}
