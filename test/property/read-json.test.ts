import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowsOf, table } from '../support/rows.ts';

const COLUMNS = ['a', 'b', '\uFEFF', '2'];
const text = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('\uFEFF', '\ud800', '"', '\\'),
  ),
});
const cell = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.constant(null), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }), text),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      text.filter((name) => name !== '__proto__'),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value;
/** Empty, or with one of the columns at least. */
const row = fc
  .dictionary(
    fc.oneof(
      fc.constantFrom(...COLUMNS),
      text.filter((name) => name !== '__proto__'),
    ),
    cell,
  )
  .map((members) => {
    const names = Object.keys(members);
    return names.length === 0 || names.some((name) => COLUMNS.includes(name)) ? members : { ...members, b: null };
  });
const cuts = fc.array(fc.nat(2000), { maxLength: 20 });

/** JSON with white space where it may be, and numbers as they are written here. */
const spaced = (value: unknown) => JSON.stringify(value, null, 1).replaceAll('\n', '\r\n\t');

describe('rows of a JSON answer', () => {
  it('hold what JSON.parse finds, as JSON.stringify writes it', () => {
    fc.assert(
      fc.property(fc.array(row), fc.boolean(), (rows, wide) => {
        const answer = { before: rows[0] ?? null, items: rows };
        const read = rowsOf(wide ? spaced(answer) : JSON.stringify(answer), [table('t', '/items', ...COLUMNS)]);
        const expected = rows.map((each) => COLUMNS.map((name) => JSON.stringify(each[name] ?? null)).join(','));
        expect(read).toEqual({ t: expected });
      }),
    );
  });

  it('are the same however the answer comes in pieces', () => {
    const tables = [table('t', '/items', ...COLUMNS), table('u', '/more/0', 'a')];
    fc.assert(
      fc.property(fc.array(row), fc.array(fc.record({ a: cell })), cuts, (rows, more, at) => {
        const answer = new TextEncoder().encode(JSON.stringify({ items: rows, more: [more] }));
        const inside = at.map((cut) => cut % (answer.length + 1));
        expect(rowsOf(answer, tables, inside)).toEqual(rowsOf(answer, tables));
      }),
    );
  });

  it('are the same byte by byte', () => {
    const tables = [table('t', '/items', 'a', 'b')];
    const answer = new TextEncoder().encode(
      '\uFEFF{"items":[{"b":"😀é\\ud83d\\ude00\uFEFF","a":-1.50e+3},[true,{"x":null}]]}',
    );
    const everywhere = Array.from(answer, (_byte, index) => index);
    const whole = rowsOf(answer, tables);
    expect(whole).toEqual({ t: ['-1.50e+3,"😀é😀\uFEFF"', 'true,{"x":null}'] });
    expect(rowsOf(answer, tables, everywhere)).toEqual(whole);
    for (const cut of everywhere) expect(rowsOf(answer, tables, [cut])).toEqual(whole);
  });

  it('keep every digit of a number', () => {
    const number = fc
      .stringMatching(/^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,5})?$/)
      .filter((digits) => Number.isFinite(Number(digits)));
    fc.assert(
      fc.property(number, fc.nat(40), (digits, cut) => {
        expect(rowsOf(`[[${digits}]]`, [table('t', '', 'v')], [Math.min(cut, digits.length)])).toEqual({ t: [digits] });
      }),
    );
  });

  it('are read to the end or not at all: no answer cut short passes', () => {
    fc.assert(
      fc.property(fc.array(row), fc.nat(), (rows, cut) => {
        const answer = new TextEncoder().encode(JSON.stringify({ items: rows }));
        const short = answer.subarray(0, cut % answer.length);
        expect(() => rowsOf(short, [table('t', '/items', 'a')])).toThrow(
          expect.objectContaining({ code: 'origin-malformed' }),
        );
      }),
    );
  });

  it('take exactly what JSON.parse takes', () => {
    const token = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', '-', 'null', ' ', '0');
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const answer = `[[],${tokens.join('')}]`;
        let valid = true;
        try {
          JSON.parse(answer);
        } catch {
          valid = false;
        }
        const read = () => rowsOf(answer, [table('t', '/0', 'v')]);
        if (valid) expect(read()).toEqual({ t: [] });
        else expect(read).toThrow(expect.objectContaining({ code: 'origin-malformed' }));
      }),
      { numRuns: 3000 },
    );
  });
});
