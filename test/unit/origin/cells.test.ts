import { describe, expect, it } from 'vitest';
import type { ColumnDefinition } from '../../../src/contract/column.ts';
import { readCsv } from '../../../src/origin/read-csv.ts';
import { rowsOf } from '../../support/rows.ts';

type Members = Partial<ColumnDefinition>;

/** The cell that a column makes of a JSON value, as JSON text. */
function cellOf(members: Members, json: string): string | undefined {
  const tables = [{ name: 't', rows: '', columns: [{ name: 'c', ...members }] }];
  return rowsOf(`[{"c":${json}}]`, tables).t?.[0];
}
const ofText = (members: Members, text: string) => cellOf(members, JSON.stringify(text));
const misfit = expect.objectContaining({
  code: 'origin-malformed',
  message: expect.stringMatching(/^Table "t", row 0, column "c": the cell is /),
});

describe('a number', () => {
  it.each<[Members, string, string]>([
    [{}, '0', '0'],
    [{}, '-12.50', '-12.50'],
    [{}, '+12', '12'],
    [{}, '007.0', '7.0'],
    [{}, '000', '0'],
    [{}, '.5', '0.5'],
    [{}, '12.50-', '-12.50'],
    [{}, '\u22125', '-5'],
    [{}, '  12 ', '12'],
    [{}, '1.5E+03', '1.5E+03'],
    [{}, '12345678901234567890.123456789012345678901', '12345678901234567890.123456789012345678901'],
    [{ decimal: ',' }, '3,256', '3.256'],
    [{ decimal: ',', group: '.' }, '1.234,50', '1234.50'],
    [{ decimal: ',', group: ' ' }, '1\u00A0234\u202F567 890,5', '1234567890.5'],
    [{ decimal: ',', group: ' ' }, '1 234,5-', '-1234.5'],
    [{ group: ',' }, '12,34,567.8', '1234567.8'],
    [{ group: "'" }, '1\u2019234.5', '1234.5'],
    [{ decimal: ',', group: '.' }, '1234567,5', '1234567.5'],
  ])('complaint 18: %j of the text %j keeps its digits', (members, text, number) => {
    expect(ofText({ as: 'number', ...members }, text)).toBe(number);
  });

  it.each(['1.50', '-0', '1E+40', '123456789012345678901234567890'])('of JSON stays as it is: %s', (number) =>
    expect(cellOf({ as: 'number', decimal: ',' }, number)).toBe(number),
  );

  it.each<[Members, string]>([
    [{}, ''],
    [{}, '-'],
    [{}, '.'],
    [{}, '5.'],
    [{}, '-5-'],
    [{}, '1,5'],
    [{}, '0x10'],
    [{}, 'NaN'],
    [{}, '1 2'],
    [{}, '1e999'],
    [{}, '9'.repeat(400)],
    [{ decimal: ',' }, '1.5'],
    // Where the point groups, it is no fraction.
    [{ decimal: ',', group: '.' }, '12.5'],
    [{ decimal: ',', group: '.' }, '3.25'],
    [{ decimal: ',', group: '.' }, '1.23.456.7'],
    [{ group: ',' }, ',123'],
    [{ group: ',' }, '1,234.567,8'],
  ])('%j is not %j', (members, text) => {
    expect(() => ofText({ as: 'number', ...members }, text)).toThrow(misfit);
  });

  it.each(['true', '{}', '[1]'])('is not %s', (json) => {
    expect(() => cellOf({ as: 'number' }, json)).toThrow(misfit);
  });
});

describe('a text', () => {
  it.each([
    ['1.50', '"1.50"'],
    ['true', '"true"'],
    ['" a "', '" a "'],
    ['null', 'null'],
  ])('of %s is %s', (json, cell) => expect(cellOf({ as: 'text' }, json)).toBe(cell));

  it('is not an object', () => expect(() => cellOf({ as: 'text' }, '{"a":1}')).toThrow(misfit));
});

describe('a boolean', () => {
  it.each([
    ['true', 'true'],
    ['0', 'false'],
    ['1', 'true'],
    ['"False"', 'false'],
    ['" TRUE "', 'true'],
    ['"1"', 'true'],
    ['null', 'null'],
  ])('of %s is %s', (json, cell) => expect(cellOf({ as: 'boolean' }, json)).toBe(cell));

  it.each(['2', '"yes"', '""', '[]', '"constructor"'])('is not %s', (json) => {
    expect(() => cellOf({ as: 'boolean' }, json)).toThrow(misfit);
  });
});

describe('a date', () => {
  it.each<[Members, string, string]>([
    [{}, '"2026-11-28"', '2026-11-28'],
    [{}, '"2026-11-28T23:59:59-12:00"', '2026-11-28'],
    [{}, '"2026-11-28 00:00:00.000"', '2026-11-28'],
    [{}, '"2026-11-28+02:00"', '2026-11-28'],
    [{}, '"\\/Date(1764288000000)\\/"', '2025-11-28'],
    [{ pattern: 'yyyyMMdd' }, '20261128', '2026-11-28'],
    [{ pattern: 'd.M.yyyy' }, '"1.2.2026"', '2026-02-01'],
    [{ pattern: 'dd.MM.yyyy H:mm:ss' }, '"28.11.2026 0:00:00"', '2026-11-28'],
    [{ pattern: 'unix' }, '1764287999', '2025-11-27'],
    [{}, '"0001-01-01"', '0001-01-01'],
  ])('%j of %s is %s', (members, json, date) => {
    expect(cellOf({ as: 'date', ...members }, json)).toBe(`"${date}"`);
  });

  it.each<[Members, string]>([
    [{}, '"2026-02-29"'],
    [{}, '"28.11.2026"'],
    [{}, '"2026-11-281"'],
    [{}, '20261128'],
    [{}, 'true'],
    [{ pattern: 'dd.MM.yyyy' }, '"1.2.2026"'],
    [{ pattern: 'dd.MM.yyyy' }, '"31.04.2026"'],
    [{ pattern: 'dd.MM.yyyy' }, '"2026-11-28"'],
  ])('%j is not %s', (members, json) => {
    expect(() => cellOf({ as: 'date', ...members }, json)).toThrow(misfit);
  });
});

describe('a time', () => {
  it.each<[Members, string, string]>([
    [{}, '"2026-11-28T10:00:00.120+03:00"', '2026-11-28T07:00:00.120Z'],
    [{}, '"2026-11-28t10:00:00z"', '2026-11-28T10:00:00Z'],
    [{}, '"2026-11-28 10:00:00+00"', '2026-11-28T10:00:00Z'],
    [{}, '"2026-11-28T10:00-0330"', '2026-11-28T13:30:00Z'],
    [{}, '"2026-01-01T00:00:00.123456789+14:00"', '2025-12-31T10:00:00.123456789Z'],
    [{ zone: 'Europe/Berlin' }, '"2026-07-01T12:00:00"', '2026-07-01T10:00:00Z'],
    [{ zone: 'Europe/Berlin' }, '"2026-07-01T12:00:00Z"', '2026-07-01T12:00:00Z'],
    // Put forward, then back: the offset before the change.
    [{ zone: 'Europe/Berlin' }, '"2026-03-29T02:30:00"', '2026-03-29T01:30:00Z'],
    [{ zone: 'Europe/Berlin' }, '"2026-10-25T02:30:00"', '2026-10-25T00:30:00Z'],
    [{ zone: 'America/New_York' }, '"2026-03-08T02:30:00"', '2026-03-08T07:30:00Z'],
    [{ zone: 'America/New_York' }, '"2026-11-01T01:30:00"', '2026-11-01T05:30:00Z'],
    [{ zone: 'Asia/Kathmandu' }, '"2026-01-01T00:00:00"', '2025-12-31T18:15:00Z'],
    [{ pattern: 'unix' }, '1764288000', '2025-11-28T00:00:00Z'],
    [{ pattern: 'unix' }, '"-0.25"', '1969-12-31T23:59:59.75Z'],
    [{ pattern: 'unix' }, '1.764288E9', '2025-11-28T00:00:00Z'],
    [{ pattern: 'unix_ms' }, '1764288000123', '2025-11-28T00:00:00.123Z'],
    [{ pattern: 'unix_ms' }, '1764288000123.5', '2025-11-28T00:00:00.1235Z'],
    [{ pattern: 'dd.MM.yyyy HH:mm:ss', zone: 'Europe/Moscow' }, '"28.11.2026 10:00:00"', '2026-11-28T07:00:00Z'],
    [{ pattern: 'M/d/yyyy h:mm a', zone: 'UTC' }, '"1/2/2026 12:05\u202Fam"', '2026-01-02T00:05:00Z'],
    [{ pattern: 'M/d/yyyy hh:mm a', zone: 'UTC' }, '"1/2/2026 12:05 PM"', '2026-01-02T12:05:00Z'],
    [{ pattern: "yyyyMMdd'T'HHmmss.SSS", zone: 'UTC' }, '"20260102T030405.678"', '2026-01-02T03:04:05.678Z'],
    [{ pattern: 'yyyy-MM-dd', zone: 'Europe/Berlin' }, '"2026-01-02"', '2026-01-01T23:00:00Z'],
    [{}, '"0000-02-29T12:00:00Z"', '0000-02-29T12:00:00Z'],
    // Before zones there was the sun, to the second.
    [{ zone: 'America/New_York' }, '"1800-01-01T00:00:00"', '1800-01-01T04:56:02Z'],
  ])('%j of %s is %s', (members, json, time) => {
    expect(cellOf({ as: 'time', ...members }, json)).toBe(`"${time}"`);
  });

  it.each([
    ['"\\/Date(1764288000123)\\/"', '2025-11-28T00:00:00.123Z'],
    ['"/Date(1764288000123+0300)/"', '2025-11-28T00:00:00.123Z'],
    ['"/Date(1764288000123-0500)/"', '2025-11-28T00:00:00.123Z'],
    ['"/Date(-1)/"', '1969-12-31T23:59:59.999Z'],
  ])('complaint 22: of the form %s counts ms in UTC, whatever offset follows', (json, time) => {
    expect(cellOf({ as: 'time' }, json)).toBe(`"${time}"`);
    expect(cellOf({ as: 'time', zone: 'Europe/Berlin' }, json)).toBe(`"${time}"`);
  });

  it.each<[Members, string]>([
    [{}, '"2026-11-28T10:00:00"'],
    [{}, '"2026-11-28"'],
    [{}, '"2026-11-28T24:00:00Z"'],
    [{}, '"2026-11-28T10:60:00Z"'],
    [{}, '"2026-06-30T23:59:60Z"'],
    [{}, '"2026-11-28T10:00:00+25:00"'],
    [{}, '"0000-01-01T00:00:00+01:00"'],
    [{}, '"/Date(x)/"'],
    [{}, '1764288000'],
    [{ pattern: 'unix' }, '"x"'],
    [{ pattern: 'unix' }, '1e30'],
    [{ pattern: 'dd.MM.yyyy h:mm a', zone: 'UTC' }, '"01.02.2026 13:05 PM"'],
    [{ pattern: 'dd.MM.yyyy h:mm a', zone: 'UTC' }, '"01.02.2026 0:05 AM"'],
    [{ pattern: 'dd.MM.yyyy HH:mm', zone: 'UTC' }, '"01-02-2026 00:05"'],
  ])('%j is not %s', (members, json) => {
    expect(() => cellOf({ as: 'time', ...members }, json)).toThrow(misfit);
  });
});

describe('texts that mean null', () => {
  it('are null in columns of every type', () => {
    for (const as of ['text', 'number', 'boolean', 'date', 'time', 'json', undefined] as const) {
      const members = { ...(as && { as }), null: ['', 'NULL'] };
      expect([ofText(members, ''), ofText(members, 'NULL'), cellOf(members, 'null')]).toEqual(['null', 'null', 'null']);
    }
  });

  it('are those texts alone', () => {
    expect(ofText({ null: ['NULL'] }, 'null')).toBe('"null"');
    expect(ofText({ null: ['0'] }, '0')).toBe('null');
    expect(cellOf({ null: ['0'] }, '0')).toBe('0');
    expect(cellOf({ null: ['x'] }, '{"a":["x"]}')).toBe('{"a":["x"]}');
    // Spaces that fill up a field belong to a text, and to nothing else.
    expect(ofText({ as: 'number', null: [''] }, '   ')).toBe('null');
    expect(ofText({ as: 'text', null: [''] }, '   ')).toBe('"   "');
  });
});

describe('a cell that does not fit', () => {
  const columns = ['id', { name: 'sum', as: 'number' as const }];

  it('is told by table, row and column, and never by its value', () => {
    const answer = '[{"id":1,"sum":"1"},{"id":2,"sum":"4111-1111"}]';
    expect(() => rowsOf(answer, [{ name: 'sales', rows: '', columns }])).toThrow(
      'Table "sales", row 1, column "sum": the cell is not a number in the form that its column in tables[].columns describes (decimal, group).',
    );
    expect(() => rowsOf('id,sum\n1,2\n2,4111-1111\n', [{ name: 'sales', columns }], [], readCsv)).toThrow(
      'Table "sales", row 1, column "sum": the cell is not a number in the form that its column in tables[].columns describes (decimal, group).',
    );
  });

  it('brings the remedy where it is empty', () => {
    expect(() => rowsOf('id,sum\n1,\n', [{ name: 't', columns }], [], readCsv)).toThrow(/"null": \[""\] reads/);
  });
});
