import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TableDefinition } from '../../../src/contract/table-definition.ts';
import { BrokenBody, mergeBody } from '../../../src/tables/merge-body.ts';
import { TableBody } from '../../../src/tables/table-body.ts';

const TABLE: TableDefinition = {
  name: 't","data":[[',
  rows: '',
  columns: ['a', ']}],"data":[', 'id'],
  key: ['id', 'a'],
};

function bodyOf(rows: readonly string[], table = TABLE): Uint8Array {
  const pieces: Uint8Array[] = [];
  const body = new TableBody([table], (bytes) => pieces.push(bytes));
  body.begin(0);
  for (const [index, text] of rows.entries()) body.row(index + 7, text);
  body.end();
  return new Uint8Array(Buffer.concat(pieces));
}

/** The rows that come out, body and all in pieces of `size` bytes. */
function merged(body: Uint8Array, changes: Map<string, string | null>, size = 7, table = TABLE): string[] {
  const told: string[] = [];
  const reader = mergeBody(changes)([table], {
    beginTable: () => told.push('begin'),
    row: (text) => told.push(text),
    endTable: () => told.push('end'),
  });
  for (let at = 0; at < body.length; at += size) reader.write(body.subarray(at, at + size));
  reader.end();
  expect([told.shift(), told.pop()]).toEqual(['begin', 'end']);
  return told;
}

const text = (a: unknown, b: unknown, id: unknown) => [a, b, id].map((cell) => JSON.stringify(cell)).join(',');
const keyOf = (a: unknown, id: unknown) => `${JSON.stringify(id)},${JSON.stringify(a)}`;

describe('a body and what changed in it', () => {
  it('comes out as it was without changes, byte for byte', () => {
    const rows = ['1.0,"é\\u00e9\\"[",{"x":[1,"]"]}', 'null,[],"\\\\"', '"",-0,1e5'];
    expect(merged(bodyOf(rows), new Map())).toEqual(rows);
    expect(merged(bodyOf([]), new Map())).toEqual([]);
  });

  it('has changed rows in their place, others behind all, and none that was removed', () => {
    const rows = [text('a', 1, 1), text('b', 2, 2), text('c', 3, 3)];
    const changes = new Map([
      [keyOf('d', 4), text('d', 4, 4)],
      [keyOf('b', 2), text('b', 'new', 2)],
      [keyOf('c', 3), null],
      [keyOf('x', 9), null],
    ]);
    expect(merged(bodyOf(rows), changes)).toEqual([text('a', 1, 1), text('b', 'new', 2), text('d', 4, 4)]);
  });

  it('is what a map of rows comes to, however it is cut', () => {
    const cell = fc.jsonValue();
    const row = fc.tuple(fc.constantFrom('x', 'y', '"', '\\', ']'), cell, fc.nat(9));
    const change = fc.tuple(row, fc.boolean());
    fc.assert(
      fc.property(fc.array(row), fc.array(change), fc.integer({ min: 1, max: 50 }), (given, changed, size) => {
        const table = new Map(given.map(([a, b, id]) => [keyOf(a, id), text(a, b, id)]));
        const changes = new Map(
          changed.map(([[a, b, id], isRemoved]) => [keyOf(a, id), isRemoved ? null : text(a, b, id)]),
        );
        const out = merged(bodyOf([...table.values()]), changes, size);
        for (const [key, value] of changes) {
          if (value === null) table.delete(key);
          else table.set(key, value);
        }
        expect(out).toEqual([...table.values()]);
      }),
    );
  });

  // Looked at again with each piece, such a row takes minutes.
  it('may have one row that is as large as an answer, whatever is in it', () => {
    for (const piece of ['x', '\\', '"', '[{,']) {
      const rows = [text('a', piece.repeat(8_388_608 / piece.length), 1)];
      const [row = ''] = merged(bodyOf(rows), new Map([[keyOf('b', 2), text('b', 2, 2)]]), 8192);
      expect(row === rows[0]).toBe(true);
    }
  });

  it('that breaks off or is no body is told', () => {
    const body = bodyOf([text('a', 1, 1), text('b', 2, 2)]);
    for (const end of [0, 10, body.length - 20, body.length - 1]) {
      expect(() => merged(body.subarray(0, end), new Map())).toThrow(BrokenBody);
    }
    expect(() => merged(new TextEncoder().encode('[{"data":[5]}]'), new Map())).toThrow(BrokenBody);
    expect(() => merged(new TextEncoder().encode('[{"data":[[5]]}]'), new Map())).toThrow(BrokenBody);
    expect(() => merged(Uint8Array.of(0xff, 0xfe), new Map())).toThrow(BrokenBody);
  });
});
