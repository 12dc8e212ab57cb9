import { describe, expect, it } from 'vitest';
import type { Column } from '../../../src/contract/column.ts';
import { readNdjson } from '../../../src/origin/read-ndjson.ts';
import { rowsOf, table } from '../../support/rows.ts';

const at = (name: string, place: string) => ({ name, at: place });
const read = (rows: unknown, ...columns: Column[]) =>
  rowsOf(typeof rows === 'string' ? rows : JSON.stringify(rows), [{ name: 't', rows: '', columns }]).t;
const malformed = (detail: RegExp) =>
  expect.objectContaining({ code: 'origin-malformed', message: expect.stringMatching(detail) });

describe('a column with a place of its own', () => {
  it('complaint 20: is a member under another name, or one within objects', () => {
    const row = { Id: 7, ShipTo: { City: 'Ulm', Geo: { Lat: 48.4 } }, Status: 'A' };
    expect(read([row], at('id', '/Id'), at('city', '/ShipTo/City'), 'Status', at('lat', '/ShipTo/Geo/Lat'))).toEqual([
      '7,"Ulm","A",48.4',
    ]);
  });

  it('may have slashes and tildes in its names', () => {
    expect(read([{ 'a/b': { '~c': 1 }, '': { '': 2 } }], at('x', '/a~1b/~0c'), at('y', '//'))).toEqual(['1,2']);
  });

  it('may share it with others, each of which makes a cell of its own of it', () => {
    const columns = [at('raw', '/Sum'), { name: 'sum', at: '/Sum', as: 'number' as const }];
    expect(read([{ Sum: '01.50' }, { Sum: 2 }], ...columns)).toEqual(['"01.50",1.50', '2,2']);
  });

  it('may lie within the value of another one', () => {
    const columns = [at('address', '/A'), at('city', '/A/City'), at('geo', '/A/Geo'), at('lat', '/A/Geo/Lat')];
    const A = { Zip: ['1', { a: null }], City: 'Ulm', Geo: { Lat: 48, Lon: 10 }, x: true };
    expect(read([{ A }], ...columns)).toEqual([`${JSON.stringify(A)},"Ulm",{"Lat":48,"Lon":10},48`]);
  });

  it('is null where what it lies within is missing or null', () => {
    expect(read([{ S: null }, { S: {} }, { x: 1, S: { C: null } }, { y: 1, S: { C: 1 } }], at('c', '/S/C'))).toEqual([
      'null',
      'null',
      'null',
      '1',
    ]);
    expect(read([{ id: 1 }, { id: 2, S: { C: { D: 3 } } }], 'id', at('d', '/S/C/D'))).toEqual(['1,null', '2,3']);
  });

  it.each(['1', '"x"', 'true', '[]', '[{"C":1}]'])('leads through no %s', (value) => {
    const detail = /row 0: it has no object where "at" of the column "c" leads through one/;
    expect(() => read(`[{"S":${value}}]`, at('c', '/S/C'))).toThrow(malformed(detail));
    expect(() => read(`[{"S":{"T":${value}}}]`, 'S', at('c', '/S/T/C'))).toThrow(malformed(detail));
  });

  it('is what the last of repeated members has, with all that lies within', () => {
    expect(read('[{"S":{"C":1},"S":{"D":2}}]', at('c', '/S/C'))).toEqual(['null']);
    expect(read('[{"S":{"C":1},"S":null}]', at('c', '/S/C'))).toEqual(['null']);
    expect(read('[{"S":{"C":1,"C":2}}]', at('c', '/S/C'))).toEqual(['2']);
  });

  it('is not mistaken for a member of the same name elsewhere', () => {
    const row = { x: { S: { C: 0 }, C: 0 }, S: { x: { C: 0 }, C: 1, y: [{ C: 0 }] }, C: 0 };
    expect(read([row, [1]].slice(0, 1), at('c', '/S/C'))).toEqual(['1']);
  });

  it('counts as a column that the row has only by the member that leads to it', () => {
    expect(read([{ S: {} }], at('c', '/S/C'))).toEqual(['null']);
    expect(() => read([{ C: 1 }], at('c', '/S/C'))).toThrow(malformed(/none of the declared columns/));
  });

  it('makes the same of rows that are lines', () => {
    const columns = [at('c', '/S/C'), 'id'];
    expect(rowsOf('{"S":{"C":1}}\n{"id":2}\n', [{ name: 't', columns }], [], readNdjson).t).toEqual([
      '1,null',
      'null,2',
    ]);
  });
});

describe('columns of array rows', () => {
  it('may be known by the numbers of their cells, in any order', () => {
    const columns = [at('c', '/2'), at('a', '/0'), at('d', '/1/D')];
    expect(
      read(
        [
          [1, { D: 2 }, 3, 4],
          [5, null, [6]],
        ],
        ...columns,
      ),
    ).toEqual(['3,1,2', '[6],5,null']);
  });

  it('must have those cells, unless short rows are taken', () => {
    expect(() => read([[1]], at('b', '/1'))).toThrow(malformed(/has 1 cells instead of 2/));
    const short = { name: 't', rows: '', columns: [at('b', '/1')], short_rows: 'null' as const };
    expect(rowsOf('[[1]]', [short]).t).toEqual(['null']);
  });

  it('are not known by a name beside those that have a number', () => {
    expect(() => read([[1]], at('b', '/0'), 'a')).toThrow(
      malformed(/row 0: it is an array, but a column has no number/),
    );
  });
});

describe('an object where an array of rows is expected', () => {
  const single = { ...table('t', '/d/item', 'id', 'tags'), single: true };

  it('is one row of a table that may be single', () => {
    expect(rowsOf('{"d":{"item":{"id":1,"tags":[{"a":1}]},"more":2}}', [single])).toEqual({ t: ['1,[{"a":1}]'] });
    expect(rowsOf('{"d":{"item":[{"id":1},[2,3]]}}', [single])).toEqual({ t: ['1,null', '2,3'] });
    expect(rowsOf('{"d":{"item":null}}', [single])).toEqual({ t: [] });
    expect(rowsOf('{"id":{"id":1}}', [{ ...single, rows: '' }])).toEqual({ t: ['{"id":1},null'] });
  });

  it('fails the load of any other table', () => {
    expect(() => rowsOf('{"d":{"item":{"id":1}}}', [{ ...single, single: false }])).toThrow(malformed(/no array/));
    expect(() => rowsOf('{"d":{"item":7}}', [single])).toThrow(malformed(/no array/));
  });

  it('is followed by other tables', () => {
    const tables = [single, table('u', '/u', 'a')];
    expect(rowsOf('{"u":[{"a":1}],"d":{"item":{"id":1}}}', tables)).toEqual({ u: ['1'], t: ['1,null'] });
    expect(rowsOf('{"d":{"item":{"id":1}},"u":[{"a":1}]}', tables)).toEqual({ t: ['1,null'], u: ['1'] });
  });
});
