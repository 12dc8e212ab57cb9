import { describe, expect, it } from 'vitest';
import type { Column } from '../../../src/contract/column.ts';
import type { CsvDialect, TableDefinition } from '../../../src/contract/table-definition.ts';
import { readCsv } from '../../../src/origin/read-csv.ts';
import { rowsOf } from '../../support/rows.ts';

const at = (name: string, place: string) => ({ name, at: place });

function read(answer: string, csv: CsvDialect, columns: Column[] = ['a', 'b'], more: Partial<TableDefinition> = {}) {
  const reader = (cuts: number[]) =>
    rowsOf(answer, [{ name: 't', columns, ...more }], cuts, (tables, sink) => readCsv(tables, sink, { csv })).t;
  const whole = reader([]);
  // However it is cut.
  expect(reader(Array.from({ length: answer.length }, (_cut, index) => index))).toEqual(whole);
  return whole;
}
const malformed = (detail: RegExp) =>
  expect.objectContaining({ code: 'origin-malformed', message: expect.stringMatching(detail) });

describe('the delimiter of CSV', () => {
  it.each([';', '\t', '|', ',', ' ', "'"])('complaint 18: may be %j', (delimiter) => {
    expect(read(`a${delimiter}b\n"x${delimiter}y"${delimiter}"1,5"\n`, { delimiter })).toEqual([
      `${JSON.stringify(`x${delimiter}y`)},"1,5"`,
    ]);
  });

  it('leaves commas in cells as they are', () => {
    expect(read('a;b\n1,5;"2;5, ""x"""\n,;,', { delimiter: ';' })).toEqual(['"1,5","2;5, \\"x\\""', '",",","']);
  });

  it.each(['sep=;\n', 'sep=;\r\n', '"sep=;"\r\n', 'SEP=;\n'])('is said by the line %j', (line) => {
    expect(read(`${line}a;b\n1,5;2\n`, {})).toEqual(['"1,5","2"']);
    expect(read(`${line}a;b\n1,5;2\n`, { delimiter: '|' })).toEqual(['"1,5","2"']);
  });

  it('is said by a first line alone, behind a byte order mark too', () => {
    expect(read('\uFEFFsep=\t\na\tb\n1\t2\n', {})).toEqual(['"1","2"']);
    expect(read('a\nsep=;\n', {}, ['a'])).toEqual(['"sep=;"']);
    expect(() => read('sep=;;\na\n', {}, ['a'])).toThrow(malformed(/names no column "a"/));
    expect(read('sep=;\n1;2\n', { header: false })).toEqual(['"1","2"']);
  });
});

describe('the quote of CSV', () => {
  it('may be another character, and the double quote is then none', () => {
    expect(read(`a,b\n'it''s, "x"',3"\n`, { quote: "'" })).toEqual(['"it\'s, \\"x\\"","3\\""']);
    expect(read(`a;b\n'x;,''"\n';1,"2`, { delimiter: ';', quote: "'" })).toEqual(['"x;,\'\\"\\n","1,\\"2"']);
  });

  it('may be none', () => {
    expect(read('a\tb\r\n5" pipe\t"x\r\n\ty\n', { delimiter: '\t', quote: '' })).toEqual([
      '"5\\" pipe","\\"x"',
      '"","y"',
    ]);
    expect(() => read(`a\tb\n${'\t'.repeat(10_000)}\n`, { delimiter: '\t', quote: '' })).toThrow(
      malformed(/10000 cells/),
    );
  });
});

describe('CSV without a line of names', () => {
  const csv = { header: false };

  it('has its columns in order', () => {
    expect(read('1,2\n3,4', csv)).toEqual(['"1","2"', '"3","4"']);
    expect(() => read('1,2,3\n', csv)).toThrow(malformed(/row 0 has 3 cells instead of 2/));
    expect(() => read('1\n', csv)).toThrow(malformed(/row 0 has 1 cells instead of 2/));
  });

  it('has columns by number, and all lines have as many cells', () => {
    const columns = [at('d', '/3'), at('a', '/0'), at('again', '/0')];
    expect(read('1,2,3,4,5\n6,7,8,9,0\n', csv, columns)).toEqual(['"4","1","1"', '"9","6","6"']);
    expect(() => read('1,2,3,4,5\n1,2,3,4\n', csv, columns)).toThrow(malformed(/row 1 has 4 cells instead of 5/));
    expect(() => read('1,2,3\n', csv, columns)).toThrow(malformed(/row 0 has 3 cells instead of 4/));
    expect(read('1,2\n', csv, columns, { short_rows: 'null' })).toEqual(['null,"1","1"']);
  });

  it('fails without a line, unless the table may be missing', () => {
    expect(() => read('', csv)).toThrow(malformed(/has no line; tables\[\]\.missing: "empty" accepts that as no rows/));
    expect(read('', csv, ['a'], { missing: 'empty' })).toEqual([]);
  });
});

describe('names in the first line of CSV', () => {
  it('may have white space around them', () => {
    expect(read(' a ;\u00A0b\t\n1;2', { delimiter: ';' })).toEqual(['"1","2"']);
    expect(() => read('\ta, a,b\n1,2,3\n', {})).toThrow(malformed(/repeats the column "a"/));
  });

  it('as they stand go before those with white space', () => {
    expect(read('a, a,b\n1,2,3\n', {})).toEqual(['"1","3"']);
    expect(read('a, a,b\n1,2,3\n', {}, [' a', 'b'])).toEqual(['"2","3"']);
  });

  it('are what columns with another name of their own lie at', () => {
    expect(read('Price (EUR),a/b\n1,2\n', {}, [at('price', '/Price (EUR)'), at('b', '/a~1b')])).toEqual(['"1","2"']);
  });
});
