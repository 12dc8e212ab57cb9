/** Invariant 22 of the client: numbers that a double cannot hold keep their digits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteLongNumbers } from '../../../src/data/digits.ts';
import { anyText } from '../../support/tables.ts';

describe('numbers as text', () => {
  it.each([
    ['9007199254740993', '"9007199254740993"'],
    ['9007199254740992', '9007199254740992'],
    ['12345678901234567890', '"12345678901234567890"'],
    ['-9007199254740993', '"-9007199254740993"'],
    ['0.1', '0.1'],
    ['1.50', '1.50'],
    ['0.10000000000000000', '0.10000000000000000'],
    ['3.14159265358979323846', '"3.14159265358979323846"'],
    ['1e2', '1e2'],
    ['1E+2', '1E+2'],
    ['100e-2', '100e-2'],
    ['1e21', '1e21'],
    ['1.7976931348623157e308', '1.7976931348623157e308'],
    ['1e-400', '"1e-400"'],
    ['-0', '-0'],
    ['0e5', '0e5'],
    ['0.000000000000000000000001', '0.000000000000000000000001'],
    ['1000000000000000000000000', '1000000000000000000000000'],
  ])('%s is %s', (digits, shown) => {
    expect(quoteLongNumbers(`[${digits}]`)).toBe(`[${shown}]`);
  });

  it('are found beside strings, and never in them', () => {
    const json =
      '["9007199254740993","\\"9007199254740993",{"9007199254740993":[9007199254740993,1]},"1e400\\\\",1e-400]';
    expect(quoteLongNumbers(json)).toBe(
      '["9007199254740993","\\"9007199254740993",{"9007199254740993":["9007199254740993",1]},"1e400\\\\","1e-400"]',
    );
  });

  it('are those of which the platform, too, says that their digits differ', () => {
    const digits = fc.tuple(
      fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
      fc.option(fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 20 })),
      fc.option(fc.integer({ min: -330, max: 280 })),
    );
    const numbers = digits.map(
      ([whole, fraction, power]) =>
        `${whole}${fraction === null ? '' : `.${fraction}`}${power === null ? '' : `e${power}`}`,
    );
    const values = fc.oneof(
      numbers,
      anyText.map((text) => JSON.stringify(text)),
    );
    fc.assert(
      fc.property(fc.array(values, { maxLength: 4 }), (cells) => {
        const json = `[${cells.join(',')}]`;
        const seen = JSON.parse(quoteLongNumbers(json)) as unknown[];
        for (const [at, cell] of cells.entries()) {
          const native = JSON.parse(cell) as unknown;
          if (typeof native === 'string') expect(seen[at]).toBe(native);
          else expect(seen[at]).toBe(sameDecimal(cell, String(native)) ? native : cell);
        }
      }),
    );
  });
});

/** Whether both mean the same, by exact arithmetic. */
function sameDecimal(a: string, b: string): boolean {
  const [x, y] = [scaled(a), scaled(b)];
  const power = Math.min(x.power, y.power);
  return x.digits * 10n ** BigInt(x.power - power) === y.digits * 10n ** BigInt(y.power - power);
}

function scaled(number: string): { digits: bigint; power: number } {
  const [mantissa = '', power = '0'] = number.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(`${whole}${fraction}`), power: Number(power) - fraction.length };
}
