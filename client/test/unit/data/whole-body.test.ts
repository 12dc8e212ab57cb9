/** A whole body, cut into chunks that a store keeps, and read from them again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Content } from '../../../src/data/content.ts';
import { storedContent } from '../../../src/data/stored.ts';
import { tablesOf } from '../../../src/data/table.ts';
import { wholeBlob, wholeTables } from '../../../src/data/whole-body.ts';
import type { Meta } from '../../../src/store/store.ts';
import { bodyText, layouts, type ModelTable, modelTables, objectsOf } from '../../support/tables.ts';

const metaOf = (more: Partial<Meta>) => ({ contentType: null, tables: [], ...more }) as unknown as Meta;

function expectRows(content: Content, tables: readonly ModelTable[]): void {
  const shown = tablesOf(content, {}, null);
  expect(Object.keys(shown)).toEqual(tables.map(({ name }) => name).toSorted(byIndex));
  for (const table of tables) {
    const objects = objectsOf(table);
    const own = shown[table.name];
    expect([own?.size, own?.columns]).toEqual([objects.size, table.columns]);
    expect([...(own?.ids() ?? [])]).toEqual([...objects.keys()]);
    expect(own?.toArray()).toEqual([...objects.values()]);
    for (const [id, row] of objects) expect(own?.get(id)).toEqual(row);
  }
}

/** Names that are indexes come first in an object. */
function byIndex(a: string, b: string): number {
  const index = (name: string) => (/^(0|[1-9]\d{0,8})$/.test(name) ? Number(name) : Number.POSITIVE_INFINITY);
  return index(a) === index(b) ? 0 : index(a) - index(b);
}

describe('a whole body', () => {
  it('is read whatever its white space and the order of its members, and read again from its chunks', () => {
    fc.assert(
      fc.property(modelTables, layouts, (tables, layout) => {
        const { content, chunks, tables: kept } = wholeTables(bodyText(tables, layout));
        expectRows(content, tables);
        expectRows(storedContent({ meta: metaOf({ tables: kept }), chunks, entries: [] }), tables);
      }),
    );
  });

  it('that is cut anywhere is told as an integrity error', () => {
    fc.assert(
      fc.property(modelTables, layouts, fc.nat(), (tables, layout, at) => {
        const text = bodyText(tables, layout).trim();
        expectIntegrity(() => wholeTables(text.slice(0, at % text.length)));
      }),
    );
  });

  it.each([
    ['no JSON', 'hello'],
    ['a page of a captive portal', '<html><body>[1]</body></html>'],
    ['an object', '{"name":"t"}'],
    ['a list of numbers', '[1,2]'],
    ['a table without rows', '[{"name":"t","columns":["a"]}]'],
    ['a table without a name', '[{"columns":["a"],"data":[]}]'],
    ['columns that are no texts', '[{"name":"t","columns":[1],"data":[]}]'],
    ['a row without an id', '[{"name":"t","columns":["a"],"data":[["x",1]]}]'],
    ['an id that is no integer', '[{"name":"t","columns":["a"],"data":[[1.5,1]]}]'],
    ['an id with an exponent', '[{"name":"t","columns":["a"],"data":[[1e3,1]]}]'],
    ['an id past 2^53', '[{"name":"t","columns":["a"],"data":[[9007199254740993,1]]}]'],
    ['a row that is no list', '[{"name":"t","columns":["a"],"data":[5]}]'],
    ['a row of too many cells', '[{"name":"t","columns":["a"],"data":[[1,2,3]]}]'],
    ['rows of different width', '[{"name":"t","columns":["a"],"data":[[1,2],[2,3,4]]}]'],
    ['a row id twice', '[{"name":"t","columns":["a"],"data":[[1,2],[1,3]]}]'],
    ['a table twice', '[{"name":"t","columns":[],"data":[]},{"name":"t","columns":[],"data":[]}]'],
    ['a cell that is no JSON', '[{"name":"t","columns":["a"],"data":[[1,nope]]}]'],
    ['a row that ends as an object', '[{"name":"t","columns":["a"],"data":[[1,2}]}]'],
    ['a comma behind the last row', '[{"name":"t","columns":["a"],"data":[[1,2],]}]'],
    ['text behind it', '[{"name":"t","columns":["a"],"data":[]}] more'],
    ['a delta', '[{"name":"t","insert_rows":[],"delete_ids":[]}]'],
    ['a member without a value', '[{"name":,"columns":["a"],"data":[]}]'],
  ])('is an integrity error when it is %s', (_what, text) => {
    expectIntegrity(() => wholeTables(text));
  });

  it('is cut into chunks of at most 2,000 rows and 262,144 characters, one table each', () => {
    const rows = (count: number, cell: string) => Array.from({ length: count }, (_row, at) => [at, cell] as const);
    const long = (from: number, count: number, cell: string) =>
      new Map(rows(count, cell).map(([at, text]) => [from + at, text]));
    const wide = JSON.stringify('w'.repeat(50_000));
    const huge = JSON.stringify('h'.repeat(300_000));
    const tables: ModelTable[] = [
      { name: 'many', columns: ['a'], rows: long(1, 4001, '1') },
      { name: 'none', columns: ['a'], rows: new Map() },
      { name: 'wide', columns: ['a'], rows: long(10_000, 12, wide) },
      { name: 'huge', columns: ['a'], rows: long(20_000, 2, huge) },
    ];
    const { chunks, content } = wholeTables(bodyText(tables));
    const counts = chunks.map(({ table, data }) => [table, (JSON.parse(`[${String(data)}]`) as unknown[]).length]);
    expect(counts).toEqual([
      [0, 2000],
      [0, 2000],
      [0, 1],
      [2, 5],
      [2, 5],
      [2, 2],
      [3, 1],
      [3, 1],
    ]);
    expectRows(content, tables);
  });

  it('that is not a table is one chunk', async () => {
    const { chunks, tables, content } = wholeBlob(new Blob(['a page'], { type: 'text/html' }));
    expect([chunks.length, chunks[0]?.table, tables, content.tables]).toEqual([1, -1, [], []]);
    const { body } = storedContent({ meta: metaOf({ contentType: 'text/html' }), chunks, entries: [] });
    expect([await body?.text(), body?.type]).toEqual(['a page', 'text/html']);
  });
});

describe('what a store gives back', () => {
  const { chunks, tables } = wholeTables('[{"name":"t","columns":["a"],"data":[[1,2],[3,4]]}]');
  const meta = metaOf({ tables });

  it.each([
    ['a chunk of a table that there is not', { meta, chunks: [{ table: 1, data: '[1,2]' }], entries: [] }],
    ['a chunk that is cut', { meta, chunks: [{ table: 0, data: '[1,2],[3' }], entries: [] }],
    ['a chunk of other columns', { meta, chunks: [{ table: 0, data: '[1,2,3]' }], entries: [] }],
    ['a row in two chunks', { meta, chunks: [...chunks, ...chunks], entries: [] }],
    ['an empty chunk', { meta, chunks: [{ table: 0, data: '' }], entries: [] }],
    ['a blob for a table', { meta, chunks: [{ table: 0, data: new Blob(['[1,2]']) }], entries: [] }],
    ['a body that is missing', { meta: metaOf({ contentType: 'text/html' }), chunks: [], entries: [] }],
    ['a delta of another version', { meta, chunks, entries: ['[{"name":"t","insert_rows":[],"delete_ids":[7]}]'] }],
  ])('is an integrity error when it has %s', (_what, stored) => {
    expectIntegrity(() => storedContent(stored));
  });

  it('is an integrity error at the first look when its cells are not JSON, which opening does not prove', () => {
    const content = storedContent({ meta, chunks: [{ table: 0, data: '[1,x]' }], entries: [] });
    expectIntegrity(() => tablesOf(content, {}, null).t?.toArray());
  });
});

function expectIntegrity(run: () => unknown): void {
  expect(run).toThrow(expect.objectContaining({ name: 'FreshetError', code: 'integrity' }));
}
