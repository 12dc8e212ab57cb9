import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CsvDialect } from '../../src/contract/table-definition.ts';
import { numberReader } from '../../src/origin/cells/number-cell.ts';
import { timeReader } from '../../src/origin/cells/time-cells.ts';
import { readCsv } from '../../src/origin/read-csv.ts';
import { rowsOf } from '../support/rows.ts';

/** A decimal number as a whole number times a power of ten. */
interface Decimal {
  digits: bigint;
  exponent: number;
}

/** What a JSON number is worth. */
function worth(json: string): Decimal {
  const [mantissa = '', exponent = '0'] = json.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

function areEqual(a: Decimal, b: Decimal): boolean {
  const least = Math.min(a.exponent, b.exponent);
  const scaled = ({ digits, exponent }: Decimal) => digits * 10n ** BigInt(exponent - least);
  return scaled(a) === scaled(b);
}

describe('a number in a text', () => {
  const dialect = fc
    .record({ decimal: fc.constantFrom('.', ','), group: fc.constantFrom(undefined, '.', ',', ' ', "'", '_') })
    .filter(({ decimal, group }) => decimal !== group);
  const digits = fc.stringMatching(/^\d{1,40}$/);
  const number = fc.record({
    whole: digits,
    fraction: fc.option(digits, { nil: null }),
    exponent: fc.option(fc.integer({ min: -30, max: 30 }), { nil: null }),
    sign: fc.constantFrom('', '+', '-', 'behind'),
    isGrouped: fc.boolean(),
    space: fc.constantFrom(' ', '\u00A0', '\u202F'),
  });

  it('is worth what was written, to the last digit, and is a JSON number', () => {
    fc.assert(
      fc.property(dialect, number, ({ decimal, group }, { whole, fraction, exponent, sign, isGrouped, space }) => {
        const separator = group === ' ' ? space : (group ?? '');
        const written = isGrouped ? whole.replace(/\B(?=(\d{3})+$)/g, separator) : whole;
        const tail = `${fraction === null ? '' : decimal + fraction}${exponent === null ? '' : `e${exponent}`}`;
        const text = sign === 'behind' ? `${written}${tail}-` : `${sign}${written}${tail}`;
        const read = numberReader({ decimal, ...(group && { group }) })(text);
        expect(read).toMatch(/^-?(0|[1-9]\d*)(\.\d+)?(e-?\d+)?$/);
        const isNegative = sign === '-' || sign === 'behind';
        const expected: Decimal = {
          digits: BigInt(whole + (fraction ?? '')) * (isNegative ? -1n : 1n),
          exponent: (exponent ?? 0) - (fraction ?? '').length,
        };
        expect(areEqual(worth(read ?? ''), expected)).toBe(true);
        // None of the digits behind the point is dropped, be it a zero.
        expect(/\.(\d+)/.exec(read ?? '')?.[1] ?? null).toBe(fraction);
      }),
      { numRuns: 3000 },
    );
  });

  it('is a JSON number or none, whatever the text is', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123456789.,-+eE \u00A0\u2212'.split(''), 'x'), maxLength: 12 });
    fc.assert(
      fc.property(dialect, text, ({ decimal, group }, given) => {
        const read = numberReader({ decimal, ...(group && { group }) })(given);
        if (read !== undefined) expect(String(JSON.parse(read))).not.toBe('null');
      }),
      { numRuns: 3000 },
    );
  });
});

const STEP_MS = 28 * 86_400_000;
const FROM = Date.UTC(2019, 0, 1);
const TO = Date.UTC(2027, 0, 1);
const ZONES = Intl.supportedValuesOf('timeZone');
const formats = new Map<string, Intl.DateTimeFormat>();

/** A moment as the zone's clocks show it, without offset; ms since the epoch. */
function clock(zone: string, ms: number): string {
  const format =
    formats.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(zone, format);
  return format.format(ms).replace(' ', 'T');
}

/** How far clocks that show this are ahead of UTC, ms. */
const ahead = (zone: string, ms: number) => Date.parse(`${clock(zone, ms)}Z`) - ms;

/** The first moment, to the second, from which on the zone is ahead by `after`, in a step at whose beginning it is not. */
function changeWithin(zone: string, from: number, after: number): number {
  let [low, high] = [from, from + STEP_MS];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (ahead(zone, middle) === after) high = middle;
    else low = middle;
  }
  return high;
}

const local = (ms: number) => new Date(ms).toISOString().slice(0, 19);
const utc = (ms: number) => new Date(ms).toISOString().replace('.000', '');

describe('a time without an offset', () => {
  it('has, around every change of every zone from 2019 to 2026, the offset before the change where it is not or is twice', () => {
    let changes = 0;
    for (const zone of ZONES) {
      const read = timeReader({ zone });
      let before = ahead(zone, FROM);
      for (let at = FROM; at < TO; at += STEP_MS) {
        const [was, after] = [before, ahead(zone, at + STEP_MS)];
        before = after;
        if (was === after) continue;
        const change = changeWithin(zone, at, after);
        changes += 1;
        const [least, most] = [change + Math.min(was, after), change + Math.max(was, after)];
        const middle = Math.floor((least + most) / 2000) * 1000;
        for (const shown of [least - 3_600_000, least - 1000, least, middle, most - 1000, most, most + 3_600_000]) {
          // Before the later of both wall clock times at the change, the offset before it counts.
          const offset = shown < most ? was : after;
          expect([zone, local(shown), read(local(shown))]).toEqual([zone, local(shown), utc(shown - offset)]);
        }
      }
    }
    expect(changes).toBeGreaterThan(1500);
  });

  it('is the moment at which the clocks of its zone show it, from 1900 to 2100', () => {
    const moment = fc.integer({ min: Date.UTC(1900, 0, 1) / 1000, max: Date.UTC(2100, 0, 1) / 1000 });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.array(moment, { minLength: 1, maxLength: 10 }), (zone, moments) => {
        const read = timeReader({ zone });
        for (const second of moments) {
          const text = clock(zone, second * 1000);
          const told = Date.parse(read(text) ?? '');
          // What exists shows the same; where it exists twice, the earlier moment counts.
          expect([zone, text, clock(zone, told)]).toEqual([zone, text, text]);
          expect(told).toBeLessThanOrEqual(second * 1000);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('CSV of any dialect', () => {
  const dialect = fc
    .record({
      delimiter: fc.constantFrom(',', ';', '\t', '|', ' ', "'", 'x'),
      quote: fc.constantFrom('"', "'", '', '|', 'q'),
      header: fc.boolean(),
    })
    .filter(({ delimiter, quote }) => delimiter !== quote);
  const text = fc
    .string({
      unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.constantFrom(...`"',;|\t\r\n xq`)),
    })
    .map((value) => value.toWellFormed());
  const rows = fc.array(fc.tuple(text, text, text), { minLength: 1 });

  it('gives the cells that were written, however the answer is cut', () => {
    fc.assert(
      fc.property(
        dialect,
        rows,
        fc.boolean(),
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.nat(2000), { maxLength: 5 }),
        (csv, given, saysDelimiter, lineEnd, at) => {
          const { delimiter, quote } = csv;
          // Without quotes a cell can hold neither of both.
          const unquotable = (cell: string) =>
            cell
              .replace(/[\r\n]/g, '')
              .replaceAll(delimiter, '')
              .replace(/^\uFEFF/, '');
          const table = quote === '' ? given.map((cells) => cells.map((cell) => `.${unquotable(cell)}`)) : given;
          const quoted = (cell: string) =>
            quote + (quote === '' ? cell : cell.replaceAll(quote, quote + quote)) + quote;
          const lines = [...(csv.header ? [['A', 'B', 'C']] : []), ...table].map((cells) =>
            cells.map(quoted).join(delimiter),
          );
          const first = saysDelimiter ? [`sep=${delimiter}`] : [];
          const answer = new TextEncoder().encode([...first, ...lines].join(lineEnd));
          const told: CsvDialect = saysDelimiter ? { ...csv, delimiter: ';' } : csv;
          const read = rowsOf(
            answer,
            [{ name: 't', columns: ['A', 'B', 'C'] }],
            at.map((cut) => cut % (answer.length + 1)),
            (tables, sink) => readCsv(tables, sink, { csv: told }),
          );
          expect(read.t).toEqual(table.map((cells) => cells.map((cell) => JSON.stringify(cell)).join(',')));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
