/** Tables as an app sees them: stable (invariant 18), with all digits (invariant 22), safe, with indexes that deltas keep. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDelta } from '../../../src/data/delta.ts';
import { storedContent } from '../../../src/data/stored.ts';
import { tablesOf } from '../../../src/data/table.ts';
import { wholeTables } from '../../../src/data/whole-body.ts';
import type { Meta } from '../../../src/store/store.ts';
import { bodyText, deltaText, drawn, draws, modelTables } from '../../support/tables.ts';

const cars = '[{"name":"cars","columns":["name","year"],"data":[[1,"a",1982],[2,"b",1982],[3,"c",9007199254740993]]}]';

describe('a table', () => {
  it('shows rows as objects, or as arrays without the row id', () => {
    const { content } = wholeTables(cars);
    expect(tablesOf(content, {}, null).cars?.get(2)).toEqual({ name: 'b', year: 1982 });
    expect(tablesOf<unknown[]>(content, { rows: 'array' }, null).cars?.get(2)).toEqual(['b', 1982]);
  });

  it('shows numbers that a double cannot hold as their digits where that is asked (invariant 22)', () => {
    const { content } = wholeTables(cars);
    const year = (numbers: 'native' | 'text') =>
      tablesOf<{ year: unknown }>(content, { numbers }, null).cars?.get(3)?.year;
    expect([year('text'), typeof year('native')]).toEqual(['9007199254740993', 'number']);
    expect(tablesOf<{ year: unknown }>(content, { numbers: 'text' }, null).cars?.get(1)?.year).toBe(1982);
  });

  it('has an index of rows by the value of a column, null and missing rows among it', () => {
    const { content } = wholeTables('[{"name":"t","columns":["a"],"data":[[1,null],[2,"x"],[3,null],[4,0]]}]');
    const index = tablesOf<{ a: unknown }>(content, {}, null).t?.index('a');
    expect([...(index ?? [])].map(([value, rows]) => [value, rows.length])).toEqual([
      [null, 2],
      ['x', 1],
      [0, 1],
    ]);
    expect(tablesOf<unknown[]>(content, { rows: 'array' }, null).t?.index('a').get('x')).toEqual([['x']]);
    expect(tablesOf(content, {}, null).t?.index('no column').size).toBe(0);
  });

  it('is the same object, as is the record of all, until something differs (invariant 18)', () => {
    const { content } = wholeTables('[{"name":"t","columns":[],"data":[[1]]},{"name":"u","columns":[],"data":[[2]]}]');
    const first = tablesOf(content, {}, null);
    expect(tablesOf(content, {}, first)).toBe(first);
    expect(first.t?.toArray()).toBe(first.t?.toArray());
    const { content: next } = applyDelta(
      content,
      '[{"name":"t","insert_rows":[[3]],"delete_ids":[]},{"name":"u","insert_rows":[],"delete_ids":[]}]',
    );
    const second = tablesOf(next, {}, first);
    expect([second === first, second.t === first.t, second.u === first.u]).toEqual([false, false, true]);
    const { content: same } = applyDelta(
      next,
      '[{"name":"t","insert_rows":[],"delete_ids":[]},{"name":"u","insert_rows":[],"delete_ids":[]}]',
    );
    expect(tablesOf(same, {}, second)).toBe(second);
  });

  it('has indexes after deltas that equal new ones, and leaves those of the version before as they were', () => {
    fc.assert(
      fc.property(modelTables, draws, (first, draw) => {
        const { content } = wholeTables(bodyText(first));
        const before = tablesOf(content, {}, null);
        const indexes = first.map(({ name, columns }) => columns.map((column) => flat(before[name]?.index(column))));
        const { changes } = drawn(first, draw, 61);
        const { content: next } = applyDelta(content, deltaText(changes));
        const after = tablesOf(next, {}, before);
        const anew = tablesOf(next, {}, null);
        for (const { name, columns } of first) {
          for (const column of columns)
            expect(flat(after[name]?.index(column))).toEqual(flat(anew[name]?.index(column)));
        }
        expect(first.map(({ name, columns }) => columns.map((column) => flat(before[name]?.index(column))))).toEqual(
          indexes,
        );
      }),
    );
  });

  it('takes nothing over from before a whole body, whose row ids may mean other rows (4, restored service)', () => {
    const old = tablesOf<{ a: string }>(
      wholeTables('[{"name":"t","columns":["a"],"data":[[1,"old"]]}]').content,
      {},
      null,
    );
    old.t?.index('a');
    const { content } = wholeTables('[{"name":"t","columns":["a"],"data":[[1,"new"]]}]');
    const shown = tablesOf(content, {}, old);
    expect([shown.t?.get(1), [...(shown.t?.index('a').keys() ?? [])]]).toEqual([{ a: 'new' }, ['new']]);
  });

  it('takes nothing over from another reading of the store, whose meta may be the same object', () => {
    const meta = { contentType: null, tables: [{ name: 't', columns: ['a'] }] } as unknown as Meta;
    const read = (data: string) => storedContent({ meta, chunks: [{ table: 0, data }], entries: [] });
    const old = tablesOf<{ a: string }>(read('[1,"old"]'), {}, null);
    old.t?.index('a');
    expect([...(tablesOf(read('[1,"new"]'), {}, old).t?.index('a').keys() ?? [])]).toEqual(['new']);
  });

  it('may be called __proto__, as may a column and a member of a cell', () => {
    const { content } = wholeTables(
      '[{"name":"__proto__","columns":["__proto__","b"],"data":[[1,{"__proto__":1},2]]}]',
    );
    const name: string = '__proto__';
    const tables = tablesOf<Record<string, unknown>>(content, {}, null);
    const row = tables[name]?.get(1);
    expect(Object.getPrototypeOf(tables)).toBe(null);
    expect([Object.getPrototypeOf(row) === Object.prototype, Object.keys(row ?? {})]).toEqual([
      true,
      ['__proto__', 'b'],
    ]);
    expect(JSON.stringify(row)).toBe('{"__proto__":{"__proto__":1},"b":2}');
    expect(tables[name]?.index(name).size).toBe(1);
  });

  it('parses only the chunks that are looked at', () => {
    const rows = Array.from({ length: 4000 }, (_row, at) => `[${at + 1},${at}]`).join(',');
    const { content } = wholeTables(`[{"name":"t","columns":["a"],"data":[${rows}]}]`);
    expect(tablesOf(content, {}, null).t?.get(3000)).toEqual({ a: 2999 });
    expect(content.tables[0]?.segments.map(({ parsed }) => Object.keys(parsed))).toEqual([[], ['object-native']]);
  });
});

/** An index without the order of its rows, which means nothing after a delta (21). */
function flat(index: ReadonlyMap<unknown, readonly unknown[]> | undefined): string[] {
  const objects = (value: unknown) => JSON.stringify([typeof value, value, Object.is(value, -0)]);
  return [...(index ?? [])].map(([value, rows]) => `${objects(value)} ${rows.map(objects).sort().join(' ')}`).sort();
}
