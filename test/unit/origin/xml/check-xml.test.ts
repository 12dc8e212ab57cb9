import { describe, expect, it } from 'vitest';
import type { Column } from '../../../../src/contract/column.ts';
import { readDefinition } from '../../../../src/core/definition.ts';
import { parseDefinition } from '../../../../src/flows/admin/manage-resources.ts';

interface Given {
  tables?: unknown;
  expect?: unknown;
}

/** The faults of a definition of XML, as `pointer: detail`. */
function faultsOf({ tables, expect }: Given): string[] {
  const body = {
    origin: { url: 'https://erp.example.com/', ...(expect !== undefined && { expect }) },
    format: 'xml',
    tables,
  };
  try {
    parseDefinition('r', JSON.parse(JSON.stringify(body)), []);
    return [];
  } catch (error) {
    const { errors } = error as { errors: { pointer: string; detail: string }[] };
    return errors.map(({ pointer, detail }) => `${pointer}: ${detail}`);
  }
}

const table = (rows: unknown, ...columns: Column[]) => ({
  name: String(rows) || 'root',
  rows,
  columns: columns.length === 0 ? ['v'] : columns,
});
const at = (place: string) => ({ name: place, at: place });

describe('places in XML', () => {
  it.each(['/a', '/a/b', '/{http://x/y}a/b', '/a/{}b', '/Größe/_1', '/{urn:~0x}a'])('may be the rows %s', (rows) => {
    expect(faultsOf({ tables: [table(rows)] })).toEqual([]);
  });

  it.each(['', '/', '/s:a', '/a/', '/a//b', '/a/@b', '/1a', '/a b', '/{x', '/{x}', '/a{x}', '/*'])(
    'may not be the rows %j',
    (rows) => {
      expect(faultsOf({ tables: [table(rows)] })).toEqual([
        '/tables/0/rows: must be a path of local names without a prefix, such as /Envelope/Body/Item; {uri}Item is a name of one namespace',
      ]);
    },
  );

  it('may be the columns of a row, with attributes and its own text', () => {
    const places = ['/', '/@id', '/a/@id', '/a/b', '/{u}c/{u}d', '/@{u}e'].map(at);
    expect(faultsOf({ tables: [table('/r', ...places, 'f')] })).toEqual([]);
  });

  it.each(['/@a/b', '/a/', '/a:b', '/@', '//a'])('may not be the column %j', (place) => {
    expect(faultsOf({ tables: [table('/r', 'x', at(place))] })).toEqual([
      expect.stringMatching(/^\/tables\/0\/columns\/1\/at: must be a path of local names/),
    ]);
  });

  it('must be given where the name of a column is none of an element', () => {
    expect(faultsOf({ tables: [table('/r', 'Net price')] })).toEqual([
      '/tables/0/columns/0: needs "at": "Net price" is not the name of an element',
    ]);
  });

  it('may not be named both with a namespace and without', () => {
    const mixed = 'must not name a both with a namespace and without one: write {uri}a in every path';
    expect(faultsOf({ tables: [table('/r', at('/a/b'), at('/{u}a/c'))] })).toEqual([`/tables/0/columns: ${mixed}`]);
    expect(faultsOf({ tables: [table('/r/a/x'), table('/r/{u}a/y')] })).toEqual([`/tables: ${mixed}`]);
    expect(faultsOf({ tables: [table('/r/{u}a/x'), table('/r/{v}a/y')] })).toEqual([]);
  });

  it('of rows may not lie within those of another table, by whatever name', () => {
    const within = (name: string) => `/tables/1/rows: must not lie at, within or around the rows of table "${name}"`;
    expect(faultsOf({ tables: [table('/a/b'), table('/a/b/c')] })).toEqual([within('/a/b')]);
    expect(faultsOf({ tables: [table('/a/{u}b/c'), table('/a/{u}b')] })).toEqual([within('/a/{u}b/c')]);
    expect(faultsOf({ tables: [table('/a/{u}b'), table('/a/{v}b')] })).toEqual([]);
  });

  it('of what is expected lie outside of rows', () => {
    const tables = [table('/a/r')];
    expect(
      faultsOf({
        tables,
        expect: [
          { at: '/a/s', is: 1 },
          { at: '/a/@s', is: 1 },
          { at: 'X-Ok', is: '1' },
        ],
      }),
    ).toEqual([]);
    expect(
      faultsOf({
        tables,
        expect: [
          { at: '/a/r/s', is: 1 },
          { at: '/a/x:s', is: 1 },
          { at: '/', is: 1 },
        ],
      }),
    ).toEqual([
      '/origin/expect/0/at: must not lie at or within the rows of table "/a/r"',
      expect.stringMatching(/^\/origin\/expect\/1\/at: must be a path/),
      expect.stringMatching(/^\/origin\/expect\/2\/at: must be a path/),
    ]);
  });
});

describe('a definition of XML', () => {
  it('must have tables, with rows, of which one element is as good as many', () => {
    expect(faultsOf({})).toEqual(['/tables: is required with the format "xml"']);
    expect(faultsOf({ tables: [{ name: 't', columns: ['v'] }] })).toEqual(['/tables/0/rows: is required']);
    expect(faultsOf({ tables: [{ ...table('/r'), single: true }] })).toEqual([
      '/tables/0/single: must not be given with the format "xml": one element is a row already',
    ]);
  });

  it('says nothing of CSV', () => {
    const body = { origin: { url: 'https://x.example/' }, format: 'xml', csv: {}, tables: [table('/r')] };
    expect(readDefinition(body as never).faults).toEqual([{ pointer: '/csv', detail: 'needs the format "csv"' }]);
  });
});
