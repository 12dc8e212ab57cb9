import { describe, expect, it } from 'vitest';
import { readNdjson } from '../../../src/origin/read-ndjson.ts';
import { lines, rowsOf } from '../../support/rows.ts';

const read = (answer: string | Uint8Array, cuts: number[] = []) =>
  rowsOf(answer, [lines('a', 'b')], cuts, readNdjson).t;
const malformed = (detail: RegExp) =>
  expect.objectContaining({ code: 'origin-malformed', message: expect.stringMatching(detail) });

describe('rows of an NDJSON answer', () => {
  it('are objects, of which columns pick and order members, or arrays', () => {
    expect(read('{"b":2,"x":[9],"a":1}\n["x",null]\n{"b":{"k":[]}}\n')).toEqual(['1,2', '"x",null', 'null,{"k":[]}']);
  });

  it('keep the digits of their numbers', () => {
    expect(read('[1.0,12345678901234567890]\n{"a":-1.50e+3,"b":[0.10]}')).toEqual([
      '1.0,12345678901234567890',
      '-1.50e+3,[0.10]',
    ]);
  });

  it.each(['[1,2]', '[1,2]\n', '[1,2]\r\n', '\n \t\r\n[1,2]\n\n', ' [ 1 , 2 ] ', '\uFEFF[1,2]\n'])(
    'may stand as in %j',
    (answer) => {
      expect(read(answer)).toEqual(['1,2']);
    },
  );

  it.each(['\n', ' \r\n\n'])('may be none, as in %j', (answer) => {
    expect(read(answer)).toEqual([]);
  });
});

describe('an NDJSON answer of no byte', () => {
  it('fails the load, and names what would allow it', () => {
    expect(() => read('')).toThrow(malformed(/the answer is empty; tables\[\]\.missing: "empty"/));
  });

  it('is an empty table where the definition says so', () => {
    expect(rowsOf('', [{ ...lines('a'), missing: 'empty' }], [], readNdjson)).toEqual({ t: [] });
  });
});

describe('an NDJSON answer fails the load', () => {
  it.each([
    ['[1,\n2]\n', /breaks off/],
    ['{"a":\n1}\n', /breaks off/],
    ['[1,2]\n[3', /breaks off/],
    ['[1,2]\n{"a":"x', /JSON/],
    ['[1,2][3,4]\n', /byte 5/],
    ['[1,2],\n[3,4]\n', /byte 5/],
    ['[1,2]\n[3,4]]\n', /byte 11/],
    ['[1,2]\n[1]\n', /row 1: it has 1 cells instead of 2/],
    ['[1,2]\n5\n', /row 1: it is neither an object nor an array/],
    ['[1,2]\n{"error":"too many"}\n', /row 1: it has members, but none of the declared columns/],
    ['"x"\n', /row 0: it is neither/],
    ['null', /row 0: it is neither/],
    ['{a:1}\n', /JSON/],
    ['tru\n', /JSON/],
  ])('%j', (answer, detail) => {
    expect(() => read(answer)).toThrow(malformed(detail));
    expect(() => read(answer, [2, 4, 6])).toThrow(malformed(detail));
  });
});
