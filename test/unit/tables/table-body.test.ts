import { describe, expect, it } from 'vitest';
import { TableBody } from '../../../src/tables/table-body.ts';
import { table } from '../../support/rows.ts';

const TABLES = [table('a"', '/a', 'x', 'ü'), table('b', '/b', 'y'), table('c', '/c', 'z')];
const WHOLE =
  '[{"name":"a\\"","columns":["x","ü"],"data":[[1,"ä",2],[2,3,4]]},{"name":"b","columns":["y"],"data":[]},{"name":"c","columns":["z"],"data":[[3,null]]}]';
const ROWS = [
  [
    [1, '"ä",2'],
    [2, '3,4'],
  ],
  [],
  [[3, 'null']],
] as const;

function bodyOf(order: readonly number[]): string {
  const pieces: Uint8Array[] = [];
  const body = new TableBody(TABLES, (bytes) => pieces.push(bytes));
  for (const index of order) {
    body.begin(index);
    for (const [id, text] of ROWS[index] ?? []) body.row(id, text);
    body.end();
  }
  return Buffer.concat(pieces).toString();
}

describe('a body of tables', () => {
  it.each([[[0, 1, 2]], [[0, 2, 1]], [[1, 0, 2]], [[1, 2, 0]], [[2, 0, 1]], [[2, 1, 0]]])(
    'has them in the order of the definition when they come as %j',
    (order) => {
      expect(bodyOf(order)).toBe(WHOLE);
    },
  );

  it('holds no more than 4 MiB of tables before their turn', () => {
    const body = new TableBody(TABLES, () => undefined);
    body.begin(1);
    const row = `"${'x'.repeat(1_000_000)}"`;
    expect(() => {
      for (let id = 0; id < 4; id += 1) body.row(id, row);
    }).not.toThrow();
    expect(() => body.row(4, row)).toThrow(expect.objectContaining({ code: 'origin-too-large' }));
  });

  it('may be so large and no larger', () => {
    const body = new TableBody(TABLES, () => undefined);
    body.begin(0);
    const row = `"${'x'.repeat(1_000_000)}",0`;
    expect(() => {
      for (let id = 0; id < 134; id += 1) body.row(id, row);
    }).not.toThrow();
    expect(() => body.row(134, row)).toThrow(expect.objectContaining({ code: 'origin-too-large' }));
  });
});
