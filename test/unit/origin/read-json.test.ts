import { describe, expect, it } from 'vitest';
import { MAX_ORIGIN_NESTING } from '../../../src/contract/constants.ts';
import type { LoadFailure } from '../../../src/contract/problem.ts';
import { checkTables } from '../../../src/origin/pointers.ts';
import { rowsOf, table } from '../../support/rows.ts';
import { thrownBy } from '../../support/thrown.ts';

const T = [table('t', '/items', 'a', 'b')];
const items = (rows: string) => rowsOf(`{"items":[${rows}]}`, T).t;
const malformed = (detail: RegExp) =>
  expect.objectContaining({ code: 'origin-malformed', message: expect.stringMatching(detail) });

describe('object rows', () => {
  it('are picked and ordered by columns; a missing member is null', () => {
    expect(items('{"b":2,"x":9,"a":1},{"b":3},{}')).toEqual(['1,2', 'null,3', 'null,null']);
  });

  it('have of a repeated member the last', () => {
    expect(items('{"a":1,"b":0,"a":{"c":[2]},"a":[3]}')).toEqual(['[3],0']);
  });

  it('skip what is no column, however nested', () => {
    expect(items('{"x":{"a":[1,{"b":2}]},"a":1,"y":[[]],"b":{"a":5}}')).toEqual(['1,{"a":5}']);
  });

  it('fail the load if they have members, but none of the columns', () => {
    const detail = /Table "t", row 1: it has members, but none of the declared columns/;
    expect(() => items('{"a":1},{"message":"rate limit"}')).toThrow(malformed(detail));
  });

  it('tell administrators alone which members such a row has', () => {
    const of = (row: string) => thrownBy(() => items(`{"a":1,"x":2},${row}`));
    const message = 'Table "t", row 1: it has members, but none of the declared columns.';
    expect(of('{"message":"rate limit","error":{"a":1,"code":3}}')).toMatchObject({
      message,
      adminDetail: `${message.slice(0, -1)}; there are message, error.`,
    });
    const many = JSON.stringify(
      Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`${at}.${'m'.repeat(99)}`, 1])),
    );
    const { adminDetail } = of(many) as LoadFailure;
    expect(adminDetail).toMatch(/; there are 0\.m+…, .*, 11\.m+…, …\.$/);
    expect(adminDetail.length).toBeLessThan(1000);
  });

  it('have members with names of the prototype', () => {
    const odd = [table('t', '', '__proto__', 'constructor')];
    expect(rowsOf('[{"constructor":1,"__proto__":2},{}]', odd)).toEqual({ t: ['2,1', 'null,null'] });
  });
});

describe('array rows', () => {
  it('are taken as they are', () => {
    expect(items('[1,"x"],[{"k":[]},null]')).toEqual(['1,"x"', '{"k":[]},null']);
  });

  it.each([
    ['[1,2],[1]', /Table "t", row 1: it has 1 cells instead of 2/],
    ['[1,2,3]', /Table "t", row 0: it has more than the 2 cells/],
    ['[]', /row 0: it has 0 cells/],
    ['[1,2],[1,2],[1,2,[3]]', /row 2/],
    ['[1,2],5', /Table "t", row 1: it is neither an object nor an array/],
    ['"x"', /row 0: it is neither/],
    ['null', /row 0: it is neither/],
  ])('%s fails the load, naming table and row', (rows, detail) => {
    expect(() => items(rows)).toThrow(malformed(detail));
  });
});

describe('array rows that are too short', () => {
  const read = (rows: string) =>
    rowsOf(`{"items":[${rows}]}`, [{ ...table('t', '/items', 'a', 'b', 'c'), short_rows: 'null' }]).t;

  it('are filled with null where the definition says so', () => {
    expect(read('[1],[],[1,2,3],[[4],5]')).toEqual(['1,null,null', 'null,null,null', '1,2,3', '[4],5,null']);
  });

  it('may yet not be too long', () => {
    expect(() => read('[1,2,3,4]')).toThrow(malformed(/more than the 3 cells/));
  });
});

describe('a table of no rows', () => {
  const empty = { ...table('t', '/d/items', 'a'), missing: 'empty' as const };

  it('may be null at its pointer', () => {
    expect(rowsOf('{"items":null,"x":1}', T)).toEqual({ t: [] });
    expect(rowsOf('null', [table('t', '', 'a')])).toEqual({ t: [] });
  });

  it.each(['{}', '{"d":null}', '{"d":{}}', '{"d":{"items":null}}', '{"e":[1]}', '[]'])(
    'may be missing where the definition says so: %s',
    (answer) => {
      expect(rowsOf(answer, [empty])).toEqual({ t: [] });
      expect(rowsOf(answer, [table('u', '/x', 'a'), empty].slice(1))).toEqual({ t: [] });
    },
  );

  it.each(['{"d":{"items":0}}', '{"d":{"items":""}}', '{"d":{"items":{}}}', '{"d":{"items":false}}'])(
    'is nothing else: %s',
    (answer) => {
      expect(() => rowsOf(answer, [empty])).toThrow(malformed(/no array at/));
    },
  );

  it('is missing for each table alone', () => {
    expect(() => rowsOf('{"d":{}}', [empty, table('u', '/d/others', 'a')])).toThrow(malformed(/Table "u"/));
  });
});

describe('cells', () => {
  it.each(['1.0', '1.7976931348623157e308', '1e-400', '-0', '12345678901234567890', '0.1000', '1E+2', '-1.5e-7'])(
    'keep the digits of %s',
    (text) => {
      expect(items(`{"a":${text},"b":[${text}]}`)).toEqual([`${text},[${text}]`]);
    },
  );

  it('keep the order of members, also of names that are integers', () => {
    expect(items('{"a":{"2":1,"b":2,"1":{ "z" : [ ] , "y" : { } }},"b":0}')).toEqual([
      '{"2":1,"b":2,"1":{"z":[],"y":{}}},0',
    ]);
  });

  it.each(['\uFEFF', '\uFEFFa\uFEFF', 'é\uFEFF', '\u0000\u001f\u007f\u2028', '😀\ud800', '\udc00x', '"\\/\b\f\n\r\t'])(
    'keep the characters of %j and escape them as JSON.stringify does',
    (text) => {
      const json = JSON.stringify(text);
      const escaped = `"${[...text]
        .flatMap((c) => c.split(''))
        .map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join('')}"`;
      expect(items(`{"a":${json},"b":${escaped}}`)).toEqual([`${json},${json}`]);
    },
  );

  it('keep a text that is longer than any buffer', () => {
    const long = '\n\uFEFFä'.repeat(100_000);
    expect(items(`{"a":${JSON.stringify(long)},"b":0.${'7'.repeat(1000)}}`)).toEqual([
      `${JSON.stringify(long)},0.${'7'.repeat(1000)}`,
    ]);
  });

  it.each(['1e400', '-1e400', '1E+309', '1'.repeat(400)])(
    'fail the load if they are a number beyond the range of a double: %s',
    (text) => {
      const detail = /Table "t", row 0: it has a number beyond the range of IEEE 754 doubles/;
      expect(() => items(`{"a":${text}}`)).toThrow(malformed(detail));
      expect(() => items(`[0,[${text}]]`)).toThrow(malformed(detail));
      expect(items(`{"a":1,"x":${text}}`)).toEqual(['1,null']);
    },
  );
});

describe('a table that is not where its pointer leads', () => {
  const at = (rows: string) => table('t', rows, 'a');
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`m${n}`, n]));
  const first = Array.from({ length: 12 }, (_, n) => `m${n}`).join(', ');

  it.each<[string, string, string]>([
    ['/items', '{"data":[],"status":"ok"}', '; there are data, status at its root'],
    ['/d/items', '{"d":{"results":[{"a":1}],"__count":1},"x":0}', '; there are results, __count at "/d"'],
    ['/d/items', '{"data":{"items":[]}}', '; there are data at its root'],
    ['/d/items', '{"d":{},"x":0}', ''],
    ['/d/items', '{"d":7,"x":0}', '; there are d, x at its root'],
    ['', '{"value":[{"a":1}],"@odata.context":"x"}', '; there are value, @odata.context at its root'],
    ['/d', '{"d":{"results":[]}}', '; there are results at "/d"'],
    ['/b/1/z', '{"b":[0,{"y":1}]}', '; there are y at "/b/1"'],
    ['', JSON.stringify(many), `; there are ${first}, … at its root`],
    ['/items', JSON.stringify(many), `; there are ${first}, … at its root`],
    ['/items', '[]', ''],
    ['/items', '5', ''],
  ])('fails at %j of %s, and tells administrators alone what is there', (rows, answer, found) => {
    const failure = thrownBy(() => rowsOf(answer, [at(rows)])) as LoadFailure;
    const detail = `Table "t": there is no array at "${rows}" in the origin's answer`;
    expect([failure.message, failure.adminDetail]).toEqual([`${detail}.`, `${detail}${found}.`]);
  });

  it('reads of an object in the place of an array no further than its names are told', () => {
    const endless = `{${Array.from({ length: 13 }, (_, n) => `"m${n}":0`).join()},`;
    expect(() => rowsOf(endless, [at('')])).toThrow(malformed(/no array at ""/));
  });
});

describe('several tables', () => {
  const tables = [table('one', '/a/x', 'v'), table('two', '/a/y', 'v'), table('three', '/b/1/z~1~0', 'v')];

  it('are read in one pass, in any order', () => {
    const answer = '{"b":[[{"v":0}],{"z/~":[{"v":3}]}],"a":{"y":[{"v":2}],"w":[{"v":9}],"x":[{"v":1},{"v":1}]}}';
    const rows = rowsOf(answer, tables);
    expect(rows).toEqual({ one: ['1', '1'], two: ['2'], three: ['3'] });
    expect(Object.keys(rows)).toEqual(['three', 'two', 'one']);
  });

  it.each([
    ['{"a":{"x":[],"y":[]},"b":[[],{}]}', /Table "three": there is no array at "\/b\/1\/z~1~0"/],
    ['{"a":{"x":[]},"b":[0,{"z/~":[]}]}', /Table "two"/],
    ['{"a":{"x":{},"y":[]}}', /Table "one"/],
    ['{"a":{"x":5,"y":[]}}', /Table "one"/],
    ['{"a":[]}', /Table "one"/],
    ['[]', /Table "one"/],
    ['5', /Table "one"/],
    ['{"a":{"x":[],"x":[]}}', /repeats a member/],
    ['{"a":{"x":[]},"a":{}}', /repeats a member/],
  ])('%s fails the load', (answer, detail) => {
    expect(() => rowsOf(answer, tables)).toThrow(malformed(detail));
  });

  it('can be the whole answer, an element of it, or empty', () => {
    expect(rowsOf(' [ [1] , [2] ] ', [table('t', '', 'v')])).toEqual({ t: ['1', '2'] });
    expect(rowsOf('[0,[[1]]]', [table('t', '/1', 'v')])).toEqual({ t: ['1'] });
    expect(rowsOf('{"":[]}', [table('t', '/', 'v')])).toEqual({ t: [] });
  });

  it('may not lie within each other', () => {
    const fault = (index: number) => expect.objectContaining({ pointer: `/tables/${index}/rows` });
    expect(checkTables([table('a', '/x', 'v'), table('b', '/x/0/y', 'v')])).toEqual([fault(1)]);
    expect(checkTables([table('a', '/x/0/y', 'v'), table('b', '/x', 'v')])).toEqual([fault(1)]);
    expect(checkTables([table('a', '/x', 'v'), table('b', '/x', 'v')])).toEqual([fault(1)]);
    expect(checkTables([table('a', '/x', 'v'), table('b', '', 'v')])).toEqual([fault(1)]);
    expect(checkTables([table('a', '/x', 'v'), table('b', '/xy', 'v'), table('c', '/y/x', 'v')])).toEqual([]);
  });
});

describe('an answer that is not JSON', () => {
  it.each([
    '',
    ' ',
    '{"items":[',
    '{"items":[]',
    '{"items":[{"a":1}',
    '{"items":[{"a":"x',
    '{"items":[]}]',
    '{"items":[]}{}',
    '{"items":[]} x',
    '{"items":[]}\u0000',
    '{"items":[],}',
    '{"items":[{"a":1,}]}',
    '{"items":[1,,2]}',
    '{"items":[{"a" 1}]}',
    '{"items":[{"a":1 "b":2}]}',
    '{"items":[{a:1}]}',
    '{"items":[{"a":01}]}',
    '{"items":[{"a":1.}]}',
    '{"items":[{"a":NaN}]}',
    '{"items":[{"a":"\n"}]}',
    '{"items":[{"a":"\\x"}]}',
    '{"items":[}',
    '{"items":[]]',
    '{"x":[1},"items":[]}',
    '{:1,"items":[]}',
    '<html>',
  ])('%j fails the load', (answer) => {
    expect(() => rowsOf(answer, T)).toThrow(malformed(/./));
  });

  it.each([
    ['an overlong form', [0xc0, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a byte too many', [0x80]],
    ['a character cut short', [0xe2, 0x82]],
    ['Latin-1', [0xfc]],
  ])('fails the load for %s in a text', (_name, bytes) => {
    const answer = [...new TextEncoder().encode('{"items":[{"a":"'), ...bytes, ...new TextEncoder().encode('"}]}')];
    for (let cut = 0; cut < answer.length; cut += 1) {
      expect(() => rowsOf(new Uint8Array(answer), T, [cut])).toThrow(malformed(/UTF-8/));
    }
  });

  it('may begin with a byte order mark', () => {
    expect(rowsOf('\uFEFF{"items":[[1,2]]}', T)).toEqual({ t: ['1,2'] });
  });

  it('may be nested so deep and no deeper', () => {
    const nested = (depth: number) => `{"items":[[${'['.repeat(depth)}${']'.repeat(depth)},0]]}`;
    expect(rowsOf(nested(MAX_ORIGIN_NESTING - 3), T).t).toHaveLength(1);
    expect(() => rowsOf(nested(MAX_ORIGIN_NESTING - 2), T)).toThrow(malformed(/deeper/));
  });

  it('does not blame the origin for a fault of the service', () => {
    const broken = { ...T[0], columns: null } as never;
    expect(() => rowsOf('{"items":[]}', [broken])).toThrow(TypeError);
  });
});
