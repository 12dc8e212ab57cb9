import { describe, expect, it } from 'vitest';
import { readCsv } from '../../../src/origin/read-csv.ts';
import { lines, rowsOf } from '../../support/rows.ts';

const AB = lines('a', 'b');
const read = (answer: string | Uint8Array, table = AB, cuts: number[] = []) => rowsOf(answer, [table], cuts, readCsv).t;
const malformed = (detail: RegExp) =>
  expect.objectContaining({ code: 'origin-malformed', message: expect.stringMatching(detail) });

describe('rows of a CSV answer', () => {
  it('are picked and ordered by the names in the first line', () => {
    expect(read('x,b,a\r\n0,2,1\r\n0,4,3\r\n')).toEqual(['"1","2"', '"3","4"']);
  });

  it('have strings for cells, whatever they look like', () => {
    expect(read('a,b\n1.50,\n null ,true\n')).toEqual(['"1.50",""', '" null ","true"']);
  });

  it('may hold commas, quotes and line ends within quotes', () => {
    expect(read('a,b\r\n"x,y","say ""hi"""\r\n"one\r\ntwo\nthree\rfour",""\r\n')).toEqual([
      '"x,y","say \\"hi\\""',
      '"one\\r\\ntwo\\nthree\\rfour",""',
    ]);
  });

  it.each(['a,b\n1,2', 'a,b\n1,2\n', 'a,b\r\n1,2\r\n', 'a,b\n1,2\r', '"a","b"\n"1","2"', 'a,b\n\n1,2\n\r\n'])(
    'end as they may: %j',
    (answer) => {
      expect(read(answer)).toEqual(['"1","2"']);
    },
  );

  it('of one column may be empty', () => {
    expect(read('a\n\nx\n""\n', lines('a'))).toEqual(['""', '"x"', '""']);
    expect(read('a\nx', lines('a'))).toEqual(['"x"']);
  });

  it('may be none', () => {
    expect(read('a,b')).toEqual([]);
    expect(read('a,b\r\n')).toEqual([]);
  });

  it('complaint 17: may stand behind a byte order mark, which belongs to no name', () => {
    expect(read('\uFEFFa,b\n\uFEFF1,2\n')).toEqual(['"\uFEFF1","2"']);
  });

  it('may have names with spaces, and names that are members of every object', () => {
    expect(read('constructor, a,__proto__\n1,2,3\n', lines('__proto__', ' a', 'constructor'))).toEqual(['"3","2","1"']);
  });

  it('keep a text that is longer than any piece', () => {
    const long = 'ä,"\n'.repeat(100_000);
    const bytes = new TextEncoder().encode(`a,b\n"${long.replaceAll('"', '""')}",2\n3,4\n`);
    const cuts = Array.from({ length: bytes.length / 1000 }, (_cut, at) => at * 1000);
    expect(read(bytes, AB, cuts)).toEqual([`${JSON.stringify(long)},"2"`, '"3","4"']);
  });
});

describe('rows of CSV that are too short', () => {
  const table = { ...lines('b', 'a'), short_rows: 'null' as const };

  it('are filled with null where the definition says so', () => {
    expect(read('a,b,c\n1\n1,2\n1,2,3\n', table)).toEqual(['null,"1"', '"2","1"', '"2","1"']);
  });

  it('may yet not be too long', () => {
    expect(() => read('a,b\n1,2,3\n', table)).toThrow(malformed(/3 cells instead of 2/));
  });
});

describe('a CSV answer fails the load', () => {
  it.each([
    ['', /no line that names the columns/],
    ['c,d\n1,2\n', /Table "t": the first line names no column "a", nor any other that is declared/],
    ['\na,b\n', /names no column "a"/],
    ['a,b,b\n1,2,3\n', /repeats the column "b"/],
    ['a,b\n1\n', /row 0 has 1 cells instead of 2/],
    ['a,b\n1,2\n1,2,3\n', /row 1 has 3 cells instead of 2/],
    ['a,b\n1,"2', /breaks off within quotes/],
    ['a,b\n1,"2\n3,4\n', /breaks off within quotes/],
    ['a,b\n1,2"\n3",4\n', /quotes/],
    ['a,b\n1,"2"x\n', /quotes/],
    ['a,b\n1, "2"\n', /quotes/],
    ['a,b\r1,2\r', /CR without LF/],
    ['a,b\n1,2\r3,4', /CR without LF/],
  ])('%j', (answer, detail) => {
    expect(() => read(answer)).toThrow(malformed(detail));
    expect(() => read(answer, AB, [1, 3, 5])).toThrow(malformed(detail));
  });

  it('for a line that goes on and on', () => {
    expect(() => read(`a,b${',x'.repeat(10_000)}\n`)).toThrow(malformed(/more than 10000 cells/));
  });

  it('for a cell that goes on and on', () => {
    const answer = new TextEncoder().encode(`a,b\n1,"${','.repeat(1_100_000)}"\n`);
    const cuts = Array.from({ length: 17 }, (_cut, at) => at * 65_536 + 40_000);
    expect(() => read(answer, AB, cuts)).toThrow(expect.objectContaining({ code: 'origin-too-large' }));
  });

  it.each([[[0xfc]], [[0xe2, 0x82]], [[0xc0, 0xaf]]])('for bytes that are no UTF-8: %j', (bytes) => {
    const answer = Uint8Array.from([...new TextEncoder().encode('a,b\n1,'), ...bytes]);
    for (let cut = 0; cut <= answer.length; cut += 1) {
      expect(() => read(answer, AB, [cut])).toThrow(malformed(/UTF-8/));
    }
  });

  it('not for a fault of the service', () => {
    const reader = readCsv([AB], {
      beginTable: () => undefined,
      row: () => {
        throw new TypeError('ours');
      },
      endTable: () => undefined,
    });
    expect(() => reader.write(new TextEncoder().encode('a,b\n1,2\n'))).toThrow(TypeError);
  });
});
