import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LoadFailure } from '../../src/contract/problem.ts';
import type { TableDefinition } from '../../src/contract/table-definition.ts';
import { Findings } from '../../src/origin/findings.ts';
import { readXml } from '../../src/origin/xml/read-xml.ts';
import type { MakeRowReader } from '../../src/ports/rows.ts';
import { rowsOf } from '../support/rows.ts';

const TABLE: TableDefinition = {
  name: 't',
  rows: '/e/b/r',
  columns: [{ name: 'id', at: '/@id' }, 'a', { name: 'c', at: '/b/c' }, { name: 'tags', at: '/tag', as: 'json' }],
};
const read: MakeRowReader = (tables, sink) => readXml(tables, sink, { findings: new Findings() });

/** Of characters that XML can hold, with those that matter to a parser among them. */
const text = fc
  .string({
    unit: fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom('<', '>', '&', '"', "'", ']', '\r', '\n', '\t', '😀', ' '),
    ),
  })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what XML cannot hold
  .map((value) => value.toWellFormed().replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, ''));
const row = fc.record({ id: text, a: fc.option(text), c: fc.option(text), tags: fc.array(text, { maxLength: 3 }) });
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;

const escaped = (value: string) => value.replaceAll(/[<>&"'\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);
/** As a text, with a comment in it, or as CDATA where its line ends stay as they are. */
const written = (value: string, how: number) => {
  if (how % 3 === 1 && !/\]\]>|\r/.test(value)) return `<![CDATA[${value}]]>`;
  return how % 3 === 2 ? `<!-- <r/> -->${escaped(value)}<?x y?>` : escaped(value);
};
const element = (name: string, value: string | null, how: number) =>
  value === null ? '' : `<x:${name}>${written(value, how)}</x:${name}>`;
const document = (rows: readonly Row[], how: number) =>
  `<?xml version="1.0"?>\n<x:e xmlns:x="urn:x"><x:h/><x:b>${rows
    .map(
      ({ id, a, c, tags }) =>
        `\n <x:r id="${escaped(id)}">${element('a', a, how)}<x:b>${element('c', c, how + 1)}</x:b>${tags.map((tag) => element('tag', tag, how + 2)).join('')}</x:r>`,
    )
    .join('')}</x:b></x:e>`;

const cuts = fc.array(fc.nat(4000), { maxLength: 20 });
const within = (at: readonly number[], bytes: Uint8Array) => at.map((cut) => cut % (bytes.length + 1));

describe('rows of an XML answer', () => {
  it('hold the texts that were written', () => {
    fc.assert(
      fc.property(fc.array(row), fc.nat(2), (rows, how) => {
        const expected = rows.map(({ id, a, c, tags }) =>
          [id, a, c, tags.length === 0 ? null : tags].map((cell) => JSON.stringify(cell)).join(','),
        );
        expect(rowsOf(document(rows, how), [TABLE], [], read)).toEqual({ t: expected });
      }),
    );
  });

  it('are the same however the answer comes in pieces', () => {
    fc.assert(
      fc.property(fc.array(row), fc.nat(2), cuts, (rows, how, at) => {
        const answer = new TextEncoder().encode(document(rows, how));
        expect(rowsOf(answer, [TABLE], within(at, answer), read)).toEqual(rowsOf(answer, [TABLE], [], read));
      }),
    );
  });

  it('are the same cut anywhere, and byte by byte', () => {
    const rows = [{ id: 'é\r\n', a: '😀]]>', c: '&lt;', tags: ['\r', ''] }];
    const answer = new TextEncoder().encode(document(rows, 1));
    const everywhere = Array.from(answer, (_byte, index) => index);
    const whole = rowsOf(answer, [TABLE], [], read);
    expect(whole).toEqual({ t: ['"é\\r\\n","😀]]>","&lt;",["\\r",""]'] });
    expect(rowsOf(answer, [TABLE], everywhere, read)).toEqual(whole);
    for (const cut of everywhere) expect(rowsOf(answer, [TABLE], [cut], read)).toEqual(whole);
  });

  it('never come of an answer that was cut short: it fails', () => {
    const answer = new TextEncoder().encode(document([{ id: '1', a: 'x', c: 'y', tags: ['z'] }], 1));
    for (let end = 0; end < answer.length; end += 1) {
      expect(() => rowsOf(answer.subarray(0, end), [TABLE], [], read)).toThrow(LoadFailure);
    }
  });

  it('never come of anything with another error than a LoadFailure', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      'e',
      'b',
      'r',
      ' ',
      '"',
      '=',
      '&',
      ';',
      '!',
      '[',
      ']',
      '?',
      '-',
      '<e>',
      '<b>',
      '<r>',
      '</r>',
      '</b>',
      '</e>',
      'xmlns',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.string({ unit: piece }), (answer) => {
        try {
          rowsOf(answer, [TABLE], [], read);
        } catch (error) {
          expect(error).toBeInstanceOf(LoadFailure);
        }
      }),
      { numRuns: 500 },
    );
  });
});
