import { stringify } from '@vanillaes/csv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../src/origin/read-csv.ts';
import { readNdjson } from '../../src/origin/read-ndjson.ts';
import { lines, rowsOf } from '../support/rows.ts';

const COLUMNS = ['a', 'b', '\uFEFF'];
const TABLES = [lines(...COLUMNS)];
const text = fc
  .string({
    unit: fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom('"', ',', '\r', '\n', '\uFEFF', ' '),
    ),
  })
  .map((value) => value.toWellFormed());
const cuts = fc.array(fc.nat(2000), { maxLength: 20 });

const encode = (answer: string) => new TextEncoder().encode(answer);
const within = (at: readonly number[], bytes: Uint8Array) => at.map((cut) => cut % (bytes.length + 1));

describe('rows of a CSV answer', () => {
  const rows = fc.array(fc.tuple(text, text, text));
  const write = (table: string[][], crlf: boolean) => {
    // Quoted everywhere, so that line ends within cells stay as they are.
    const quoted = table.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','));
    return crlf ? `${quoted.join('\r\n')}\r\n` : quoted.join('\n');
  };

  it('hold the cells that were written, as JSON strings', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (table, crlf) => {
        const expected = table.map((cells) => cells.map((cell) => JSON.stringify(cell)).join(','));
        expect(rowsOf(write([COLUMNS, ...table], crlf), TABLES, [], readCsv)).toEqual({ t: expected });
        // Without quotes where none are needed.
        expect(rowsOf(stringify([COLUMNS, ...table]), TABLES, [], readCsv)).toEqual({ t: expected });
      }),
    );
  });

  it('are the same however the answer comes in pieces', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), cuts, (table, crlf, at) => {
        const answer = encode(write([COLUMNS, ...table], crlf));
        expect(rowsOf(answer, TABLES, within(at, answer), readCsv)).toEqual(rowsOf(answer, TABLES, [], readCsv));
      }),
    );
  });

  it('are the same cut anywhere, and byte by byte', () => {
    const answer = encode('\uFEFFb,\uFEFF,a\r\n"é ""😀""\r\n",x\uFEFF,\r\n,,"\r"\r\n\r\n1,2,3');
    const everywhere = Array.from(answer, (_byte, index) => index);
    const whole = rowsOf(answer, TABLES, [], readCsv);
    expect(whole).toEqual({ t: ['"","é \\"😀\\"\\r\\n","x\uFEFF"', '"\\r","",""', '"3","1","2"'] });
    expect(rowsOf(answer, TABLES, everywhere, readCsv)).toEqual(whole);
    for (const cut of everywhere) expect(rowsOf(answer, TABLES, [cut], readCsv)).toEqual(whole);
  });
});

describe('rows of an NDJSON answer', () => {
  /** With one of the columns at least. */
  const row = fc
    .dictionary(fc.oneof(fc.constantFrom(...COLUMNS), text), fc.jsonValue())
    .filter((value) => !Object.hasOwn(value, '__proto__'))
    .map((value) => (COLUMNS.some((name) => Object.hasOwn(value, name)) ? value : { ...value, b: null }));

  it('hold what JSON.parse finds in each line, as JSON.stringify writes it', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.constantFrom('\n', '\r\n', '\n\n'), (values, lineEnd) => {
        const answer = values.map((value) => JSON.stringify(value) + lineEnd).join('');
        const expected = values.map((value) => COLUMNS.map((name) => JSON.stringify(value[name] ?? null)).join(','));
        expect(rowsOf(answer, TABLES, [], readNdjson)).toEqual({ t: expected });
      }),
    );
  });

  it('are the same however the answer comes in pieces', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), cuts, (values, at) => {
        const answer = encode(values.map((value) => JSON.stringify(value)).join('\n'));
        expect(rowsOf(answer, TABLES, within(at, answer), readNdjson)).toEqual(rowsOf(answer, TABLES, [], readNdjson));
      }),
    );
  });

  it('are the same cut anywhere, and byte by byte', () => {
    const answer = encode('\uFEFF{"b":"😀é\\ud83d\\ude00\uFEFF","a":-1.50e+3}\r\n\n[true,{"x":null},1.0]');
    const everywhere = Array.from(answer, (_byte, index) => index);
    const whole = rowsOf(answer, TABLES, [], readNdjson);
    expect(whole).toEqual({ t: ['-1.50e+3,"😀é😀\uFEFF",null', 'true,{"x":null},1.0'] });
    expect(rowsOf(answer, TABLES, everywhere, readNdjson)).toEqual(whole);
    for (const cut of everywhere) expect(rowsOf(answer, TABLES, [cut], readNdjson)).toEqual(whole);
  });
});
