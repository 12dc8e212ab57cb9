import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/contract/problem.ts';
import { parseJson } from '../../src/core/json.ts';

function refusal(text: string): Problem {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('was taken');
}

const nested = (depth: number) => `{"p":${'['.repeat(depth)}${']'.repeat(depth)}}`;

describe('a JSON text of a client', () => {
  it.each([
    ['{"a":tru}', '8'],
    ['{"a":1,}', '7: no comma may stand before } or ]'],
    ['[1, \n]', '5: no comma may stand before } or ]'],
    ['{"a" 1}', '6'],
    ['[1,2', '4: it ends there, unfinished'],
    ['{', '1: it ends there, unfinished'],
    ['{"a":"b', '7: it ends there, unfinished'],
    ['nope', '1: names and texts stand between double quotes'],
    ['{a:1}', '1: names and texts stand between double quotes'],
    ["{'a':1}", '1: names and texts stand between double quotes'],
    ['{"a":True}', '5: true, false and null are written in lower case'],
    ['{"a":1 // one\n}', '7: JSON has no comments'],
    ['["é" 1]', '7'],
    ['[1] x', '4'],
  ])('that is broken is refused with its place: %s', (text, at) => {
    const problem = refusal(text);
    expect(problem.code).toBe('invalid-json');
    expect(problem.message).toBe(`The JSON is broken at byte ${at}.`);
  });

  it.each(['', ' \n'])('that is empty is refused as such: %j', (text) => {
    expect(refusal(text)).toMatchObject({
      code: 'invalid-json',
      message: expect.stringMatching(/^The JSON is empty\./),
    });
  });

  it.each([
    ['{"year":9007199254740992}', '/year'],
    ['{"year":-9007199254740993}', '/year'],
    ['{"a":[0,1e400]}', '/a/1'],
    ['{"a":{"b/c~d":"\\ud800"}}', '/a/b~1c~0d'],
    ['{"a\\udc00":1}', '/a\ufffd'],
    ['{"__proto__":{"admin":true}}', '/__proto__'],
    ['{"a":{"__proto__":1}}', '/a/__proto__'],
    [nested(33), `/p${'/0'.repeat(32)}`],
    [nested(30_000), `/p${'/0'.repeat(32)}`],
    ['9007199254740992', ''],
  ])('with a value that would not survive is refused with a pointer: %s', (text, pointer) => {
    const problem = refusal(text);
    expect(problem.code).toBe('invalid-parameters');
    expect(problem.errors.map((fault) => fault.pointer)).toEqual([pointer]);
  });

  it('names every fault at once', () => {
    expect(refusal('{"a":1e999,"b":"\\udfff"}').errors).toEqual([
      { pointer: '/a', detail: 'must be a finite number' },
      { pointer: '/b', detail: 'must not have lone surrogates' },
    ]);
  });

  it.each([
    ['{"a":1,"a":2}', { a: 2 }],
    ['[9007199254740991,-9007199254740991,1.0,"\\ud83d\\ude00"]', [9007199254740991, -9007199254740991, 1, '😀']],
    ['{"constructor":1,"toString":null}', { constructor: 1, toString: null }],
    [' null ', null],
  ])('that can be read in one way only is taken: %s', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it('may nest a value 32 levels deep', () => {
    expect(() => parseJson(nested(32))).not.toThrow();
  });
});
