import { describe, expect, it } from 'vitest';
import { deltaBody } from '../../../src/tables/delta-body.ts';
import { decodeDelta } from '../../../src/tables/delta-format.ts';
import { type Delta, foldDeltas, type TableDelta } from '../../../src/tables/fold.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A table's delta by its rows and ids. */
function tableDelta({ inserts, deletes }: { inserts: string[]; deletes: number[] }): TableDelta {
  const rows = inserts.length === 0 ? [] : [bytes(inserts.join('\n'))];
  return { inserts: rows, cancelled: new Float64Array(), deletes: Float64Array.from(deletes) };
}
const textOf = (names: readonly string[], delta: Delta) => Buffer.concat(deltaBody(names, delta)).toString();

describe('a stored delta', () => {
  it('is read, tables in whatever order', () => {
    expect(decodeDelta(bytes('{"format":1,"tables":["t","u"]}\n@1\n5,"@0"\n@0\n6,1.50\n7,-1\n-1:1,2\n-0:3'))).toEqual({
      names: ['t', 'u'],
      delta: [
        tableDelta({ inserts: ['6,1.50', '7,-1'], deletes: [3] }),
        tableDelta({ inserts: ['5,"@0"'], deletes: [1, 2] }),
      ],
    });
  });

  it.each(['{"format":2,"tables":["t"],"more":1}\nwhatever', '{"format":12}', 'no JSON', ''])('%j is none', (text) => {
    expect(decodeDelta(bytes(text))).toBeNull();
  });
});

describe('a fold', () => {
  it('leaves out what was inserted and deleted in between', () => {
    const first = [tableDelta({ inserts: ['5,"a"', '6,"b"'], deletes: [1, 2] })];
    const second = [tableDelta({ inserts: ['7,"c"'], deletes: [3, 5] })];
    const whole = [tableDelta({ inserts: ['6,"b"', '7,"c"'], deletes: [1, 2, 3] })];
    expect(textOf(['t'], foldDeltas([first, second]))).toBe(textOf(['t'], whole));
  });
});

it('the body of a delta names every table', () => {
  const tables = [
    tableDelta({ inserts: ['5,1.0', '6,"ü"'], deletes: [1, 2] }),
    tableDelta({ inserts: [], deletes: [] }),
  ];
  for (const delta of [tables, tables.slice(0, 1)]) {
    expect(textOf(['t"', 'u'], delta)).toBe(
      '[{"name":"t\\"","insert_rows":[[5,1.0],[6,"ü"]],"delete_ids":[1,2]},{"name":"u","insert_rows":[],"delete_ids":[]}]',
    );
  }
});

it('the body of a large delta comes in pieces of 64 KiB, rows and ids whole', () => {
  const rows = Array.from({ length: 5000 }, (_row, n) => `${n + 1},"${'ü'.repeat(n % 50)}"`);
  const ids = Array.from({ length: 2500 }, (_id, n) => 10_000 + n);
  const pieces = deltaBody(['t'], [tableDelta({ inserts: rows, deletes: ids })]);
  expect(pieces.length).toBeGreaterThan(3);
  for (const piece of pieces.slice(0, -1)) expect(piece.byteLength).toBe(65_536);
  expect(JSON.parse(Buffer.concat(pieces).toString())).toEqual([
    { name: 't', insert_rows: rows.map((row) => JSON.parse(`[${row}]`)), delete_ids: ids },
  ]);
});
